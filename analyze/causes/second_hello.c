/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/second_hello.h"

#include "dissect/tls.h"

static bool share_is_missing(const struct facts *facts)
{
    struct bytes shares = facts->second_client_extensions.key_share.shares;
    struct key_share share;

    if (facts->retry_extensions.key_share.state != EXTENSION_WELL_FORMED)
        return false;
    while (key_share_next(&shares, &share))
        if (share.group == facts->retry_extensions.key_share.group)
            return false;
    return true;
}

/* A list that is absent or malformed is empty, and no cookie is (RFC 8446 section 4.2.2). */
static bool cookie_is_missing(const struct facts *facts)
{
    const struct extension_list *asked = &facts->retry_extensions.cookie;
    const struct extension_list *returned = &facts->second_client_extensions.cookie;

    return asked->state == EXTENSION_WELL_FORMED && !bytes_equal(returned->list, asked->list);
}

/* RFC 8446 section 4.1.2; encrypted_client_hello is encrypted anew (RFC 9849 section 6.1.5). */
static bool may_change(uint16_t type)
{
    static const uint16_t types[] = {
        TLS_EXTENSION_KEY_SHARE, TLS_EXTENSION_EARLY_DATA,
        TLS_EXTENSION_COOKIE,    TLS_EXTENSION_PRE_SHARED_KEY,
        TLS_EXTENSION_PADDING,   TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO,
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i] == type)
            return true;
    return false;
}

/* Take the next extension that must stay as it is. */
static bool next_lasting(struct bytes *extensions, struct extension *out)
{
    while (extension_next(extensions, out))
        if (!may_change(out->type))
            return true;
    return false;
}

static bool extensions_last(struct bytes before, struct bytes after)
{
    struct extension old;
    struct extension new;

    while (next_lasting(&before, &old))
        if (!next_lasting(&after, &new) || new.type != old.type || !bytes_equal(new.data, old.data))
            return false;
    return !next_lasting(&after, &new);
}

static bool hello_lasts(const struct client_hello *before, const struct client_hello *after)
{
    return before->legacy_version == after->legacy_version
           && bytes_equal(before->random, after->random)
           && bytes_equal(before->session_id, after->session_id)
           && bytes_equal(before->cipher_suites, after->cipher_suites)
           && bytes_equal(before->compression_methods, after->compression_methods)
           && extensions_last(before->extensions, after->extensions);
}

const struct note *second_hello_note(const struct facts *facts)
{
    const struct note *only = facts->client_hello_note;

    if (facts->second_client_hello_note != NULL)
        return facts->second_client_hello_note;
    return facts->retry_note != NULL && only != NULL && only > facts->retry_note ? only : NULL;
}

/* It may be among what the client sent and the capture lacks. */
static bool may_be_unseen(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    return facts->handshake->gap_octets[SIDE_CLIENT] + direction_trouble(client)->unseen_octets
           >= FACTS_HELLO_MIN;
}

enum second_hello second_hello_judge(const struct facts *facts)
{
    if (facts->retry_note == NULL || (second_hello_note(facts) == NULL && !may_be_unseen(facts)))
        return SECOND_HELLO_NONE;
    if (facts->second_client_hello_note == NULL || !facts->client_hello_read || !facts->retry_read
        || !facts->second_client_hello_read)
        return SECOND_HELLO_UNREAD;
    if (share_is_missing(facts))
        return SECOND_HELLO_NO_SHARE;
    if (cookie_is_missing(facts))
        return SECOND_HELLO_NO_COOKIE;
    return hello_lasts(&facts->client_hello, &facts->second_client_hello) ? SECOND_HELLO_RIGHT
                                                                          : SECOND_HELLO_CHANGED;
}
