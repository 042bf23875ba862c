/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_internal.h -- the steps of facts_build, private to analyze/facts*.c. */
#ifndef TLSWHY_ANALYZE_FACTS_INTERNAL_H
#define TLSWHY_ANALYZE_FACTS_INTERNAL_H

#include "analyze/facts.h"

/* Times that the same octets are sent again: once may be impatience. Not ACKed by then they are
 * lost, not just slow. */
enum { FACTS_RESENDS_OF_LOSS = 2 };

/* Take the notes apart into the members for messages, hellos and protected records. */
void facts_read_notes(struct facts *facts);

/* Fill in what the offer says of the suites, when a hello was read. */
void facts_read_suites(struct facts *facts);

/* TLS 1.3: find where the client's flight begins and what it tells: client_flight_note and
 * client_answer. */
void facts_read_client_flight(struct facts *facts);

/* True when the notes show a finished handshake, whatever came afterwards. */
bool facts_handshake_finished(const struct facts *facts);

/* Up to TLS 1.2: both Finished are in the capture, and the last of them never arrived, which nobody
 * is done without (RFC 5246 section 7.3): it was sent again and again, its receiver never ACKed it
 * and sent no data. */
bool facts_finished_is_lost(const struct facts *facts);

/* Up to TLS 1.2, in an abbreviated handshake: what stands for the server's Finished is a longer
 * record than that is with the AEAD suite that was chosen, or follows a ServerHello that
 * breaks the grammar. The server speaks something else in the guise of TLS, as tunnels do that hide
 * from censors (simple-obfs). */
bool facts_server_is_in_disguise(const struct facts *facts);

/* Find out what came before TLS: a PROXY protocol header, a request for TLS within another protocol
 * and its answer. */
void facts_find_starttls(struct facts *facts, const struct tls_ports *tls_ports);

/* The client begins with HTTP that is for this server, not for one behind it as a proxy (RFC 9112
 * section 3.2.1). */
bool facts_client_speaks_plain_http(const struct facts *facts);

/* Find the first fatal event: fills refusal, warning_note, last_note and waited_ns. */
void facts_find_refusal(struct facts *facts);

/* A connection picked up midway, with no message in it that tells which side is which: an alert may
 * be anybody's, and the answer to anything. */
bool facts_sides_are_unknown(const struct facts *facts);

/* What the capture, or what was read of it, may lack of the octets that a side sent: struct trouble
 * and struct handshake say what each is. */
enum facts_lack {
    LACK_GAP = 1 << 0,          /* gap_octets: within the handshake */
    LACK_MISSED = 1 << 1,       /* missed_octets: the other side has them */
    LACK_UNSEEN = 1 << 2,       /* unseen_octets: lost by the capture or by the network */
    LACK_CUT = 1 << 3,          /* cut_octets: by snaplen */
    LACK_DROPPED = 1 << 4,      /* dropped_octets: given up here */
    LACK_BEFORE_RESET = 1 << 5, /* reset.unseen_octets */
    LACK_ANY = (1 << 6) - 1
};

/* Octets of this side are lacking in one of these ways: enum facts_lack, combined with |. */
bool facts_lacks(const struct facts *facts, enum side side, unsigned ways);

/* All that both sides sent is in the capture, as far as the numbers of TCP tell. What snaplen cut,
 * or was given up here, came by. */
bool facts_is_captured(const struct facts *facts);

/* Its SYNs left with hop limits as no system sets them and may have expired on the way, as those of
 * traceroute and mtr, which look for the routers there; and no RST of the server came. */
bool facts_traces_path(const struct facts *facts);

/* Neither side sent a single octet that the capture has. */
bool facts_nobody_spoke(const struct facts *facts);

/* Of a connection without a TLS record: somebody wanted TLS, and was refused it or waited for it in
 * vain. */
bool facts_failed_without_tls(const struct facts *facts);

/* A SYN-ACK is in the capture, or what there cannot be without one: what the client sent in a SYN
 * can (RFC 7413). */
