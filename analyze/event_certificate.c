/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "analyze/chain_problem.h"
#include "analyze/event_parts.h"

/* "EC P-256" is the algorithm EC and the curve P-256. */
static void add_key(struct json *json, struct json_at x509, const struct certificate *certificate)
{
    static const char ec[] = "EC ";
    const char *curve = certificate->key_name;
    bool has_curve = strncmp(curve, ec, sizeof(ec) - 1) == 0;

    json_add_constant(json, x509, "public_key_algorithm", has_curve ? "EC" : curve);
    if (certificate->key_bits != 0)
        json_add_unsigned(json, x509, "public_key_size", certificate->key_bits);
    if (has_curve)
        json_add_constant(json, x509, "public_key_curve", curve + sizeof(ec) - 1);
}

static void add_distinguished_name(struct json *json, struct json_at x509, const char *key,
                                   const char *name, const char *common_name)
{
    struct json_at object = json_add_optional(json, x509, key);

    if (common_name[0] != '\0')
        json_append_constant(json, json_add_array(json, object, "common_name"), common_name);
    json_add_text(json, object, "distinguished_name", name);
}

static void add_alternative_names(struct json *json, struct json_at x509,
                                  const struct certificate *certificate)
{
    struct json_at array;

    if (certificate->name_count == 0)
        return;
    array = json_add_array(json, x509, "alternative_names");
    for (size_t i = 0; i < certificate->name_count && i < JSON_NAMES_MAX; i++) {
        char name[JSON_OCTETS_MAX];

        certificate_name_text(certificate, i, name, sizeof(name));
        if (name[0] != '\0')
            json_append_constant(json, array, name);
    }
}

static void add_validity(struct json *json, struct json_at object,
                         const struct certificate *certificate)
{
    if (!certificate->has_validity)
        return;
    json_add_date(json, object, "not_before", certificate->not_before);
    json_add_date(json, object, "not_after", certificate->not_after);
}

static void add_x509(struct json *json, struct json_at side, const struct certificate *certificate)
{
    struct json_at x509 = json_add_object(json, side, "x509");
    char version[8];

    snprintf(version, sizeof(version), "%u", certificate->version);
    json_add_text(json, x509, "version_number", version);
    json_add_hex(json, x509, "serial_number",
                 bytes_of(certificate->serial, certificate->serial_length));
    add_distinguished_name(json, x509, "subject", certificate->subject, certificate->common_name);
    add_distinguished_name(json, x509, "issuer", certificate->issuer,
                           certificate->issuer_common_name);
    add_validity(json, x509, certificate);
    add_alternative_names(json, x509, certificate);
    add_key(json, x509, certificate);
    if (certificate->reading == CERTIFICATE_READ)
        json_add_constant(json, x509, "signature_algorithm", certificate->signature_name);
}

static void add_certificate(struct json *json, struct json_at side,
                            const struct certificate *certificate)
{
    struct json_at hash = json_add_object(json, side, "hash");

    json_add_hex(json, hash, "sha1", bytes_of(certificate->sha1, sizeof(certificate->sha1)));
    json_add_hex(json, hash, "sha256", bytes_of(certificate->sha256, sizeof(certificate->sha256)));
    if (certificate->reading == CERTIFICATE_UNREADABLE)
        return;
    json_add_text(json, side, "subject", certificate->subject);
    json_add_text(json, side, "issuer", certificate->issuer);
    add_validity(json, side, certificate);
    add_x509(json, side, certificate);
}

/* A certificate of which only the digest is known is told otherwise than when it is read. */
void event_add_certificate(struct json *json, struct json_at side,
                           const struct certificate *certificate)
{
    struct memo_key key;
    size_t mark;

    memo_key_begin(&key);
    memo_key_add_u16(&key, (uint16_t)certificate->reading);
    memo_key_add(&key, bytes_of(certificate->sha256, sizeof(certificate->sha256)));
    memo_key_finish(&key);
    if (event_recall(json, side, EVENT_MEMO_CERTIFICATE, &key))
        return;
    mark = json_mark(json, side);
    add_certificate(json, side, certificate);
    event_remember(json, side, EVENT_MEMO_CERTIFICATE, &key, mark);
}

void event_add_problems(struct json *json, struct json_at object, uint32_t problems)
{
    struct json_at array = json_add_array(json, object, "problems");

    for (size_t i = 0; i < chain_problem_count; i++)
        if ((problems >> i & 1) != 0)
            json_append_constant(json, array, chain_problems[i].id);
}

static void add_fingerprints(struct json *json, struct json_at object, const struct chain *chain)
{
    struct json_at array = json_add_array(json, object, "sha256");

    for (size_t i = 0; i < chain->count; i++)
        json_append_hex(
            json, array,
            bytes_of(chain->certificates[i]->sha256, sizeof(chain->certificates[i]->sha256)));
}

static void add_chain(struct json *json, struct json_at why, enum side side,
                      const struct chain *chain, const struct chain_judgement *judgement)
{
    struct json_at object =
        json_add_object(json, why, side == SIDE_SERVER ? "chain" : "client_chain");

    json_add_unsigned(json, object, "length", chain->count + chain->beyond);
    json_add_bool(json, object, "complete", judgement->chain_complete);
    json_add_name(json, object, "end", chain_end_name(judgement->end));
    if (judgement->trust_known)
        json_add_bool(json, object, "anchored", judgement->end == CHAIN_END_ANCHORED);
    json_add_bool(json, object, "out_of_order", judgement->out_of_order);
    json_add_unsigned(json, object, "duplicates", judgement->duplicates);
    json_add_unsigned(json, object, "unrelated", judgement->unrelated);
    event_add_problems(json, object, chain_problems_of(judgement));
    add_fingerprints(json, object, chain);
}

/* What is told of a chain. */
static void make_chain_key(struct memo_key *key, enum side side, const struct chain *chain,
                           const struct chain_judgement *judgement)
{
    const uint64_t told[] = {
        side,
        chain->beyond,
        judgement->chain_complete,
        judgement->end,
        judgement->trust_known,
        judgement->out_of_order,
        judgement->duplicates,
        judgement->unrelated,
        chain_problems_of(judgement),
    };

    memo_key_begin(key);
    memo_key_add(key, bytes_of(told, sizeof(told)));
    for (size_t i = 0; i < chain->count; i++)
        memo_key_add(
            key, bytes_of(chain->certificates[i]->sha256, sizeof(chain->certificates[i]->sha256)));
    memo_key_finish(key);
}

static void add_side(struct json *json, struct json_at why, const struct facts *facts,
                     enum side side)
{
    const struct chain *chain = facts->certificates[side];
    const struct chain_judgement *judgement = facts->chain[side];
    struct memo_key key;
    size_t mark;

    if (chain == NULL || judgement == NULL)
        return;
    make_chain_key(&key, side, chain, judgement);
    if (event_recall(json, why, EVENT_MEMO_CHAIN, &key))
        return;
    mark = json_mark(json, why);
    add_chain(json, why, side, chain, judgement);
    event_remember(json, why, EVENT_MEMO_CHAIN, &key, mark);
}

void event_add_chains(struct json *json, struct json_at why, const struct facts *facts)
{
    add_side(json, why, facts, SIDE_SERVER);
    add_side(json, why, facts, SIDE_CLIENT);
}
