/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/tracker.h"

#include "analyze/examiner.h"
#include "analyze/session.h"
#include "analyze/tracker_internal.h"
#include "capture/fetch.h"
#include "dissect/tls.h"

static struct session *take_session(struct tracker *tracker, struct connection *connection)
{
    struct session *session;
    uint32_t number;

    if (!budget_take(&tracker->memory.budget, sizeof(*session)))
        return NULL;
    number = pool_take(&tracker->sessions);
    if (number == POOL_NONE) {
        tracker->memory.budget.used -= sizeof(*session);
        return NULL;
    }
    session = pool_at(&tracker->sessions, number);
    session_begin(session, &tracker->memory, connection);
    tracker->counters.handshakes++;
    return session;
}

static void give_session(struct tracker *tracker, struct session *session)
{
    session_release(session);
    tracker->memory.budget.used -= sizeof(*session);
    tracker->counters.handshakes--;
    session->connection->user = NULL;
    pool_give(&tracker->sessions, pool_number(&tracker->sessions, session));
}

void tracker_count_limits(struct tracker *tracker, const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    tracker->counters.outcomes[facts->outcome]++;
    tracker->counters.transcripts_full += handshake->transcript_full;
    tracker->counters.notes_full += handshake->notes_full;
    tracker->counters.searches_ended += handshake->search_ended;
    tracker->counters.unreadable += facts->client_hello_note != NULL
                                    && facts->client_hello_note->offset != NOTE_NOT_KEPT
                                    && !facts->client_hello_read;
}

/* Of those that did not fail, unless all is asked for, only the ones are of interest that ended
 * before both sides had sent data: often one of them refused the other when it was too late. */
static bool is_of_interest(const struct tracker *tracker, const struct facts *facts)
{
    return tracker->options.examine_all || facts->outcome == OUTCOME_FAILED
           || (facts->outcome == OUTCOME_ESTABLISHED && facts->refusal.kind != REFUSAL_NONE);
}

/* Work out the verdict, with what is known by now of server and client. */
void tracker_weigh(struct tracker *tracker, struct facts *facts, struct known *known,
                   struct verdict *verdict)
{
    if (!is_of_interest(tracker, facts)) {
        verdict_begin(verdict, facts);
        return;
    }
    examiner_examine(tracker->examiner, facts);
    if (facts->outcome == OUTCOME_FAILED) {
        knowledge_find(tracker->knowledge, facts, known);
        facts->known = known;
    }
    insight_apply(tracker->insight, facts);
    diagnose(facts, verdict);
}

/* Count a failure, of which more may come, and name its incident. */
static void count_at_once(struct tracker *tracker, struct verdict *verdict,
                          const struct incident_past *past)
{
    struct incident_failure failure = incidents_failure_of(tracker->incidents, verdict);

    incidents_add(tracker->incidents, &failure, past);
    verdict->incident = incidents_find(tracker->incidents, &failure, true);
}

static void give_verdict(struct tracker *tracker, const struct verdict *verdict)
{
    tracker_count_limits(tracker, verdict->facts);
    tracker->sink.take(tracker->sink.context, verdict);
}

/* Judge and say so. *note gets what was said; it may be NULL unless the handshake failed. */
static void conclude(struct tracker *tracker, struct facts *facts, struct defer_note *note)
{
    struct known known;
    struct verdict verdict;

    tracker_weigh(tracker, facts, &known, &verdict);
    if (verdict.outcome == OUTCOME_FAILED && !tracker->options.alone)
        count_at_once(tracker, &verdict, &note->past);
    give_verdict(tracker, &verdict);
    facts->known = NULL;
    if (note != NULL)
        note->verdict = tracker_earlier_of(&verdict);
}

static void learn(struct tracker *tracker, struct facts *facts,
                  const struct knowledge_parties *parties)
{
    struct lesson lesson;

    if (tracker->options.alone)
        return;
    lesson = knowledge_learn(tracker->knowledge, facts, parties);
    if (lesson.is_counted_only) /* nor is there room for the clock of its client */
        return;
    if (lesson.unexamined != NULL) {
        examiner_examine(tracker->examiner, facts);
        knowledge_learn_certificate(tracker->knowledge, lesson.unexamined, facts);
        knowledge_learn_issuer(tracker->knowledge, lesson.unexamined, facts);
    }
    insight_learn(tracker->insight, facts);
}

