/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_starttls.c -- how a connection in another protocol came to TLS, or did not. */
#include "analyze/facts_internal.h"
#include "analyze/starttls.h"

/* A reply line that is worth showing. */
enum { REPLY_LINE_MAX = 120 };

void facts_find_starttls(struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct prelude_text *server = handshake->prelude[SIDE_SERVER];
    const struct prelude_text *client = handshake->prelude[SIDE_CLIENT];

    if (!moment_seen(handshake->starttls_at) || handshake->switched
        || handshake->spoke_tls[SIDE_SERVER] || server == NULL || client == NULL
        || handshake->starttls_reply_offset >= server->length)
        return;

    size_t offset = handshake->starttls_reply_offset;
    struct bytes reply = bytes_of(server->data + offset, (size_t)server->length - offset);

    enum prelude protocol =
        starttls_protocol(facts->prelude[SIDE_CLIENT], facts->prelude[SIDE_SERVER]);
    const char *name = starttls_refusal_name(protocol, reply);

    facts->starttls_refused = starttls_is_refusal(protocol, reply);
    facts->starttls_reply =
        name != NULL ? bytes_of(name, strlen(name)) : prelude_first_line(reply, REPLY_LINE_MAX);
}
