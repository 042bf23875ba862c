/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/finding.h"

#include "analyze/causes/causes.h"
#include "analyze/chain_problem.h"
#include "analyze/issuer_history.h"
#include "analyze/knowledge.h"
#include "analyze/name_match.h"
#include "analyze/public_name.h"
#include "analyze/summary.h"
#include "analyze/text.h"

/* TLS 1.3: an alert is all that the client sent behind its Finished, and then came the end. Who
 * closed TCP first is a race between the two. */
static bool client_said_good_bye(const struct facts *facts)
{
    const struct note *first = facts->first_protected_note[SIDE_CLIENT];
    const struct note *last = facts->last_protected_note[SIDE_CLIENT];

    return facts->tls13 && last != NULL && last != first
           && last->at.time_ns - first->at.time_ns <= FACTS_LEFT_AFTER_FINISH_NS
           && facts_is_good_bye(facts, last) && facts->refusal.at.packet > last->at.packet;
}

/* The last record of the handshake; NULL: not known. */
static const struct note *last_of_handshake(const struct facts *facts)
{
    const struct note *client = facts->finished_note[SIDE_CLIENT];
    const struct note *server = facts->finished_note[SIDE_SERVER];

    if (facts->tls13)
        return facts->first_protected_note[SIDE_CLIENT];
    return client == NULL || server == NULL || client > server ? client : server;
}

static bool left_at_once(const struct facts *facts)
{
    const struct note *last = last_of_handshake(facts);

    return last == NULL
           || facts->refusal.at.time_ns - last->at.time_ns <= FACTS_LEFT_AFTER_FINISH_NS;
}

/* What a server of TLS 1.3 sent behind the client's flight, beside alerts. */
enum server_words {
    SERVER_WORDS_NONE,
    SERVER_WORDS_TICKETS, /* records that are all alike, as session tickets are */
    SERVER_WORDS_DATA     /* or what may be data: among others, a single record */
};

static enum server_words server_words(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *note = NULL;
    uint32_t length = 0;
    uint32_t noted = 0;
    uint32_t words = 0;

    while ((note = handshake_next(handshake, note, SIDE_SERVER, NOTE_APPLICATION_DATA)) != NULL) {
        noted++;
        if (note < facts->first_protected_note[SIDE_CLIENT]
            || suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length))
            continue;
        if (words++ > 0 && note->length != length)
            return SERVER_WORDS_DATA;
        length = note->length;
    }
    if (words == 1 || noted < handshake->application_records[SIDE_SERVER])
        return SERVER_WORDS_DATA;
    return words == 0 ? SERVER_WORDS_NONE : SERVER_WORDS_TICKETS;
}

/* The number of the packet with which a side closed; 0: it did not. */
static uint64_t packet_of_close(const struct direction *direction)
{
    return moment_seen(direction->fin) ? direction->fin.packet
                                       : direction_reset(direction)->at.packet;
}

/* TLS 1.3: what is as short as an alert was data: the server answered it with what are not tickets,
 * and the client had stayed for it. Who says good-bye closes. */
static bool good_bye_was_data(const struct facts *facts)
{
    const struct note *last = facts->last_protected_note[SIDE_CLIENT];
    const struct note *answer = facts->last_protected_note[SIDE_SERVER];
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];

    return facts->tls13 && last != NULL && answer != NULL && last < answer
           && facts_is_good_bye(facts, last) && server_words(facts) == SERVER_WORDS_DATA
           && !suite_alert_length(facts->suite, TLS_VERSION_1_3, answer->length)
           && packet_of_close(client) > answer->at.packet;
}

/* The client went on without TLS behind the handshake, before it had used it: its octets there are
 * no record. */
static bool goes_on_in_clear(const struct facts *facts)
{
    const struct note *clear = facts->malformed_note[SIDE_CLIENT];
    const struct note *last = last_of_handshake(facts);

    return facts->outcome == OUTCOME_ESTABLISHED && !facts->missed && clear != NULL
           && clear->type == MALFORMED_RECORD && last != NULL && last < clear
           && !facts_client_sent_data(facts);
}

