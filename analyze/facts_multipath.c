/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_multipath.c -- what a TCP connection tells that may be one of several subflows (RFC
 * 8684). */
#include "analyze/facts_internal.h"

/* The server sent something behind its SYN-ACK and before its RST: until then the client has no
 * confirmation that Multipath TCP works here, and may not open another subflow (RFC 8684 section
 * 3.1). */
static bool other_subflows_may_be(const struct facts *facts)
{
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];

    return server->packets > (uint64_t)server->syn_count + direction_reset(server)->count;
}

/* What is said in clear says the same on whatever subflow it comes: an alert, an answer in another
 * protocol that is known, a refusal of TLS. */
static bool is_decided_by_words(const struct facts *facts)
{
    const struct refusal *refusal = &facts->refusal;

    return refusal->kind == REFUSAL_ALERT || facts->starttls.refused
           || (refusal->kind == REFUSAL_PLAINTEXT && facts->prelude[refusal->by] > PRELUDE_PARTIAL);
}

static void leave_open(struct facts *facts, const char *reason)
{
    facts->outcome = OUTCOME_INCOMPLETE;
    facts->incomplete_reason = reason;
}

void facts_allow_for_multipath(struct facts *facts)
{
    if (connection_is_subflow(facts->connection)) {
        if (facts->outcome != OUTCOME_NOT_TLS)
            leave_open(facts, "a further subflow of Multipath TCP: TLS began on another one");
        return;
    }
    if (facts->outcome == OUTCOME_FAILED && connection_is_multipath(facts->connection)
        && other_subflows_may_be(facts) && !is_decided_by_words(facts))
        leave_open(facts, "Multipath TCP: the rest may have gone over another subflow");
}
