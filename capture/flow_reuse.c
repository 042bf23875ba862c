/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a segment begins another connection where a flow stands that nobody reads. */
#include "capture/flow.h"
#include "capture/moment.h"

/* A SYN-ACK belongs to the connection whose SYN it ACKs, as far as that is known. */
static bool is_foreign_syn_ack(const struct flow *flow, const struct segment *syn_ack)
{
    bool is_known =
        (flow->flags & FLOW_ISN_KNOWN) != 0 && flow_opener(flow) == (syn_ack->half ^ 1u);
    bool has_fin = (flow->flags & FLOW_FIN_0 << syn_ack->half) != 0;

    if (is_known && flow->isn + 1 == syn_ack->acknowledgment)
        return false;
    return flow->state == FLOW_OVER || has_fin
           || elapsed_ns(syn_ack->at.time_ns, flow->seen_ns) > FLOW_REUSE_NS;
}

bool flow_is_reused_by(const struct flow *flow, const struct segment *segment, int64_t linger_ns)
{
    if (!(segment->flags & TCP_SYN) || (segment->flags & TCP_RST))
        return false;
    if (segment->flags & TCP_ACK)
        return is_foreign_syn_ack(flow, segment);
    if (!(flow->flags & FLOW_ISN_KNOWN) || flow_opener(flow) != segment->half
        || flow->isn != segment->sequence)
        return true;
    return flow->state == FLOW_OVER && elapsed_ns(segment->at.time_ns, flow->seen_ns) > linger_ns;
}
