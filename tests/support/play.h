/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play.h -- plays one connection, segment for segment, to a connection table with a tracker
 * behind it, and keeps the verdict.
 *
 * What a side sends can go out whole or in pieces of any size, which may change places: the verdict
 * must not depend on it.
 */
#ifndef TLSWHY_TESTS_SUPPORT_PLAY_H
#define TLSWHY_TESTS_SUPPORT_PLAY_H

#include "analyze/tracker.h"

struct play {
    struct connections *connections;
    struct tracker *tracker;
    size_t piece;     /* octets of a segment, 0: as many as a call sends */
    bool swapped;     /* of two pieces of a call the second one comes first */
    bool doubled;     /* each piece is captured twice */
    bool late[SIDES]; /* what this side sends is captured behind all that the other one sends */
    struct kept_segment *kept;       /* what is captured late, the last one first */
    size_t tds;                      /* octets of records in a packet of TDS, 0: they stand alone */
    size_t openvpn;                  /* likewise in a message of OpenVPN */
    size_t openvpn_authentication;   /* octets in each of its packets */
    uint32_t openvpn_message[SIDES]; /* number of the last one */
    uint16_t server_port;
    int64_t now_ns;
    int64_t step_ns; /* from one packet to the next */
    uint64_t packets;
    uint32_t next[SIDES]; /* sequence number of the next octet */

    /* The verdict. */
    unsigned verdicts;
    enum outcome outcome;
    enum stage stage;
    enum party refused_by;
    enum refusal_kind refusal;
    enum side refused; /* by whom */
    uint8_t alert;
    uint16_t version;
    bool resumed;
    bool switched;
    bool framing_lost; /* octets that are neither record nor message */
    uint16_t client_port;
    bool starttls_refused;
    uint16_t starttls_status;
    bool starttls_answered;    /* the packet of the answer is known */
    char starttls_reply[64];   /* its line */
    char server_name[64];      /* facts_server_name */
    uint16_t target_port;      /* that a proxy was asked for, 0: none */
    struct proxy_header proxy; /* before TLS */
    char cause[48];            /* identifier, "" for none */
    enum certainty confidence;
    char incomplete[128]; /* reason, "" for none */
    char findings[256];   /* identifiers, each followed by a blank */
    enum prelude prelude[SIDES];
};

/* Begin a connection to this port with SYN, SYN-ACK and ACK. */
void play_begin(struct play *play, uint16_t server_port, size_t piece);

/* The same with so many octets of memory for the handshake. */
void play_begin_within(struct play *play, uint16_t server_port, size_t piece, size_t memory_max);

/* Begin nothing: the first octets belong to a connection that began before the capture. */
void play_begin_midway(struct play *play, size_t piece);

/* The next segment of a side, for the caller to change and to give; what it carries does not move
 * play->next. The clock goes on by a step. */
struct segment play_segment(struct play *play, enum side from, uint8_t flags);
void play_give(struct play *play, const struct segment *segment);

/* A SYN alone. */
void play_syn(struct play *play);

/* Octets of one side, and the other side's ACK. */
void play_octets(struct play *play, enum side from, const void *data, size_t length);
void play_text(struct play *play, enum side from, const char *text);

/* How both sides open the control channel of OpenVPN, with play->openvpn_authentication: what they
 * number begins anew. */
void play_openvpn_opening(struct play *play);

/* A message of OpenVPN with ACKs of so many others, or the same one again. */
void play_openvpn_message(struct play *play, enum side from, unsigned acks, struct bytes content);
void play_openvpn_again(struct play *play, enum side from, struct bytes content);

/* One record with this fragment; version is 0x0303. */
void play_record(struct play *play, enum side from, uint8_t type, struct bytes fragment);

/* One record of length octets that mean nothing: protected. */
void play_protected(struct play *play, enum side from, uint8_t type, size_t length);

/* One handshake message in a record of its own. */
void play_message(struct play *play, enum side from, uint8_t type, struct bytes body);

void play_alert(struct play *play, enum side from, uint8_t level, uint8_t description);
void play_change_cipher_spec(struct play *play, enum side from);

/* A ClientHello that offers TLS 1.2 with ECDHE-RSA suites; with tls13, TLS 1.3 too. */
void play_client_hello(struct play *play, bool tls13);

/* A ServerHello that chooses TLS 1.2 or 1.3, the latter with any suite, and a HelloRetryRequest. */
void play_server_hello(struct play *play, bool tls13);
void play_server_hello_1_3(struct play *play, uint16_t suite);
void play_retry(struct play *play);

/* The messages of a server up to TLS 1.2 from Certificate to ServerHelloDone. */
void play_server_flight(struct play *play);

/* The last messages of a side up to TLS 1.2: of a client from ClientKeyExchange on. */
void play_client_finishes(struct play *play);
void play_server_finishes(struct play *play);

/* What follows the hellos of TLS 1.2, up to both Finished; a whole handshake. */
void play_finish(struct play *play);
void play_handshake(struct play *play);

/* Octets of this side that the other one ACKs and the capture does not have. */
void play_missing(struct play *play, enum side from, uint32_t missing);
void play_fin(struct play *play, enum side by);
void play_reset(struct play *play, enum side by);

/* The input ends, a moment after the last packet or so much later, when another connection has
 * a packet, while time went on without a pause. Frees what play_begin made; the verdict stays readable. */
void play_end(struct play *play);
void play_end_after(struct play *play, int64_t silence_ns);

#endif