/* A SYN that nobody took, on a port of which it is not known that TLS is spoken there. */
static bool is_attempt(const struct facts *facts)
{
    return facts->outcome == OUTCOME_NOT_TLS && facts->stage == STAGE_TCP_CONNECT
           && !facts->tls_expected;
}

/* Where its packets end the capture lacked packets of others. */
static bool others_missed(const struct tracker *tracker, const struct connection *connection)
{
    return !tracker->options.alone && tracker->losses.total > 0
           && tracker_lost_near(&tracker->losses, connection);
}

/* Whatever else is known later, the signature stays what it is. */
static void ask_signature(const struct tracker *tracker, struct observation *observation,
                          struct facts *facts)
{
    if (observation->signature_asked || !facts_client_ended_at_key_exchange(facts))
        return;
    observation->signature_asked = true;
    facts->key_exchange_signature = examiner_verify_key_exchange(tracker->examiner, facts);
    observation->key_exchange_signature = facts->key_exchange_signature;
}

/* Work out the facts, with what is known by now of the capture. */
static void build_facts(const struct tracker *tracker, struct observation *observation,
                        struct facts *facts)
{
    if (!observation->others_missed)
        observation->others_missed = others_missed(tracker, observation->connection);
    facts_build(facts, observation);
    ask_signature(tracker, observation, facts);
}

static const struct known_server *find_server(const struct tracker *tracker,
                                              const struct endpoint *server)
{
    return tracker->knowledge != NULL ? knowledge_find_server(tracker->knowledge, server) : NULL;
}

/* By now it may be known that the server speaks TLS. */
static void expect_known_tls(const struct tracker *tracker, struct observation *observation)
{
    const struct endpoint *server = &observation->connection->endpoint[SIDE_SERVER];
    const bool speaks = observation->handshake->spoke_tls[SIDE_SERVER];

    if ((speaks && observation->tls_expected)
        || !known_answers_in_tls(find_server(tracker, server)))
        return;
    observation->tls_expected = true;
    observation->tls_seen = !speaks;
}

/* The facts of one that waited. */
void tracker_build_deferred(struct tracker *tracker, struct deferred *deferred, struct facts *facts)
{
    struct observation *observation = &deferred->observation;

    expect_known_tls(tracker, observation);
    build_facts(tracker, observation, facts);
}

/* Judge one that waited and can wait no longer. */
static void conclude_deferred(struct tracker *tracker, struct deferred *deferred)
{
    struct facts facts;

    tracker->attempts_waiting -= deferred->note.is_attempt;
    tracker_build_deferred(tracker, deferred, &facts);
    conclude(tracker, &facts, &deferred->note);
    deferred_free(deferred);
}

static bool wants_to_wait(const struct tracker *tracker, const struct facts *facts)
{
    if (tracker->defer == NULL)
        return false;
    if (is_attempt(facts))
        return tracker->attempts_waiting < TRACKER_ATTEMPTS_WAITING_MAX;
    return facts->outcome == OUTCOME_FAILED || tracker->options.defer_all;
}

/* Let the verdict wait, at the cost of those that waited longest. False: it finds no room. */
static bool wait_for_more(struct tracker *tracker, const struct observation *observation,
                          const struct defer_note *note)
{
    struct deferred *early;

    while ((early = defer_make_room(tracker->defer, observation, note)) != NULL)
        conclude_deferred(tracker, early);
    if (!defer_keep(tracker->defer, observation, note))
        return false;
    tracker->attempts_waiting += note->is_attempt;
    return true;
}

static struct tls_ports tls_ports(const struct tracker *tracker)
{
    return (struct tls_ports){tracker->options.tls_ports, tracker->options.tls_port_count};
}

/* How things stood at its server when the connection began. */
static struct incident_past past_of(const struct tracker *tracker, const struct facts *facts)
{
    struct known known = {0};
    struct known_count established;

