/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/known_certificate.h"

#include "analyze/causes/certificate_refusal.h"
#include "analyze/causes/known_word.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/two_certificates.h"
#include "analyze/describe.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"
#include "capture/moment.h"
#include "capture/time_unit.h"

/* Nobody sees that a certificate is refused and renews it within this time. */
#define AROUND_NS (60 * SECOND_NS)

static const struct problem_row {
    const char *text;
    bool needs_alert; /* it depends on a trust store, which may be another than the client's */
} problem_rows[KNOWN_PROBLEMS] = {
    [KNOWN_REVOKED] = {"is revoked", false},
    [KNOWN_EXPIRED] = {"has expired, or an issuer's has", false},
    [KNOWN_NOT_YET_VALID] = {"is not valid yet, or an issuer's is not", false},
    [KNOWN_SELF_SIGNED] = {"is its own issuer", false},
    [KNOWN_OTHER_NAME] = {"does not stand for this name", false},
    [KNOWN_COMMON_NAME_ONLY] = {"has this name as its common name alone, which clients of today "
                                "no longer look at",
                                false},
    [KNOWN_OTHER_PURPOSE] = {"is for another purpose", false},
    [KNOWN_WEAK] = {"has a weak key or signature, or an issuer's has", false},
    [KNOWN_UNTRUSTED_ROOT] = {"leads to a root that is not in the trust store", true},
    [KNOWN_INCOMPLETE] = {"comes without the certificate of its issuer", true},
};

enum {
    CLIENTS_FEW = 3,    /* others that agree: chance is no explanation any more */
    SERVERS_FEW = 2,    /* where a client refuses the same issuer, and took it nowhere */
    SERVERS_SEVERAL = 3 /* that a client leaves: more than two that it may have met by chance */
};

enum known_lack known_certificate_lack(const struct facts *facts)
{
    const struct known_certificate *known = certificate_met(facts);

    return known != NULL ? known->lack : KNOWN_LACKS_NOTHING;
}

bool known_certificate_may_lack_root(const struct facts *facts)
{
    const enum known_lack lack = known_certificate_lack(facts);

    return lack == KNOWN_LACKS_ISSUER || lack == KNOWN_LACKS_ROOT;
}

/* When the certificate was sent. */
static int64_t seconds_of(const struct facts *facts)
{
    return facts->server_hello_note->at.time_ns / SECOND_NS;
}

static bool is_recent(const struct facts *facts, const struct known_certificate *known)
{
    return times_are_within(KNOWN_CERTIFICATE_RECENT_NS, facts->server_hello_note->at.time_ns,
                            known->seen_ns);
}

static void describe(const struct facts *facts, const struct known_certificate *known,
                     struct evidence *evidence)
{
    int64_t at = seconds_of(facts);
    struct text text = evidence_begin(evidence, "known_certificate", (struct moment){0});
    size_t count = 0;

    text_add(&text, "the certificate that this server sent in clear for the same name, at ");
    text_add_time(&text, known->seen_ns);
    for (size_t i = 0; i < KNOWN_PROBLEMS; i++)
        if (known_has_problem(known, (enum known_problem)i, at))
            text_add(&text, "%s %s", count++ == 0 ? "," : ", and", problem_rows[i].text);
    if (count == 0)
        text_add(&text, ", has nothing wrong that can be seen");
    if (certificate_was_mended(facts))
        text_add(&text, "; another one, with nothing wrong, has replaced it since");
    else if (!certificate_met_is_sure(facts))
        text_add(&text, "; at other times another one was sent, and this client may have got that");
}

/* Of the hosts behind one address, one that has another certificate shows that to more clients than
 * these, or to the same ones in turns. */
static bool few_refused(const struct known *known)
{
    const struct known_flights *flights = &known->name->flights;
    uint32_t refused = sketch_count(&flights->clients_refused);
    uint32_t taken = sketch_count(&flights->clients_taken);

    if (refused <= 1)
        return taken >= CLIENTS_FEW;
    return taken / refused >= CLIENTS_FEW && !known->client_took_flight;
}

enum known_flight_says known_flights(const struct facts *facts)
{
    const struct known_name *name = facts->known != NULL ? facts->known->name : NULL;
    const struct known_flights *flights = name != NULL ? &name->flights : NULL;

    if (flights == NULL || !client_refused_flight(facts))
        return FLIGHTS_SAY_NOTHING;
    if (flights->taken.count == 0 && flights->told.count > 0
        && sketch_count(&flights->clients_refused) >= CLIENTS_FEW)
        return FLIGHTS_ALL_REFUSED;
    if (few_refused(facts->known) && flights->taken.last_ns > facts->connection->first.time_ns
        && !certificate_was_mended(facts))
        return FLIGHTS_FEW_REFUSED;
    return FLIGHTS_SAY_NOTHING;
}

