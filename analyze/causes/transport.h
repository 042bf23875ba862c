/* SPDX-License-Identifier: GPL-2.0-or-later */
/* transport.h -- what TCP tells when TLS says nothing: loss, silence, resets. */
#ifndef TLSWHY_ANALYZE_CAUSES_TRANSPORT_H
#define TLSWHY_ANALYZE_CAUSES_TRANSPORT_H

#include "analyze/cause.h"
#include "capture/time_unit.h"

/* A client that waited this long for an answer has waited in vain: a server's hello takes a round
 * trip, and the time-out of a second, the shortest that is usual, begins with the connection, well
 * before the hello. */
#define WAITED_IN_VAIN_NS (800 * MILLISECOND_NS)

/* Nobody said anything about TLS at the end: silence, FIN, RST, a close without a reason, or an
 * encrypted alert of a side that never got what it waited for. */
bool ended_without_reason(const struct facts *facts);

/* A ClientHello of any format was seen. */
bool client_hello_seen(const struct facts *facts);

/* Not all of the ClientHello arrived: whoever waits for the rest owes no answer. */
bool client_hello_broke_off(const struct facts *facts);

/* Payload of this side was sent again and again and never acknowledged. */
bool data_is_lost(const struct facts *facts, enum side from);

/* Octets of this side never arrived: the receiver acknowledges later ones, or the sender's own
 * numbers tell of them. */
bool data_has_hole(const struct facts *facts, enum side from);

/* How long there was a hole in what this side sent, to the end: from the first packet behind it, if
 * one came, or else from the last word. */
int64_t hole_lasted_ns(const struct facts *facts, enum side from);

/* The server's first record behind the hello, when it came seconds later and the client had closed
 * by then. NULL: it was not that late, or none came. */
const struct note *late_answer(const struct facts *facts);

/* The last word is the client's, and the server owes more than it said before: its Finished, or, to
 * a second hello, its own. */
bool server_owes_answer(const struct facts *facts);

/* The server closed, or reset, although it was the client's turn, for which it had waited: what
 * kept the client from it, or its octets, is the cause, and may not be in the capture. Servers and
 * load balancers whose time-out is over do either. */
bool server_waited_in_vain(const struct facts *facts);

/* The server's host took the TCP connection, and nothing came of it behind its SYN-ACK, not even an
 * ACK of what the client sent again and again. The path may have lost that; and a host whose
 * program does not take its connections drops it, as Linux does when the queue of them is full.
 * No queue is full for long of a server that established handshakes since, and a kernel knows
 * nothing of the names in hellos. */
bool accept_queue_may_be_full(const struct facts *facts);

/* Packets had to be sent again more often than a path that merely loses one now and then makes
 * necessary: SYNs and payload of both sides. */
bool path_is_lossy(const struct facts *facts);

/* What the client said last got through only when it had been sent again and again for so long that
 * the server had less time for it until the end than its way took. */
bool client_was_heard_late(const struct facts *facts);

/* The server sent the same octets again and again for more than half of the connection's life, for
 * seconds at least, before they got through: at last, too, for want of an ACK. */
bool server_was_heard_late(const struct facts *facts);

/* From when the client's last octets were sent for the last time to the end. */
int64_t heard_for_ns(const struct facts *facts);

/* Not only large segments of this side were lost: SYNs were, or what the other side sent. */
bool loss_is_general(const struct facts *facts, enum side from);

/* Octets of payload from which on a segment of this side counts as full: what the receiver
 * announced in its SYN, less the room for TCP options. */
uint32_t full_segment(const struct facts *facts, enum side from);

/* Octets of payload of the largest segment of this side on the wire. A capture on the sender's own
 * host, or between virtual machines, has packets that a network card cuts only behind it: then it
 * is what the receiver announced in its SYN, less the options that every segment carries
 * (RFC 9293 section 3.7.1, RFC 7323 section 3.2). */
uint32_t segment_on_wire(const struct facts *facts, enum side from);

/* The RST of this side came from elsewhere: it does not fit the side's other packets. */
enum certainty reset_is_foreign(const struct facts *facts, enum side by);

/* The capture has both sides of a router and the RST of this side on one of them alone: the router
 * made it, likely where it did not send on what the RST answers, or dropped it. */
enum certainty reset_is_of_router(const struct facts *facts, enum side by);

/* The packet with which a side ended the connection, no RST, is the first of that side that took
 * another path: what is on the way may have answered in the side's place, or, as load balancers do
 * that take connections and pass them on, before it. Add that. */
bool answer_has_other_path(const struct facts *facts);
void describe_answer_path(const struct facts *facts, struct evidence *evidence);

/* Add the counts of a direction's loss; the RST and the packets it is compared with. */
void describe_loss(const struct facts *facts, enum side from, struct evidence *evidence);
void describe_reset(const struct facts *facts, enum side by, struct evidence *evidence);

/* Add what the RST itself says; part of describe_reset. */
void describe_reset_words(const struct facts *facts, enum side by, struct evidence *evidence);

/* Add that the server ended the connection before anybody had said a word, or when it had agreed to
 * TLS, and how soon. */
void describe_turned_away(const struct facts *facts, struct evidence *evidence);

/* Add that this side reads no more; nothing where it does. */
void describe_closed_window(const struct facts *facts, enum side side, struct evidence *evidence);

/* Add how long the client waited for an answer to its hello, and that it was acknowledged. */
void describe_wait(const struct facts *facts, struct evidence *evidence);

#endif