    if (!tracker->options.alone)
        knowledge_find(tracker->knowledge, facts, &known);
    if (known.server == NULL)
        return (struct incident_past){0};
    established = known_established_by(known.server, facts->connection->first.time_ns);
    return (struct incident_past){
        .established_last_ns = established.last_ns,
        .established = established.count,
    };
}

static void judge_or_wait(struct tracker *tracker, const struct observation *observation,
                          struct facts *facts)
{
    struct defer_note note = {
        .is_attempt = is_attempt(facts),
        .for_order = facts->outcome == OUTCOME_ESTABLISHED,
    };

    if (facts->outcome == OUTCOME_FAILED || note.is_attempt)
        note.past = past_of(tracker, facts);
    if (wants_to_wait(tracker, facts) && wait_for_more(tracker, observation, &note))
        return;
    conclude(tracker, facts, &note);
    note.judged_ns = facts->connection->ended_ns;
    tracker_keep_judged(tracker, observation, facts->outcome, &note);
}

/* Judge, or let it wait; and learn. */
static void judge_observed(struct tracker *tracker, struct observation *observation)
{
    const struct endpoint *server = &observation->connection->endpoint[SIDE_SERVER];
    struct knowledge_parties parties;
    uint32_t expected = 0;
    struct facts facts;

    if (tracker->sink.expect != NULL)
        tracker->sink.expect(tracker->sink.context, server);
    if (!tracker->options.alone)
        expected = knowledge_expect(tracker->knowledge, server);
    build_facts(tracker, observation, &facts);
    if (!tracker->options.alone) {
        knowledge_approach(tracker->knowledge, expected);
        knowledge_meet(tracker->knowledge, &facts, &parties);
    }
    if (facts.outcome == OUTCOME_ESTABLISHED && !tracker->options.defer_all)
        conclude(tracker, &facts, NULL); /* nothing that comes later changes it */
    else
        judge_or_wait(tracker, observation, &facts);
    learn(tracker, &facts, &parties);
    tracker_see_loss(&tracker->losses, observation->connection);
}

/* What is told of a connection was touched a round trip ago, with others since: it comes while the
 * facts are built. */
static void fetch_told(const struct session *session)
{
    enum { TRANSCRIPT_MAX = 6144 }; /* octets: most have less */
    const struct buffer *transcript = &session->transcript;
    size_t length = transcript->length;

    fetch(session->connection, sizeof(*session->connection));
    if (length > 0)
        fetch(transcript->data, length < TRANSCRIPT_MAX ? length : TRANSCRIPT_MAX);
}

/* Judge a connection that is over, or whose handshake is; or pass it on. */
static void judge(struct tracker *tracker, struct session *session, enum connection_end reason,
                  bool settled)
{
    struct connection *connection = session->connection;
    struct note notes[SESSION_NOTES];
    struct handshake handshake;
    const struct tls_ports ports = tls_ports(tracker);
    struct observation observation = {
        .connection = connection,
        .handshake = &handshake,
        .reason = reason,
        .tls_expected = tls_port_is(&ports, connection->endpoint[SIDE_SERVER].port),
        .tls_ports = ports,
        .settled = settled,
        .established_in_brief = !tracker->options.examine_all,
        .overloaded = tracker->has_loss && connection->first.time_ns <= tracker->loss_ns,
    };

    if (tracker->options.examine_all)
        fetch_told(session);
    connection_conclude(connection);
    observation.capture_end_ns = connection->ended_ns > connection->last.time_ns
                                     ? connection->ended_ns
                                     : connection->last.time_ns;
    session_conclude(session, &handshake, notes);
    expect_known_tls(tracker, &observation);
    if (tracker->options.pass_on.take != NULL) {
        tracker->options.pass_on.take(tracker->options.pass_on.context, &observation);
        return;
    }
    judge_observed(tracker, &observation);
}

/* Of a handshake without a hello nothing is learned: nobody has looked at its certificates. */
static bool is_unexamined(const struct handshake *handshake)
{
    return handshake_next_message(handshake, NULL, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO) == NULL
           && handshake_next_message(handshake, NULL, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE)
                  != NULL;
}

/* What any of them shows is known before the first is counted: it may be the issuer that another
 * one's server did not send, and so decide on its cause. */
