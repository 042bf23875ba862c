/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/examiner.h"

#include <stdlib.h>

#include "analyze/signature_ledger.h"
#include "capture/time_unit.h"

struct examiner {
    struct trust_store *trust;
    const struct crl_set *crls;
    struct certificate_cache *cache;
    struct signature_ledger *signatures;
    bool alone;
    struct chain chain[SIDES];
    struct chain_judgement judgement[SIDES];
};

/* The OCSP response in the server's CertificateStatus (RFC 6066 section 8). */
static struct bytes find_staple(const struct facts *facts)
{
    struct certificate_status status;

    if (facts->certificate_status_note == NULL
        || !certificate_status_parse(
            handshake_body(facts->handshake, facts->certificate_status_note), &status))
        return (struct bytes){0};
    return status.response;
}

/* A staple comes between Certificate and the next message, so one that is due has not come when
 * that is there. */
static bool staple_is_due(const struct facts *facts)
{
    return facts->client_hello_read
           && facts->client_extensions.status_request.state == EXTENSION_WELL_FORMED
           && (facts->server_key_exchange_note != NULL || facts->server_hello_done_note != NULL);
}

/* What the suite has the key of the server's certificate do: sign the key exchange, decrypt it, or
 * take part in it (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2.2). */
static uint16_t usage_for(const struct suite *suite)
{
    static const uint16_t usages[] = {
        [SUITE_KEY_EXCHANGE_ANY] = USAGE_DIGITAL_SIGNATURE,
        [SUITE_KEY_EXCHANGE_RSA] = USAGE_KEY_ENCIPHERMENT,
        [SUITE_KEY_EXCHANGE_DH] = USAGE_KEY_AGREEMENT,
        [SUITE_KEY_EXCHANGE_DHE] = USAGE_DIGITAL_SIGNATURE,
        [SUITE_KEY_EXCHANGE_ECDH] = USAGE_KEY_AGREEMENT,
        [SUITE_KEY_EXCHANGE_ECDHE] = USAGE_DIGITAL_SIGNATURE,
        [SUITE_KEY_EXCHANGE_GOST] = 0, /* the last one */
    };

    return suite != NULL ? usages[suite->key_exchange] : 0;
}

static struct chain_question question_for(const struct examiner *examiner,
                                          const struct facts *facts, enum side side,
                                          const struct note *note)
{
    struct chain_question question = {
        .role = side == SIDE_SERVER ? CHAIN_SERVER : CHAIN_CLIENT,
        .at = note->at.time_ns / SECOND_NS,
        .trust = examiner->trust,
        .crls = examiner->crls,
        .seen = examiner->alone ? NULL : examiner->cache,
    };

    if (side == SIDE_CLIENT)
        return question;
    question.server_name = facts_server_name(facts);
    question.leaf_usage = usage_for(facts->suite);
    question.staple = find_staple(facts);
    question.staple_expected = staple_is_due(facts);
    return question;
}

static void examine_side(struct examiner *examiner, struct facts *facts, enum side side,
                         const struct note *note)
{
    struct certificate_list list;
    struct chain_question question;

    if (!facts_certificate_list(facts, note, &list) || list.count == 0)
        return;
    chain_collect(&examiner->chain[side], &list, examiner->cache);
    question = question_for(examiner, facts, side, note);
    chain_judge(&examiner->chain[side], &question, &examiner->judgement[side]);
    facts->certificates[side] = &examiner->chain[side];
    facts->chain[side] = &examiner->judgement[side];
}

/* Put what a ServerKeyExchange is signed over (RFC 5246 section 7.4.3) into content, which has
 * SIGNATURE_CONTENT_MAX octets. Empty: it is not known, or longer. */
static struct bytes signed_content(const struct facts *facts, uint8_t *content)
{
    const struct bytes pieces[] = {
        facts->client_hello.random,
        facts->server_hello.random,
        facts->server_key_exchange.parameters,
    };
    size_t length = 0;

    /* With a second hello it is not known which one's random is meant. */
    if (!facts->client_hello_read || !facts->server_hello_read
        || handshake_next_message(facts->handshake, facts->client_hello_note, SIDE_CLIENT,
                                  TLS_HANDSHAKE_CLIENT_HELLO)
               != NULL)
        return (struct bytes){0};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        if (pieces[i].len > SIGNATURE_CONTENT_MAX - length)
            return (struct bytes){0};
        memcpy(&content[length], pieces[i].data, pieces[i].len);
        length += pieces[i].len;
    }
    return bytes_of(content, length);
}

/* The first certificate that the server sent, in DER. Empty: none was kept. */
static struct bytes leaf_of_server(const struct facts *facts)
{
    const struct note *note = facts->server_certificate_note;
    struct certificate_list list;
    struct certificate_entry leaf;

    if (!facts_certificate_list(facts, note, &list) || !certificate_list_next(&list, &leaf))
        return (struct bytes){0};
    return leaf.certificate;
}

/* Before TLS 1.2 the signature has another form, without a scheme. */
enum signature_check examiner_verify_key_exchange(struct examiner *examiner,
                                                  const struct facts *facts)
{
    const struct server_key_exchange *message = &facts->server_key_exchange;
    uint8_t content[SIGNATURE_CONTENT_MAX];
    struct signature_claim claim;
    struct bytes leaf;

    if (!facts_client_ended_at_key_exchange(facts) || !facts->server_key_exchange_read
        || !message->has_signature || !message->has_scheme)
        return SIGNATURE_UNKNOWN;
    leaf = leaf_of_server(facts);
    claim.scheme = message->signature_scheme;
    claim.signature = message->signature;
    claim.content = signed_content(facts, content);
    if (leaf.len == 0 || claim.content.len == 0)
        return SIGNATURE_UNKNOWN;
    return signature_ledger_verify(examiner->signatures, facts->refusal.at.time_ns, leaf, &claim);
}

struct examiner *examiner_new(struct trust_store *trust, const struct crl_set *crls,
                              const struct certificate_cache_limits *limits, bool alone)
{
    struct examiner *examiner = calloc(1, sizeof(*examiner));

    if (examiner == NULL)
        return NULL;
    examiner->trust = trust;
    examiner->crls = crls;
    examiner->alone = alone;
    examiner->cache = certificate_cache_new(limits);
    examiner->signatures = signature_ledger_new();
    if (examiner->cache == NULL || examiner->signatures == NULL) {
        examiner_free(examiner);
        return NULL;
    }
    return examiner;
}

void examiner_free(struct examiner *examiner)
{
    if (examiner == NULL)
        return;
    certificate_cache_free(examiner->cache);
    signature_ledger_free(examiner->signatures);
    free(examiner);
}

void examiner_set_trust(struct examiner *examiner, struct trust_store *trust,
                        const struct crl_set *crls)
{
    examiner->trust = trust;
    examiner->crls = crls;
}

void examiner_examine(struct examiner *examiner, struct facts *facts)
{
    examine_side(examiner, facts, SIDE_SERVER, facts->server_certificate_note);
    examine_side(examiner, facts, SIDE_CLIENT, facts->client_certificate_note);
}

const struct certificate_cache *examiner_cache(const struct examiner *examiner)
{
    return examiner->cache;
}

uint64_t examiner_signatures_left_out(const struct examiner *examiner)
{
    return signature_ledger_left_out(examiner->signatures);
}
