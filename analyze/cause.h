/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cause.h -- a cause of a failed handshake: one row of knowledge and one rule.
 *
 * Each cause is a constant in analyze/causes/<identifier>.c; cause_list.c orders
 * them. A rule is pure: facts in, certainty and evidence out. It never looks at
 * other causes; diagnose.c compares what they say.
 */
#ifndef TLSWHY_ANALYZE_CAUSE_H
#define TLSWHY_ANALYZE_CAUSE_H

#include "analyze/evidence.h"
#include "analyze/facts.h"
#include "dissect/tls.h"

/* How sure a rule is. Ordered: a higher value wins. */
enum certainty {
    CAUSE_NO,       /* the facts do not fit */
    CAUSE_POSSIBLE, /* one of several explanations */
    CAUSE_LIKELY,   /* fits clearly better than others could */
    CAUSE_CERTAIN   /* the protocol states it, or nothing else can produce these packets */
};

/* "certain", "likely", "possible"; "none" for CAUSE_NO. */
const char *certainty_name(enum certainty certainty);

/* The part of the exchange that a cause belongs to. */
enum layer {
    LAYER_NEGOTIATION,
    LAYER_SERVER_NAME,
    LAYER_CERTIFICATE,
    LAYER_NETWORK,
    LAYER_PROTOCOL
};

/* "negotiation", "server_name", "certificate", "network", "protocol". */
const char *layer_name(enum layer layer);

/* The alerts that a cause can come with, as numbers of RFC 8446 section 6, the usual one first. */
struct cause_alerts {
    const uint8_t *codes; /* borrowed for good */
    size_t count;
};

#define CAUSE_ALERTS(...)                                                                          \
    {                                                                                              \
        .codes = (const uint8_t[]){__VA_ARGS__}, .count = sizeof((const uint8_t[]){__VA_ARGS__})   \
    }
#define CAUSE_WITHOUT_ALERTS                                                                       \
    {                                                                                              \
        .codes = NULL, .count = 0                                                                  \
    }

struct cause {
    const char *id; /* the product's vocabulary: lower_snake_case, never renamed */
    enum layer layer;
    const char *title;       /* one sentence that a tired operator understands, no full stop */
    const char *explanation; /* what happened on the wire and why that ends a handshake */
    const char *remedy;      /* what to do where, with the command that checks it */
    const char *reported_as; /* how the usual clients and servers word it, separated by "; " */
    struct cause_alerts alerts;
    const char *source;   /* RFC and section */
    bool last_resort;     /* asked only when no other rule matches: it explains nothing further */
    bool tells_end_alone; /* how it ended, and what that usually means: a fact that would end a
                             handshake in that way as well leaves it possible at most */
    bool tells_attempt;   /* its evidence has all that there is to tell of the end of an attempt to
                             connect */
    enum party ended_by;  /* who ended the handshake; PARTY_NONE: whose refusal it was */

    /* The rule. May add to *evidence only what it used. NULL only for the cause that is
     * chosen when no rule matches. */
    enum certainty (*match)(const struct facts *facts, struct evidence *evidence);

    /* Nothing on the wire points to this cause, and it would end a handshake in this way: where the
     * verdict is not certain it is named among the alternatives, the last ones. NULL: never. */
    bool (*conceivable)(const struct facts *facts);
};

/* All causes; the most specific come first: between rules of equal certainty the
 * earlier one is the primary cause. Ends with the cause "unknown", which has no rule. */
extern const struct cause *const cause_list[];
extern const size_t cause_count;

/* The cause with this identifier, or NULL. */
const struct cause *cause_find(const char *id);

#endif