/* The handshake was finished and the client left without having used it. */
static bool left_without_data(const struct facts *facts)
{
    if (goes_on_in_clear(facts))
        return facts->refusal.kind != REFUSAL_NONE;
    return facts->outcome == OUTCOME_ESTABLISHED && facts->refusal.kind != REFUSAL_NONE
           && !facts_client_sent_data(facts) && !good_bye_was_data(facts)
           && (facts->refusal.by == SIDE_CLIENT || client_said_good_bye(facts));
}

/* Some clients verify the server only when the handshake is over, others just probe. One whose
 * offer of Encrypted ClientHello was not accepted must leave. */
static bool closed_right_after_handshake(const struct facts *facts, struct text *text)
{
    if (!left_without_data(facts) || !left_at_once(facts))
        return false;
    text_add(text,
             "the client %s right after the handshake without sending data: it may have refused "
             "the server's certificate only then",
             goes_on_in_clear(facts) ? "left TLS" : "closed the connection");
    if (facts->client_extensions.encrypted_client_hello.state == EXTENSION_WELL_FORMED)
        text_add(text, ", or that its Encrypted ClientHello was not accepted (RFC 9849)");
    return true;
}

/* Programs that hand the connection back to their own protocol when they refuse the server's
 * certificate say good-bye in that, such as those that use libldap with GnuTLS. */
static bool clear_after_handshake(const struct facts *facts, struct text *text)
{
    if (!goes_on_in_clear(facts))
        return false;
    text_add(text, "behind the handshake the client sent octets that are not TLS");
    if (facts->starttls.protocol != PRELUDE_UNKNOWN)
        text_add(text, ", as if it spoke %s in clear again",
                 prelude_name(facts->starttls.protocol));
    return true;
}

/* What the server had to judge yet is the client's certificate. In TLS 1.3 that is so for the whole
 * flight of the client: a server that says nothing may not have accepted it. */
static bool server_sent_no_data(const struct facts *facts)
{
    enum server_words words;

    if (!facts->tls13)
        return facts->certificate_request_note != NULL
               && facts->handshake->application_records[SIDE_SERVER] == 0;
    words = server_words(facts);
    return words == SERVER_WORDS_NONE
           || (words == SERVER_WORDS_TICKETS && facts->client_answer != CLIENT_ANSWER_NONE);
}

/* What is taken for the alert with which the server left may be data: it did not close, or only
 * when the client had left. */
static bool server_stayed(const struct facts *facts)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           && (packet_of_close(server) == 0 || facts_server_stayed(facts, facts->refusal.note));
}

/* The handshake was finished and the server, as the first of both, left at once without having used
 * it. */
static bool server_left_at_once(const struct facts *facts)
{
    return facts->outcome == OUTCOME_ESTABLISHED && facts->refusal.kind != REFUSAL_NONE
           && facts->refusal.by == SIDE_SERVER && !client_said_good_bye(facts) && !facts->missed
           && left_at_once(facts) && !server_stayed(facts) && server_sent_no_data(facts);
}

/* What the server may have done only when the handshake was over. */
static const char *what_server_did(const struct facts *facts)
{
    bool has_certificate =
        facts->tls13 ? facts->client_answer == CLIENT_ANSWER_CERTIFICATE
                     : facts->client_certificate_note != NULL && !facts->client_certificate_empty;

    if (facts->tls13 && facts->client_answer == CLIENT_ANSWER_NONE)
        return "refused the client's Finished";
    return has_certificate ? "refused the client's certificate"
                           : "missed a certificate of the client";
}

/* Some servers look at the client's certificate only when the handshake is over. */
static bool server_closed_right_after_handshake(const struct facts *facts, struct text *text)
{
    if (!server_left_at_once(facts))
        return false;
    text_add(text,
             "the server closed the connection right after the handshake without sending data: it "
             "may only then have %s%s",
             what_server_did(facts),
             facts->client_hello_read && facts->client_extensions.alpn.state == EXTENSION_ABSENT
                 ? ", or missed an application protocol (ALPN), which the client does not offer"
                 : "");
    return true;
}