/* All that the server established is for this name, and some of it was shortly before this time, or
 * so near that it is not known when. */
static bool was_taken_before(const struct known *known, int64_t at_ns)
{
    struct known_count before = known_established_by(known->server, at_ns);

    return known->server->established.count == known->name->established.count && before.count > 0
           && (before.last_ns == 0 || times_are_within(AROUND_NS, before.last_ns, at_ns));
}

bool known_others_take_flight(const struct facts *facts)
{
    int64_t at_ns = facts->connection->first.time_ns;
    const struct known *known = facts->known;

    return known_flights(facts) == FLIGHTS_FEW_REFUSED && known->server != NULL
           && was_taken_before(known, at_ns)
           && times_are_within(AROUND_NS, known->name->flights.taken.last_ns, at_ns);
}

/* "about 37" */
static void add_clients(struct text *text, const struct sketch *clients)
{
    uint32_t count = sketch_count(clients);

    text_add(text, "%s%u", count > SKETCH_EXACT_MAX ? "about " : "", count);
}

/* Of other issuers it took some. */
static bool takes_other_issuers(const struct known_client *client,
                                const struct known_issuer *issuer)
{
    for (size_t i = 0; i < client->issuer_count; i++) {
        const struct known_issuer *other = known_client_issuer(client, i);

        if (other->issuer != issuer->issuer && other->taken.count > 0)
            return true;
    }
    return false;
}

/* What is known of the client's issuer of this certificate; NULL: nothing. */
static const struct known_issuer *issuer_of(const struct facts *facts)
{
    return facts->known != NULL ? known_issuer_find(facts->known, certificate_met_issuer(facts))
                                : NULL;
}

bool known_issuer_is_taken(const struct facts *facts)
{
    const struct known_issuer *issuer = issuer_of(facts);

    return issuer != NULL && issuer->taken.count > 0;
}

bool known_issuer_is_distrusted(const struct facts *facts)
{
    const struct known_issuer *issuer = issuer_of(facts);

    return issuer != NULL && client_refused_flight(facts) && issuer->taken.count == 0
           && issuer->servers >= SERVERS_FEW && takes_other_issuers(facts->known->client, issuer)
           && sketch_count(&facts->known->name->flights.clients_taken) > 0;
}

static void describe_issuer(const struct facts *facts, struct evidence *evidence)
{
    const struct known_issuer *issuer = issuer_of(facts);
    const char *others = known_issuer_is_distrusted(facts)
                             ? "; it takes others', and other clients take this one: it does not "
                               "trust this issuer"
                             : "";

    if (issuer == NULL || !client_refused_flight(facts))
        return;
    if (issuer->taken.count > 0)
        evidence_add(evidence, "client_known", (struct moment){0},
                     "this client, with this kind of hello, took certificates by the same issuer "
                     "%u time%s elsewhere or at other times",
                     issuer->taken.count, issuer->taken.count == 1 ? "" : "s");
    else if (issuer->servers > 1)
        evidence_add(evidence, "client_known", (struct moment){0},
                     "this client, with this kind of hello, refuses certificates by this issuer at "
                     "%s%u servers, all that it met them at%s",
                     issuer->servers == KNOWLEDGE_ISSUER_SERVERS ? "at least " : "",
                     issuer->servers, others);
}

/* Of this client, when several take the certificate and hardly another one refuses it. Who says
 * nothing has refused nothing that is known. */
static const char *what_one_makes_of_it(const struct facts *facts)
{
    if (facts->known->client_took_flight)
        return " clients take this server's certificate for this name, this one's address among "
               "them";
    if (facts_closed_without_reason(facts, SIDE_CLIENT))
        return " other clients take this server's certificate for this name; this one left without "
               "a word";
    if (sketch_count(&facts->known->name->flights.clients_refused) > 1)
        return " other clients take this server's certificate for this name, and few refuse it, "
               "this one among them: the fault is with its trust store, its clock or its rules";
    return " other clients take this server's certificate for this name and only this one refuses "
           "it: the fault is with its trust store, its clock or its rules";
}

void describe_flights(const struct facts *facts, struct evidence *evidence)
{
    enum known_flight_says says = known_flights(facts);
    struct text text;
    const struct known_flights *flights;

    if (says == FLIGHTS_SAY_NOTHING)
        return;
    flights = &facts->known->name->flights;
    text = evidence_begin(evidence, "known_clients", (struct moment){0});
    if (says == FLIGHTS_ALL_REFUSED) {
        text_add(&text,
                 "all clients that got this server's certificate for this name refused it, ");
        add_clients(&text, &flights->clients_refused);
        text_add(&text, " of them: the fault is with the certificate");
    } else {
        add_clients(&text, &flights->clients_taken);
        text_add(&text, "%s", what_one_makes_of_it(facts));
    }
}

