/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.h -- what tlswhy says of one connection. */
#ifndef TLSWHY_ANALYZE_VERDICT_H
#define TLSWHY_ANALYZE_VERDICT_H

#include <string.h>

#include "analyze/cause.h"
#include "analyze/remedy.h"

enum {
    VERDICT_ALTERNATIVES_MAX = 5,
    VERDICT_FINDINGS_MAX = 16,
    INCIDENT_ID_SIZE = 33 /* of the identifier of an incident: 32 hexadecimal digits, and NUL */
};

/* Another thing that is wrong, or worth knowing, which did not decide the outcome. */
struct finding {
    const char *id;               /* lower_snake_case, a string constant */
    char text[EVIDENCE_TEXT_MAX]; /* a sentence */
};

struct incident;

/* What was said of a connection before. */
struct earlier_verdict {
    const struct cause *cause;
    enum certainty confidence;
    enum party refused_by;
    bool is_folded;                  /* it was told of by the event of its incident alone */
    char incident[INCIDENT_ID_SIZE]; /* that one; "": it is not folded */
};

struct verdict {
    const struct facts *facts;
    enum outcome outcome;
    enum stage stage;
    enum party refused_by;
    const struct cause *cause; /* OUTCOME_FAILED: never NULL; else NULL */
    enum certainty confidence;
    const struct cause *alternatives[VERDICT_ALTERNATIVES_MAX];
    size_t alternative_count;
    struct evidence evidence;
    const struct remedy_way *way;  /* what the remedy's commands need; NULL: nothing */
    const char *incomplete_reason; /* OUTCOME_INCOMPLETE: what the capture lacks; else NULL */
    struct finding findings[VERDICT_FINDINGS_MAX];
    size_t finding_count;
    struct incident *incident;             /* that it belongs to; NULL: none */
    const struct earlier_verdict *earlier; /* which this one takes the place of; NULL: the first */
};

/* Begin *verdict, which borrows facts: the outcome and the stage, no cause and no finding. */
void verdict_begin(struct verdict *verdict, const struct facts *facts);

/* Whether an event of this connection was written before, and another one takes its place now. */
static inline bool verdict_is_update(const struct verdict *verdict)
{
    return verdict->earlier != NULL && !verdict->earlier->is_folded;
}

/* Whether one of the findings has this identifier. */
static inline bool verdict_has_finding(const struct verdict *verdict, const char *id)
{
    for (size_t i = 0; i < verdict->finding_count; i++)
        if (strcmp(verdict->findings[i].id, id) == 0)
            return true;
    return false;
}

/* Judge one connection: runs every rule over the facts and fills *verdict, which
 * borrows facts. */
void diagnose(const struct facts *facts, struct verdict *verdict);

/* Where verdicts go. The verdict and all it borrows are valid during the call. */
struct verdict_sink {
    void *context;
    void (*take)(void *context, const struct verdict *verdict);

    /* One on a connection of this server is likely to come soon; NULL: nobody wants to know. */
    void (*expect)(void *context, const struct endpoint *server);
};

#endif