/* The last protected record of the handshake type that this side sent is a Finished: it follows its
 * change_cipher_spec at once. */
static bool ends_with_finished(const struct handshake *handshake, enum side side)
{
    bool is_changed = false;
    bool is_finished = false;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note->side != (uint8_t)side)
            continue;
        if (note->kind == NOTE_ENCRYPTED_HANDSHAKE)
            is_finished = is_changed;
        is_changed = note->kind == NOTE_CHANGE_CIPHER_SPEC;
    }
    return is_finished;
}

/* The client's hello of another handshake: up to TLS 1.2 its records are of the same type. A
 * Finished, which a stack may cut into pieces, is shorter than any hello. NULL: there is none. */
static const struct note *renegotiation_of(const struct facts *facts)
{
    const struct note *finished = facts->finished_note[SIDE_CLIENT];
    const struct note *hello;

    if (facts->tls13 || finished == NULL || facts->finished_note[SIDE_SERVER] == NULL)
        return NULL;
    hello = handshake_next(facts->handshake, last_of_handshake(facts), SIDE_CLIENT,
                           NOTE_ENCRYPTED_HANDSHAKE);
    return hello != NULL && hello->length > finished->length ? hello : NULL;
}

/* No data, which would have to wait for the end of that handshake. */
static bool ends_in_renegotiation(const struct facts *facts, const struct note *hello)
{
    const struct handshake *handshake = facts->handshake;

    return facts->refusal.kind != REFUSAL_NONE && facts->refusal.note > hello
           && handshake_next(handshake, hello, SIDE_CLIENT, NOTE_APPLICATION_DATA) == NULL
           && handshake_next(handshake, hello, SIDE_SERVER, NOTE_APPLICATION_DATA) == NULL
           && !(ends_with_finished(handshake, SIDE_CLIENT)
                && ends_with_finished(handshake, SIDE_SERVER));
}

/* Servers that want the client's certificate for some of what they serve alone ask for it when they
 * have read the request. What fails then is encrypted. */
static bool renegotiation_ended(const struct facts *facts, struct text *text)
{
    const struct note *hello = renegotiation_of(facts);
    const struct note *request;

    if (facts->outcome != OUTCOME_ESTABLISHED || hello == NULL || facts->missed
        || facts->handshake->notes_full || !ends_in_renegotiation(facts, hello))
        return false;
    request = handshake_next(facts->handshake, last_of_handshake(facts), SIDE_SERVER,
                             NOTE_ENCRYPTED_HANDSHAKE);
    text_add(text,
             "behind the handshake another one began (renegotiation)%s, and the %s ended the "
             "connection in the middle of it",
             request != NULL && request < hello
                 ? ", which the server asked for, as IIS does for a certificate of the client"
                 : "",
             side_name(facts->refusal.by));
    return true;
}

static bool obsolete_version(const struct facts *facts, struct text *text)
{
    char version[16];

    if (facts->version == 0 || facts->version >= TLS_VERSION_1_2)
        return false;
    text_add(text, "%s was chosen, which RFC 8996 forbids",
             describe_version(facts->version, version));
    return true;
}

static bool weak_suite(const struct facts *facts, struct text *text)
{
    if (facts->suite == NULL || facts->suite->strength > SUITE_STRENGTH_WEAK)
        return false;
    text_add(text, "the weak cipher suite %s was chosen", facts->suite->name);
    return true;
}

static bool name_not_recognized(const struct facts *facts, struct text *text)
{
    const struct note *warning = facts->warning_note;

    if (warning == NULL || warning->code != TLS_ALERT_UNRECOGNIZED_NAME)
        return false;
    text_add(text,
             "the server warned that it does not know the requested name "
             "(unrecognized_name): by RFC 6066 the handshake goes on, but some clients end it");
    return true;
}

/* The certificate for this name has another issuer than before, and both sides are told. A time is
 * right in any file, and after a restart. */
