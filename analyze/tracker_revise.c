/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tracker_revise.c -- verdicts that were given at once, looked at again. */
#include "analyze/tracker_internal.h"

struct earlier_verdict tracker_earlier_of(const struct verdict *verdict)
{
    struct earlier_verdict earlier = {
        .cause = verdict->cause,
        .confidence = verdict->confidence,
        .refused_by = verdict->refused_by,
        .is_folded = verdict->incident != NULL && verdict->incident->is_last_folded,
    };

    if (earlier.is_folded)
        (void)incident_id(verdict->incident, earlier.incident);
    return earlier;
}

void tracker_keep_judged(struct tracker *tracker, const struct observation *observation,
                         enum outcome outcome, const struct defer_note *note)
{
    struct defer *judged = note->looks < TRACKER_LOOKS ? tracker->judged[note->looks] : NULL;
    bool is_wanted =
        outcome == OUTCOME_FAILED
        || (note->is_attempt && tracker->attempts_waiting < TRACKER_ATTEMPTS_WAITING_MAX);

    if (judged == NULL || !is_wanted)
        return;
    if (!defer_keep(judged, observation, note))
        tracker->counters.unrevised++;
    else
        tracker->attempts_waiting += note->is_attempt;
}

static bool is_other(const struct verdict *verdict, const struct earlier_verdict *earlier)
{
    return verdict->cause != earlier->cause || verdict->confidence != earlier->confidence
           || verdict->refused_by != earlier->refused_by;
}

/* Count a failure with what is said of it now. */
static void count_anew(struct tracker *tracker, struct verdict *verdict,
                       const struct defer_note *note)
{
    const struct earlier_verdict *earlier = &note->verdict;
    struct incident_failure failure = incidents_failure_of(tracker->incidents, verdict);

    if (earlier->cause != NULL && earlier->cause != verdict->cause)
        incidents_take_back(tracker->incidents, &failure, earlier->cause);
    if (earlier->cause != verdict->cause)
        incidents_add(tracker->incidents, &failure, &note->past);
    verdict->incident = incidents_find(tracker->incidents, &failure, true);
    if (earlier->is_folded)
        incidents_move_folded(tracker->incidents, &failure, earlier, verdict->incident);
}

/* One that was a mere attempt has no verdict yet that anybody was told of. */
static void give_revised(struct tracker *tracker, struct verdict *verdict, struct defer_note *note)
{
    struct earlier_verdict earlier = note->verdict;

    count_anew(tracker, verdict, note);
    if (earlier.cause != NULL) {
        verdict->earlier = &earlier;
        tracker->counters.revised++;
    } else {
        tracker_count_limits(tracker, verdict->facts);
    }
    tracker->sink.take(tracker->sink.context, verdict);
    verdict->earlier = NULL;
    note->verdict = tracker_earlier_of(verdict);
    if (earlier.cause == NULL)
        return;
    note->verdict.is_folded = earlier.is_folded && verdict->incident != NULL; /* nobody was asked */
    if (note->verdict.is_folded)
        (void)incident_id(verdict->incident, note->verdict.incident);
}

static void revise(struct tracker *tracker, struct deferred *deferred)
{
    struct defer_note *note = &deferred->note;
    struct facts facts;
    struct known known;
    struct verdict verdict;

    tracker->attempts_waiting -= note->is_attempt;
    tracker_build_deferred(tracker, deferred, &facts);
    if (facts.outcome == OUTCOME_FAILED) {
        note->is_attempt = false;
        tracker_weigh(tracker, &facts, &known, &verdict);
        if (is_other(&verdict, &note->verdict))
            give_revised(tracker, &verdict, note);
    }
    note->looks++;
    tracker_keep_judged(tracker, &deferred->observation, facts.outcome, note);
}

static void revise_until(struct tracker *tracker, size_t look, int64_t judged_ns)
{
    struct deferred *deferred;

    while (tracker->judged[look] != NULL
           && (deferred = defer_take_judged(tracker->judged[look], judged_ns)) != NULL) {
        revise(tracker, deferred);
        deferred_free(deferred);
    }
}

static const int64_t look_after_ns[TRACKER_LOOKS] = {TRACKER_FIRST_LOOK_NS, TRACKER_SECOND_LOOK_NS};

void tracker_revise(struct tracker *tracker, int64_t now_ns)
{
    if (now_ns < tracker->revised_ns - TRACKER_FIRST_LOOK_NS) /* the clock was set back */
        tracker_revise_all(tracker);
    tracker->revised_ns = now_ns;
    for (size_t look = 0; look < TRACKER_LOOKS; look++)
        revise_until(tracker, look, now_ns - look_after_ns[look]);
}

void tracker_revise_all(struct tracker *tracker)
{
    for (size_t look = 0; look < TRACKER_LOOKS; look++)
        revise_until(tracker, look, INT64_MAX);
}
