/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_word.c -- what clients said in clear of a server's certificate: others mean the same
 * and say it encrypted. */
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge_internal.h"
#include "capture/moment.h"

enum {
    /* What TLS 1.3 has more than a Certificate message up to TLS 1.2: an empty context, and the
     * length of no extensions for each certificate (RFC 8446 section 4.4.2). */
    EMPTY_CONTEXT = 1,
    NO_EXTENSIONS = 2,
    PROTECTION = 1 + 16 /* of its record: the content type and the tag */
};

static uint32_t largest_record(const struct facts *facts)
{
    const struct note *note = NULL;
    uint32_t largest = 0;

    while ((note = handshake_next(facts->handshake, note, SIDE_SERVER, NOTE_APPLICATION_DATA))
           != NULL)
        if (facts_is_before_end(facts, note) && note->length > largest)
            largest = note->length;
    return largest;
}

/* Octets of the protected record of TLS 1.3 that holds the server's certificate, most often alone;
 * up to TLS 1.2, of the one that would. 0: not known. */
static uint32_t certificate_record(const struct facts *facts)
{
    struct certificate_list list;

    if (facts->tls13)
        return largest_record(facts);
    if (!facts_certificate_list(facts, facts->server_certificate_note, &list))
        return 0;
    return TLS_HANDSHAKE_HEADER_LENGTH + EMPTY_CONTEXT + facts->server_certificate_note->length
           + NO_EXTENSIONS * (uint32_t)list.count + PROTECTION;
}

const uint8_t known_word_alerts[KNOWN_WORD_ALERTS] = {
    TLS_ALERT_CERTIFICATE_EXPIRED,
    TLS_ALERT_CERTIFICATE_REVOKED,
    TLS_ALERT_UNKNOWN_CA,
};

static bool tells_reason(const struct facts *facts)
{
    for (size_t i = 0; i < KNOWN_WORD_ALERTS; i++)
        if (facts_alert(facts, SIDE_CLIENT, known_word_alerts[i]))
            return true;
    return false;
}

static bool is_same(const struct known_word *word, const struct known_word *other)
{
    return word->alert == other->alert && word->octets == other->octets;
}

/* The word that is the same but for its time, or the one that was said longest ago. */
static struct known_word *place_of(struct known_name *name, const struct known_word *word)
{
    struct known_word *oldest = name->words;

    for (size_t i = 0; i < KNOWLEDGE_WORDS_MAX; i++) {
        if (is_same(&name->words[i], word))
            return &name->words[i];
        if (name->words[i].said_ns < oldest->said_ns)
            oldest = &name->words[i];
    }
    return oldest;
}

void knowledge_note_word(struct known_name *name, const struct facts *facts)
{
    struct known_word word;

    if (!has_certificate_flight(facts) || facts->outcome != OUTCOME_FAILED || !tells_reason(facts)
        || !client_refused_flight(facts))
        return;
    word = (struct known_word){
        .said_ns = facts->refusal.at.time_ns,
        .octets = certificate_record(facts),
        .alert = facts->refusal.alert,
    };
    if (word.octets != 0)
        *place_of(name, &word) = word;
}

/* One that is seen to be in its dates tells of the client's clock. */
static bool is_about_dates(const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    bool is_told =
        chain != NULL
            ? chain->validity == VALIDITY_EXPIRED
            : facts->tls13 && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CERTIFICATE_EXPIRED);

    return is_told && client_refused_flight(facts);
}

void knowledge_note_dates(struct known_dates_word *word, const struct facts *facts,
                          uint64_t client_hash)
{
    int64_t at_ns = facts->refusal.at.time_ns;

    if (!is_about_dates(facts))
        return;
    if (word->said_ns == 0 || !times_are_within(KNOWLEDGE_SAME_RUN_NS, word->said_ns, at_ns))
        *word = (struct known_dates_word){.since_ns = at_ns};
    else if (word->client != part_of(client_hash))
        word->other_ns = word->said_ns;
    word->said_ns = at_ns;
    word->client = part_of(client_hash);
}

const struct known_word *known_word_of(const struct known_name *name, const struct facts *facts,
                                       uint8_t alert)
{
    const struct known_word wanted = {.octets = certificate_record(facts), .alert = alert};

    for (size_t i = 0; i < KNOWLEDGE_WORDS_MAX; i++)
        if (wanted.octets != 0 && name->words[i].said_ns != 0 && is_same(&name->words[i], &wanted))
            return &name->words[i];
    return NULL;
}