static bool issuer_changed(const struct facts *facts, struct text *text)
{
    const struct issuer_sighting *earlier = facts->earlier_issuer;
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    if (earlier == NULL)
        return false;
    text_add(text, "the certificate for this name was issued by %s at ", earlier->text);
    text_add_time(text, earlier->at.time_ns);
    text_add(text, " UTC, from ");
    summary_add_endpoint(text, &earlier->server);
    text_add(text, ", and is now issued by %.*s%s", (int)sizeof(earlier->text) - 1,
             chain->leaf->issuer,
             chain->trust_known && chain->end != CHAIN_END_ANCHORED
                 ? ", which is not in the trust store: somebody may intercept"
                 : "");
    return true;
}

/* A chain that is not of a public authority is not cut off, it is private. */
static bool is_private_chain(const struct chain_judgement *chain)
{
    const struct certificate *leaf = chain->leaf;

    if (chain->end == CHAIN_END_UNTRUSTED_ROOT)
        return true;
    return chain->end == CHAIN_END_ISSUER_MISSING && leaf->reading == CERTIFICATE_READ
           && !chain_leaf_looks_public(leaf);
}

static bool private_issuer(const struct facts *facts, struct text *text)
{
    const struct chain_judgement *chain = facts->chain[SIDE_SERVER];

    if (chain == NULL || !chain->trust_known || chain->name != NAME_MATCH_SAN
        || !is_private_chain(chain) || !public_name_is(facts_server_name(facts)))
        return false;
    text_add(text,
             "the certificate for this public name is from a private issuer: %s; a company "
             "may do so for its own names, and a proxy that intercepts does so for all",
             chain->leaf->issuer);
    return true;
}

/* One name for the proxy, another one for the server: a trailing dot and case are none of the name
 * (RFC 6066 section 3). An address says nothing of a name. */
static bool proxy_target_differs(const struct facts *facts, struct text *text)
{
    struct bytes name = facts_server_name(facts);
    struct bytes host = facts->starttls.target.host;

    if (!facts->starttls.has_target || facts->starttls.target.has_address || host.len == 0)
        return false;
    if (host.data[host.len - 1] == '.')
        host.len--;
    if (name.len == 0 || bytes_equal(name, facts->starttls.target.host)
        || name_match_dns(host, name))
        return false;
    text_add(text, "the client asked the proxy for ");
    text_add_untrusted(text, facts->starttls.target.host);
    text_add(text, " and then the server for ");
    text_add_untrusted(text, name);
    return true;
}

static bool client_scans(const struct facts *facts, struct text *text)
{
    if (!known_client_scans(facts->known))
        return false;
    text_add(
        text,
        "within minutes at least %u different hellos of this client failed at this server, "
        "each with something unusual: it seems to be a scanner, such as sslscan, testssl.sh or "
        "nmap, that asks what the server takes",
        facts->known->oddities);
    return true;
}

static bool messages_not_kept(const struct facts *facts, struct text *text)
{
    if (!facts->handshake->transcript_full && !facts->handshake->notes_full)
        return false;
    text_add(text, "a limit was reached and parts of the handshake were not kept");
    return true;
}

static bool octets_missed(const struct facts *facts, struct text *text)
{
    const struct handshake *handshake = facts->handshake;
    uint64_t missed = handshake->gap_octets[SIDE_CLIENT] + handshake->gap_octets[SIDE_SERVER];

    if (missed == 0)
        return false;
    text_add(text, "the capture lacks %llu octets of this connection", (unsigned long long)missed);
    return true;
}

/* A finding to be filled, NULL when there is no room: what comes last is the least important. */
static struct finding *next_finding(struct verdict *verdict)
{
    if (verdict->finding_count == VERDICT_FINDINGS_MAX)
        return NULL;
    return &verdict->findings[verdict->finding_count];
}

/* Who verifies only after the handshake has accepted nothing yet when it is over, and some clients
 * ask somebody, who takes time. */
static bool is_accepted(const struct facts *facts, enum side side)
{
    return facts->outcome == OUTCOME_ESTABLISHED && !left_without_data(facts)
           && (side == SIDE_SERVER || !server_left_at_once(facts));
}

/* A problem that is the cause, or that was taken for it, is told as such. */
static bool is_told(const struct verdict *verdict, const struct chain_problem *problem)
{
    return verdict->cause != NULL && verdict->cause == problem->cause;
}