/* The leaf alone, of whose issuer nothing is known that tells its place. */
static bool issuer_is_open(const struct chain_judgement *chain)
{
    return chain != NULL && chain->end == CHAIN_END_ISSUER_MISSING && chain->path_length == 1
           && chain->issuer_url == NULL && !chain_lacks_intermediate(chain)
           && !chain_ends_at_untrusted_root(chain);
}

bool known_others_hold_issuer(const struct facts *facts)
{
    const struct known_name *name = facts->known != NULL ? facts->known->name : NULL;

    return name != NULL && issuer_is_open(facts->chain[SIDE_SERVER])
           && sketch_count(&name->flights.clients_taken) >= CLIENTS_FEW
           && name->flights.taken.last_ns > facts->connection->first.time_ns
           && name->certificate.lack == KNOWN_LACKS_ISSUER && !name->former.known;
}

void describe_issuer_held(const struct facts *facts, struct evidence *evidence)
{
    struct text text;

    if (!known_others_hold_issuer(facts))
        return;
    text = evidence_begin(evidence, "issuer_held", (struct moment){0});
    add_clients(&text, &facts->known->name->flights.clients_taken);
    text_add(&text, " clients took this certificate, which comes alone: they have its issuer "
                    "already");
}

/* Shortly before this connection the server established others, and it did behind it. */
static bool server_was_in_service(const struct known_server *server, int64_t at_ns)
{
    struct known_count before = known_established_by(server, at_ns);

    return server->established.last_ns > at_ns && before.count > 0
           && (before.last_ns == 0 || times_are_within(AROUND_NS, before.last_ns, at_ns));
}

bool known_dates_are_refused(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;
    int64_t at_ns = facts->connection->first.time_ns;
    const struct known_dates_word *word;

    if (server == NULL || server->failed.count == 0)
        return false;
    word = &server->rare->dates;
    return word->other_ns != 0 && word->since_ns <= facts->refusal.at.time_ns
           && times_are_within(KNOWLEDGE_SAME_RUN_NS, word->said_ns, at_ns)
           && client_refused_flight(facts) && !server_was_in_service(server, at_ns);
}

/* Say so; nothing where it is not so. */
static void describe_dates_refused(const struct facts *facts, struct evidence *evidence)
{
    if (certificate_met(facts) == NULL || !known_dates_are_refused(facts))
        return;
    evidence_add(evidence, "known_dates", (struct moment){0},
                 "at that time several clients refused a certificate of this server for its "
                 "dates, and it is not known to have established handshakes both shortly before "
                 "and behind this one: it may have sent another certificate then");
}

void describe_known_certificate(const struct facts *facts, struct evidence *evidence)
{
    const struct known_certificate *known = certificate_met(facts);

    describe_flights(facts, evidence);
    describe_issuer(facts, evidence);
    if (known != NULL && facts->server_hello_note != NULL)
        describe(facts, known, evidence);
    describe_dates_refused(facts, evidence);
}

bool certificate_is_open(const struct facts *facts, uint8_t alert)
{
    return facts->chain[SIDE_SERVER] == NULL && !facts->resumed && !certificate_met_is_sure(facts)
           && (client_alert_on_certificate(facts, alert) || known_word_is(facts, alert));
}

static bool looks_right(const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    const struct known_certificate *known = certificate_met(facts);

    if (chain != NULL)
        return chain->leaf != NULL && !chain_has_problem(chain);
    return known != NULL && !known_is_wrong(known, seconds_of(facts));
}

bool certificate_looks_right(const struct facts *facts, uint8_t alert)
{
    return !facts->resumed && client_alert_on_certificate(facts, alert) && looks_right(facts);
}

/* Something is wrong with it that can be seen. */
static bool looks_wrong(const struct facts *facts)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];
    const struct known_certificate *known = certificate_met(facts);

    if (chain != NULL)
        return chain->leaf != NULL && chain_has_problem(chain);
    return known != NULL && known_is_wrong(known, seconds_of(facts));
}

/* In another connection with the same hello, within seconds. */
static bool same_hello_took_flight(const struct facts *facts)
{
    const struct known_attempt *attempt = facts->known->attempt;

    return attempt != NULL && attempt->is_taken && !looks_wrong(facts);
}