static void see_certificates(struct tracker *tracker, struct deferred *deferred)
{
    for (; deferred != NULL; deferred = deferred->next) {
        struct facts facts;

        if (!is_unexamined(deferred->observation.handshake))
            continue;
        tracker_build_deferred(tracker, deferred, &facts);
        if (is_of_interest(tracker, &facts))
            examiner_examine(tracker->examiner, &facts);
    }
}

/* All of them are counted first: a verdict names its incident only when there is one. */
static void count_failures(struct tracker *tracker, struct deferred *deferred)
{
    for (; deferred != NULL; deferred = deferred->next) {
        struct facts facts;
        struct known known;
        struct verdict verdict;

        tracker_build_deferred(tracker, deferred, &facts);
        if (facts.outcome != OUTCOME_FAILED)
            continue;
        tracker_weigh(tracker, &facts, &known, &verdict);
        deferred->failure = incidents_failure_of(tracker->incidents, &verdict);
        incidents_add(tracker->incidents, &deferred->failure, &deferred->note.past);
    }
}

/* Certificates of others may have had to make room since: then its cause is another by now. */
static struct incident *find_counted(struct tracker *tracker, struct deferred *deferred,
                                     const struct verdict *verdict)
{
    struct incidents *incidents = tracker->incidents;

    if (deferred->failure.cause != verdict->cause) {
        const struct incident_failure counted = deferred->failure;

        deferred->failure = incidents_failure_of(incidents, verdict);
        incidents_recount(incidents, &counted, &deferred->failure, &deferred->note.past);
    }
    return incidents_find(incidents, &deferred->failure, false);
}

/* Give the verdict of one that was counted. */
static void conclude_counted(struct tracker *tracker, struct deferred *deferred)
{
    struct facts facts;
    struct known known;
    struct verdict verdict;

    tracker_build_deferred(tracker, deferred, &facts);
    tracker_weigh(tracker, &facts, &known, &verdict);
    if (verdict.outcome == OUTCOME_FAILED && deferred->failure.cause != NULL)
        verdict.incident = find_counted(tracker, deferred, &verdict);
    give_verdict(tracker, &verdict);
}

void tracker_note_loss(struct tracker *tracker, int64_t time_ns)
{
    if (!tracker->has_loss || time_ns > tracker->loss_ns)
        tracker->loss_ns = time_ns;
    tracker->has_loss = true;
}

void tracker_finish(struct tracker *tracker)
{
    struct deferred *deferred = tracker->defer != NULL ? defer_take_all(tracker->defer) : NULL;

    tracker_revise_all(tracker);
    tracker->attempts_waiting = 0;
    see_certificates(tracker, deferred);
    count_failures(tracker, deferred);
    tracker_assign_failures(tracker->incidents, deferred);
    while (deferred != NULL) {
        struct deferred *next = deferred->next;

        conclude_counted(tracker, deferred);
        deferred_free(deferred);
        deferred = next;
    }
}

struct knowledge *tracker_knowledge(struct tracker *tracker)
{
    return tracker->knowledge;
}

struct insight *tracker_insight(struct tracker *tracker)
{
    return tracker->insight;
}

const struct incidents *tracker_incidents(const struct tracker *tracker)
{
    return tracker->incidents;
}

void tracker_judge(struct tracker *tracker, const struct observation *observation)
{
    struct observation known = *observation;

    expect_known_tls(tracker, &known);
    known.established_in_brief = !tracker->options.examine_all;
    judge_observed(tracker, &known);
}

void tracker_tell_incidents(struct tracker *tracker, int64_t now_ns, bool is_last,
                            const struct incident_sink *sink)
{
    incidents_tell(tracker->incidents, tracker->knowledge, now_ns, is_last, sink);
}

/* Of a connection that was picked up midway who speaks first counts as the client, until a message
 * tells better. It is the server that has a port of TLS, or one of those that the system gives
 * (RFC 6335 section 6). */
