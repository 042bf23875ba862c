/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/known_word.h"

#include "analyze/causes/known_certificate.h"
#include "analyze/causes/server_flight.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"
#include "capture/moment.h"
#include "dissect/names.h"
#include "dissect/tls.h"

static bool dates_are_right(const struct facts *facts)
{
    enum known_dates dates = known_certificate_dates(facts);

    return dates == DATES_RIGHT || dates == DATES_RIGHT_ONCE;
}

/* Not every client that refuses a certificate does so for the same reason: where most take it, what
 * one of the few says is about itself. */
static bool is_contradicted(const struct facts *facts, uint8_t alert)
{
    if (alert == TLS_ALERT_CERTIFICATE_EXPIRED)
        return dates_are_right(facts);
    return known_client_takes_flight(facts) || known_flights(facts) == FLIGHTS_FEW_REFUSED;
}

/* Others took the flight between the word and this refusal, as far as the last one tells, and
 * certificates are not known to come in turns: this one may be another. */
static bool was_replaced_between(const struct known_name *name, int64_t one_ns, int64_t other_ns)
{
    int64_t first_ns = one_ns < other_ns ? one_ns : other_ns;
    int64_t last_ns = one_ns < other_ns ? other_ns : one_ns;

    return name->flights.taken.last_ns > first_ns && name->flights.taken.last_ns < last_ns
           && !known_are_in_turns(name);
}

/* NULL: nobody said so, or what is known contradicts it. */
static const struct known_word *word_of(const struct facts *facts, uint8_t alert)
{
    const struct known_name *name = facts->known != NULL ? facts->known->name : NULL;
    const struct known_word *word;

    if (name == NULL || !facts->tls13 || facts->refusal.kind != REFUSAL_ENCRYPTED_ALERT
        || !client_refused_flight(facts) || server_stopped_midway(facts) != CAUSE_NO)
        return NULL;
    word = known_word_of(name, facts, alert);
    return word != NULL
                   && times_are_within(KNOWLEDGE_SAME_RUN_NS, word->said_ns,
                                       facts->refusal.at.time_ns)
                   && !was_replaced_between(name, word->said_ns, facts->refusal.at.time_ns)
                   && !is_contradicted(facts, alert)
               ? word
               : NULL;
}

bool known_word_is(const struct facts *facts, uint8_t alert)
{
    return word_of(facts, alert) != NULL;
}

bool known_word_is_there(const struct facts *facts)
{
    for (size_t i = 0; i < KNOWN_WORD_ALERTS; i++)
        if (known_word_is(facts, known_word_alerts[i]))
            return true;
    return false;
}

void describe_known_word(const struct facts *facts, uint8_t alert, struct evidence *evidence)
{
    const struct known_word *word = word_of(facts, alert);
    struct text text;

    if (word == NULL)
        return;
    text = evidence_begin(evidence, "known_word", (struct moment){0});
    text_add(&text, "at ");
    text_add_time(&text, word->said_ns);
    text_add(&text,
             " a client refused a certificate of this server for this name, which is as long, with "
             "%s(%u) in clear: this one's encrypted alert may say the same",
             names_alert(alert), alert);
}