static void add_chain_problem(const struct facts *facts, enum side side,
                              const struct chain_problem *problem, struct verdict *verdict)
{
    const char *id = side == SIDE_SERVER ? problem->id : problem->client_id;
    struct finding *finding = next_finding(verdict);
    struct text text;

    if (finding == NULL || id == NULL)
        return;
    text = text_begin(finding->text, sizeof(finding->text));
    text_add_string(&text, side == SIDE_CLIENT ? "of the client: " : "");
    problem->tell(facts->chain[side], &text);
    if (problem->is_refusable && is_accepted(facts, side)) {
        text_add_string(&text, "; the ");
        text_add_string(&text, party_name(party_of(side_other(side))));
        text_add_string(&text, " accepted it");
    }
    finding->id = id;
    verdict->finding_count++;
}

/* What is wrong with the certificates of a side. When the server refused those of the client, all
 * of it is evidence already. */
static void find_chain_problems(const struct facts *facts, enum side side, struct verdict *verdict)
{
    uint32_t problems;

    if (facts->chain[side] == NULL)
        return;
    if (side == SIDE_CLIENT && verdict->cause == &cause_client_certificate_rejected)
        return;
    problems = chain_problems_of(facts->chain[side]);
    for (size_t i = 0; problems >> i != 0; i++)
        if ((problems >> i & 1) != 0
            && (side == SIDE_CLIENT || !is_told(verdict, &chain_problems[i])))
            add_chain_problem(facts, side, &chain_problems[i], verdict);
}

static const struct finding_row {
    const char *id;
    bool is_of_server;
    bool is_departure;
    bool (*find)(const struct facts *facts, struct text *text);
} finding_rows[] = {
    {"closed_right_after_handshake", false, true, closed_right_after_handshake},
    {"server_closed_right_after_handshake", false, true, server_closed_right_after_handshake},
    {"clear_after_handshake", false, true, clear_after_handshake},
    {"renegotiation_ended", false, true, renegotiation_ended},
    {"obsolete_version", true, false, obsolete_version},
    {"weak_suite", true, false, weak_suite},
    {"issuer_changed", true, false, issuer_changed},
    {"private_issuer", true, false, private_issuer},
    {"name_not_recognized", true, false, name_not_recognized},
    {"proxy_target_differs", false, false, proxy_target_differs},
    {"client_scans", false, false, client_scans},
    {"messages_not_kept", false, false, messages_not_kept},
    {"octets_missed", false, false, octets_missed},
};

enum { FINDING_ROWS = sizeof(finding_rows) / sizeof(finding_rows[0]) };

static bool find_other(const struct facts *facts, const struct finding_row *row,
                       struct finding *finding)
{
    struct text text = text_begin(finding->text, sizeof(finding->text));

    finding->id = row->id;
    return row->find(facts, &text);
}

static void find_others(const struct facts *facts, struct verdict *verdict)
{
    for (size_t i = 0; i < FINDING_ROWS; i++) {
        struct finding *finding = next_finding(verdict);

        if (finding == NULL)
            return;
        verdict->finding_count += find_other(facts, &finding_rows[i], finding);
    }
}

static const struct finding_row *row_of(const char *id)
{
    for (size_t i = 0; i < FINDING_ROWS; i++)
        if (strcmp(finding_rows[i].id, id) == 0)
            return &finding_rows[i];
    return NULL;
}

bool finding_is_departure(const char *id)
{
    const struct finding_row *row = row_of(id);

    return row != NULL && row->is_departure;
}

bool finding_is_of_server(const char *id)
{
    const struct finding_row *row = row_of(id);

    if (row != NULL)
        return row->is_of_server;
    for (size_t i = 0; i < chain_problem_count; i++)
        if (strcmp(chain_problems[i].id, id) == 0)
            return true;
    return false;
}

void finding_add_all(const struct facts *facts, struct verdict *verdict)
{
    find_others(facts, verdict);
    find_chain_problems(facts, SIDE_SERVER, verdict);
    find_chain_problems(facts, SIDE_CLIENT, verdict);
}