static bool server_speaks_first(const struct tracker *tracker, const struct connection *connection)
{
    enum { SYSTEM_PORTS = 1024 };
    const struct tls_ports ports = tls_ports(tracker);
    const uint16_t first = connection->endpoint[SIDE_CLIENT].port;
    const uint16_t other = connection->endpoint[SIDE_SERVER].port;

    if (tls_port_is(&ports, first) != tls_port_is(&ports, other))
        return tls_port_is(&ports, first);
    return first < SYSTEM_PORTS && other >= SYSTEM_PORTS;
}

static enum connection_interest on_opened(void *context, struct connection *connection)
{
    struct tracker *tracker = context;
    struct session *session = take_session(tracker, connection);

    connection->user = session;
    if (session == NULL) {
        tracker->counters.refused++;
        return CONNECTION_DONE;
    }
    if (!connection->syn_seen && server_speaks_first(tracker, connection))
        session_reverse(session);
    return CONNECTION_CONTINUE;
}

/* Let go of a connection whose outcome can not change any more. */
static enum connection_interest go_on_or_settle(struct tracker *tracker, struct session *session)
{
    if (!session_settled(session))
        return CONNECTION_CONTINUE;
    judge(tracker, session, CONNECTION_END_CLOSED, true);
    give_session(tracker, session);
    return CONNECTION_DONE;
}

static enum connection_interest on_data(void *context, struct connection *connection,
                                        enum side from, struct bytes data, struct moment at)
{
    struct tracker *tracker = context;
    struct session *session = connection->user;

    if (session->server_hello_seen) /* it may be the last: what a judge looks at first comes */
        fetch(connection->endpoint, sizeof(connection->endpoint));
    session_read(session, from, data, at);
    return go_on_or_settle(tracker, session);
}

static enum connection_interest on_gap(void *context, struct connection *connection, enum side from,
                                       uint64_t missing, struct moment at)
{
    struct tracker *tracker = context;
    struct session *session = connection->user;

    session_gap(session, from, missing, at);
    return go_on_or_settle(tracker, session);
}

static enum connection_interest on_closed(void *context, struct connection *connection,
                                          enum side by, bool is_reset, struct bytes text,
                                          struct moment at)
{
    (void)context;
    session_note_closed(connection->user, by, is_reset, text, at);
    return CONNECTION_CONTINUE;
}

static bool prefers_port(void *context, uint16_t port)
{
    const struct tls_ports more = tls_ports(context);

    return tls_port_is(&more, port);
}

static void on_ended(void *context, struct connection *connection, enum connection_end reason)
{
    struct tracker *tracker = context;
    struct session *session = connection->user;

    judge(tracker, session, reason, false);
    give_session(tracker, session);
}

struct connection_handler tracker_handler(struct tracker *tracker)
{
    return (struct connection_handler){
        .context = tracker,
        .opened = on_opened,
        .data = on_data,
        .gap = on_gap,
        .closed = on_closed,
        .prefers = prefers_port,
        .ended = on_ended,
    };
}

const struct tracker_counters *tracker_counters(struct tracker *tracker)
{
    tracker->counters.memory = tracker->memory.budget.used;
    tracker->counters.memory_peak =
        tracker->memory.budget.peak + body_table_octets_peak(tracker->memory.bodies);
    tracker->counters.bodies_memory = body_table_octets(tracker->memory.bodies);
    tracker->counters.bodies_refused = body_table_refused(tracker->memory.bodies);
    if (tracker->knowledge == NULL)
        return &tracker->counters;
    tracker->counters.knowledge = knowledge_counters(tracker->knowledge);
    tracker->counters.knowledge.memory += insight_memory(tracker->insight);
    tracker->counters.certificates = certificate_cache_stats(examiner_cache(tracker->examiner));
    tracker->counters.signatures_left_out = examiner_signatures_left_out(tracker->examiner);
    tracker->counters.incidents_memory = incidents_memory(tracker->incidents);
    tracker->counters.insight = insight_counters(tracker->insight);
    tracker->counters.incidents_evicted = incidents_evictions(tracker->incidents);
    tracker->counters.incidents_refused = incidents_refusals(tracker->incidents);
    tracker->counters.incidents_evicted_open = incidents_evicted_open(tracker->incidents);
    if (tracker->defer != NULL)
        tracker->counters.defer = defer_counters(tracker->defer);
    return &tracker->counters;
}
