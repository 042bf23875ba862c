/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/two_certificates.h"

#include <string.h>

#include "analyze/causes/known_certificate.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"
#include "capture/moment.h"

bool two_certificates(const struct facts *facts)
{
    const struct known_name *name = facts->known != NULL ? facts->known->name : NULL;

    return name != NULL && known_are_in_turns(name)
           && times_are_within(KNOWN_CERTIFICATE_RECENT_NS, facts->connection->first.time_ns,
                               name->former.span.last_ns);
}

/* What was sent for a name, at one time or another. */
struct sent {
    const uint8_t *sha256;
    int64_t valid_until;
    uint32_t octets;
};

static void add_end_of_validity(struct text *text, const char *before, int64_t valid_until)
{
    if (valid_until == 0)
        return;
    text_add(text, "%s", before);
    text_add_date(text, valid_until);
}

/* The certificate of this connection was seen, and other is not what it came as. */
static void add_other(struct text *text, const struct facts *facts, const struct sent *other)
{
    const struct certificate *leaf = facts->chain[SIDE_SERVER]->leaf;

    if (memcmp(leaf->sha256, other->sha256, sizeof(leaf->sha256)) == 0) {
        text_add(text,
                 "this server also sends this certificate with another chain (%u octets instead of "
                 "%u), in turns: several hosts answer at this address",
                 other->octets, facts->server_certificate_note->length);
        return;
    }
    text_add(text, "this server also sends another certificate for this name");
    add_end_of_validity(text, ", valid until ", other->valid_until);
    text_add(text, ", in turns with this one: several hosts answer at this address, or one has a "
                   "certificate for each kind of key");
}

static void add_both(struct text *text, const struct sent *one, const struct sent *other)
{
    bool is_same = memcmp(one->sha256, other->sha256, CERTIFICATE_SHA256_LEN) == 0;

    text_add(text, "this server sends two %s for this name in turns",
             is_same ? "chains of one certificate" : "certificates");
    if (!is_same && one->valid_until != 0 && other->valid_until != 0) {
        add_end_of_validity(text, ", valid until ", one->valid_until);
        add_end_of_validity(text, " and until ", other->valid_until);
    }
    text_add(text, ": which one this client got is not seen");
}

/* The message of this connection is the one that was sent so. */
static bool is_as_sent(const struct facts *facts, const struct sent *sent)
{
    return memcmp(facts->chain[SIDE_SERVER]->leaf->sha256, sent->sha256, CERTIFICATE_SHA256_LEN)
               == 0
           && facts->server_certificate_note->length == sent->octets;
}

void describe_two_certificates(const struct facts *facts, struct evidence *evidence)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    const struct known_name *name;
    struct sent one, other;
    struct text text;

    if (!two_certificates(facts) || !facts_client_refused_server(facts)
        || (chain != NULL && chain->leaf == NULL))
        return;
    name = facts->known->name;
    one = (struct sent){name->certificate.sha256, name->certificate.valid_until,
                        name->certificate.octets};
    other = (struct sent){name->former.sha256, name->former.valid_until, name->former.octets};
    text = evidence_begin(evidence, "two_certificates", (struct moment){0});
    if (chain == NULL)
        add_both(&text, &one, &other);
    else
        add_other(&text, facts, is_as_sent(facts, &one) ? &other : &one);
}