static bool address_took_flight(const struct facts *facts)
{
    const struct known *known = facts->known;

    return known->client_took_flight && looks_right(facts)
           && times_are_within(KNOWLEDGE_SAME_RUN_NS, known->name->flights.taken.last_ns,
                               facts->connection->first.time_ns);
}

bool known_client_takes_flight(const struct facts *facts)
{
    return facts->known != NULL && client_ended_at_flight(facts)
           && (same_hello_took_flight(facts) || address_took_flight(facts));
}

void describe_flight_taken(const struct facts *facts, struct evidence *evidence)
{
    if (!known_client_takes_flight(facts))
        return;
    evidence_add(evidence, "client_took_certificate", (struct moment){0}, "%s",
                 same_hello_took_flight(facts)
                     ? "the client took this server's certificate for this name with the same "
                       "hello, seconds before or after: it may have dropped one of several "
                       "connections"
                     : "the client's address took this server's certificate for this name, minutes "
                       "before or after");
}

/* The server sends another one in turns with the one known. */
static bool other_is_expired(const struct facts *facts, int64_t at)
{
    const struct known_certificate *former = &facts->known->name->former;

    return two_certificates(facts) && known_has_problem(former, KNOWN_EXPIRED, at);
}

enum known_dates known_certificate_dates(const struct facts *facts)
{
    const struct known_certificate *known = certificate_met(facts);
    enum known_flight_says says = known_flights(facts);
    int64_t at;

    if (facts->chain[SIDE_SERVER] != NULL || says == FLIGHTS_ALL_REFUSED)
        return DATES_NOT_KNOWN;
    if (known == NULL || known->valid_until == 0)
        return says == FLIGHTS_FEW_REFUSED ? DATES_RIGHT : DATES_NOT_KNOWN;
    at = seconds_of(facts);
    if (known_has_problem(known, KNOWN_EXPIRED, at) || other_is_expired(facts, at))
        return DATES_EXPIRED;
    if (known_has_problem(known, KNOWN_NOT_YET_VALID, at))
        return DATES_NOT_YET;
    if (known_dates_are_refused(facts))
        return DATES_NOT_KNOWN;
    return is_recent(facts, known) || says == FLIGHTS_FEW_REFUSED ? DATES_RIGHT : DATES_RIGHT_ONCE;
}

/* In clear whatever it says; else others say this one for it. */
static bool says_alert(const struct facts *facts, uint8_t named)
{
    return facts->refusal.kind == REFUSAL_ALERT || known_word_is(facts, named);
}

/* It succeeds with none of several servers and says nothing at this one: one flaw at one of them
 * does not explain it, as with what connects only to see whether somebody answers. */
static bool leaves_everywhere(const struct facts *facts)
{
    const struct known_client *client = facts->known == NULL ? NULL : facts->known->client;

    return facts_closed_without_reason(facts, SIDE_CLIENT) && client != NULL
           && client->established.count == 0 && client->failed.count > 0
           && sketch_count(&client->rare->failures.servers) >= SERVERS_SEVERAL;
}

/* The client says unknown_ca, and the path is known to break at an issuer that may not issue:
 * clients that build no path over it say so. A root that is not known here is as good a reason. */
static bool says_that_path_breaks(const struct facts *facts, const struct known_certificate *known,
                                  enum known_problem problem)
{
    return problem == KNOWN_OTHER_PURPOSE && chain_purpose_is_of_issuer(known->purpose)
           && known->end != CHAIN_END_UNTRUSTED_ROOT
           && facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
}

enum certainty known_certificate_weigh(const struct facts *facts, enum known_problem problem,
                                       uint8_t named, struct evidence *evidence)
{
    const struct known_certificate *known = certificate_met(facts);
    const struct problem_row *row = &problem_rows[problem];
    enum certainty certainty;

    if (known == NULL || !client_refused_flight(facts)
        || !known_has_problem(known, problem, seconds_of(facts))
        || (row->needs_alert && !says_alert(facts, named)))
        return CAUSE_NO;
    certainty = certificate_refusal_weigh(facts, named);
    if (certainty == CAUSE_NO)
        return CAUSE_NO;
    describe_server_certificate(facts, evidence);
    describe_server_name(facts, evidence);
    describe_known_certificate(facts, evidence);
    if ((row->needs_alert && facts->refusal.kind != REFUSAL_ALERT) || leaves_everywhere(facts))
        return CAUSE_POSSIBLE;
    if (certainty > CAUSE_LIKELY || says_that_path_breaks(facts, known, problem))
        certainty = CAUSE_LIKELY;
    return is_recent(facts, known) && certificate_met_is_sure(facts) ? certainty : CAUSE_POSSIBLE;
}
