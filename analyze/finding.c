/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/finding.h"

#include "analyze/causes/causes.h"
#include "analyze/chain_problem.h"
#include "analyze/departure.h"
#include "analyze/issuer_history.h"
#include "analyze/knowledge.h"
#include "analyze/name_match.h"
#include "analyze/public_name.h"
#include "analyze/summary.h"
#include "analyze/text.h"

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

/* A chain that is not of a public authority is not cut off, it is private. Of a public one the root
 * may be younger than the trust store. */
static bool is_private_chain(const struct chain_judgement *chain)
{
    const struct certificate *leaf = chain->leaf;

    if (chain->end == CHAIN_END_UNTRUSTED_ROOT)
        return true;
    return chain->end == CHAIN_END_ISSUER_MISSING && !chain->issuer_seen_completes
           && leaf->reading == CERTIFICATE_READ && !chain_leaf_looks_public(leaf);
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

/* What is incomplete says of itself that a direction is missing. */
static bool octets_missed(const struct facts *facts, struct text *text)
{
    const struct handshake *handshake = facts->handshake;
    uint64_t missed = handshake->gap_octets[SIDE_CLIENT] + handshake->gap_octets[SIDE_SERVER];
    bool is_half = facts->one_direction_only && facts->outcome == OUTCOME_FAILED;

    if (missed == 0 && !is_half)
        return false;
    if (is_half)
        text_add(text, "the capture has only one direction of this connection");
    if (missed > 0)
        text_add(text, "%s %llu octets of %s", is_half ? ": it lacks" : "the capture lacks",
                 (unsigned long long)missed, is_half ? "the other" : "this connection");
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
    return facts->outcome == OUTCOME_ESTABLISHED && !departure_client_left(facts)
           && (side == SIDE_SERVER || !departure_server_left(facts));
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

/* Whom or what a finding is about; ABOUT_DEPARTURE: an established handshake that was left at once,
 * ABOUT_OTHER: the client, the two together, or the capture. */
enum about { ABOUT_OTHER, ABOUT_SERVER, ABOUT_DEPARTURE };

static const struct finding_row {
    const char *id;
    enum about about;
    bool (*find)(const struct facts *facts, struct text *text);
} finding_rows[] = {
    {"closed_right_after_handshake", ABOUT_DEPARTURE, departure_tell_client},
    {"server_closed_right_after_handshake", ABOUT_DEPARTURE, departure_tell_server},
    {"alpn_not_chosen", ABOUT_DEPARTURE, departure_tell_alpn},
    {"clear_after_handshake", ABOUT_DEPARTURE, departure_tell_clear},
    {"renegotiation_ended", ABOUT_DEPARTURE, departure_tell_renegotiation},
    {"obsolete_version", ABOUT_SERVER, obsolete_version},
    {"weak_suite", ABOUT_SERVER, weak_suite},
    {"issuer_changed", ABOUT_SERVER, issuer_changed},
    {"private_issuer", ABOUT_SERVER, private_issuer},
    {"name_not_recognized", ABOUT_SERVER, name_not_recognized},
    {"proxy_target_differs", ABOUT_OTHER, proxy_target_differs},
    {"client_scans", ABOUT_OTHER, client_scans},
    {"messages_not_kept", ABOUT_OTHER, messages_not_kept},
    {"octets_missed", ABOUT_OTHER, octets_missed},
};

enum { FINDING_ROWS = sizeof(finding_rows) / sizeof(finding_rows[0]) };

/* One subflow of Multipath TCP does not tell how, or whether, the connection was left. */
static bool is_seen_whole(const struct facts *facts, const struct finding_row *row)
{
    return row->about != ABOUT_DEPARTURE || !connection_is_multipath(facts->connection);
}

static bool find_other(const struct facts *facts, const struct finding_row *row,
                       struct finding *finding)
{
    struct text text = text_begin(finding->text, sizeof(finding->text));

    finding->id = row->id;
    return is_seen_whole(facts, row) && row->find(facts, &text);
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

    return row != NULL && row->about == ABOUT_DEPARTURE;
}

bool finding_is_of_server(const char *id)
{
    const struct finding_row *row = row_of(id);

    if (row != NULL)
        return row->about == ABOUT_SERVER;
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