bool facts_tcp_is_connected(const struct facts *facts);

/* Of a handshake that failed: fill in long_message. */
void facts_find_long_message(struct facts *facts);

/* Decide outcome, incomplete_reason and stage from everything else. */
void facts_decide_outcome(struct facts *facts, const struct observation *observation,
                          bool is_finished);

/* Multipath TCP: the capture may have the rest of what this TCP connection is a part of in others,
 * and which ones that are is not told here. Makes the outcome incomplete where it rests on what did
 * not come, or on octets whose place in the stream is not known. */
void facts_allow_for_multipath(struct facts *facts);

/* A protected record of TLS 1.3 that is an alert by its size and place: too small for a Finished,
 * and either exactly as long as an alert, with nothing but others of its sender behind it, or, of a
 * sender that may pad its records, the last one before the end of the connection. A padded alert is
 * longer (RFC 8446 section 5.4), and an empty Certificate is none. */
bool facts_is_protected_alert(const struct facts *facts, const struct note *note);

/* The sender of the note closes or resets later. */
bool facts_closes_later(const struct facts *facts, const struct note *after);

/* TLS 1.3: behind the client's Finished, only a server that accepted it sends a record with more in
 * it than an alert: a ticket or data, and be it a short answer before a close_notify. */
bool facts_server_went_on(const struct facts *facts, const struct note *finished);

/* TLS 1.3: the server sent more than an alert behind its flight, where that ends with a Finished
 * without padding, or else behind this record of the client. */
bool facts_server_spoke_behind(const struct facts *facts, const struct note *client);

/* TLS 1.3: the server's flight ends with a Finished without padding, and behind that it sent alerts
 * at most. */
bool facts_server_sent_flight_only(const struct facts *facts);

/* TLS 1.3: the server's flight ends with a Finished without padding, behind that the client sent a
 * record, and behind this the server more than an alert. */
bool facts_server_answers_flight(const struct facts *facts);

/* TLS 1.3: the server's flight ends with a record that is a Finished without padding, so that its
 * alerts are of one length only. */
bool facts_server_does_not_pad(const struct facts *facts);

/* TLS 1.3: the last record of the client's flight, whose records need not come together (RFC 896),
 * in front of this note. Where none can be told to be the Finished, the first is taken for all of
 * it, but for an empty Certificate. There is a client_flight_note. */
const struct note *facts_end_of_client_flight(const struct facts *facts, const struct note *before);

/* TLS 1.3: the client's flight begins with a certificate, and none of its records, which are no
 * more than such a flight has, is a Finished by its size and came whole. Some stacks have the whole
 * flight in one record; of others that is the beginning. */
bool facts_client_flight_may_break_off(const struct facts *facts);

/* TLS 1.3: the client's flight begins with this record (false for NULL), which is exactly as long
 * as a Certificate without a certificate in it: no alert, for nobody pads those to that length. */
bool facts_is_empty_certificate(const struct facts *facts, const struct note *note);

/* Nothing that the other side's host sent says that it has all of the record, as far as the capture
 * shows. */
bool facts_is_unacknowledged(const struct facts *facts, const struct note *record);

/* TLS 1.3: this protected record has room for a Finished, and is no alert: one of a suite with a
 * long tag has more octets than the shortest Finished of another suite (RFC 9150). */
bool facts_may_hold_finished(const struct facts *facts, const struct note *note);

/* TLS 1.3: the client's first protected record that can hold its Finished, and came whole; NULL:
 * there is none. Where early data may come by first, it has the length of a Finished. */
const struct note *facts_client_finished(const struct facts *facts);

/* TLS 1.3: the client sent protected records behind the ServerHello, early data or its flight, and
 * none of them has the length of a Finished: it may be padded, or not have come. */
bool facts_finished_is_hidden(const struct facts *facts);

/* TLS 1.3: the client's Finished is sent again, and nothing tells that it arrived; nor that it did
 * not, for there was no time for that (facts_never_arrived). */
bool facts_finished_is_under_way(const struct facts *facts);

#endif
