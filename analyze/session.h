/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.h -- the working state of one handshake in progress, private to the tracker.
 *
 * A session owns the notes of its handshake, two stream readers and the buffers that
 * hold what spans segments or records. Every octet that it allocates is taken
 * from the memory that all sessions of a tracker share.
 */
#ifndef TLSWHY_ANALYZE_SESSION_H
#define TLSWHY_ANALYZE_SESSION_H

#include "analyze/body_table.h"
#include "analyze/budget.h"
#include "analyze/handshake.h"
#include "analyze/tracker.h"
#include "dissect/openvpn.h"
#include "dissect/record.h"
#include "dissect/tds.h"

/* Octets of another protocol in which a switch to TLS is looked for. STARTTLS comes within
 * the first exchanges: a capability list is the longest of them. */
#define PRELUDE_SEARCH_MAX 16384

/* The same where both sides began in words that nobody knows: octets of a side, and turns of the
 * client. Nearly all of these never switch, so they are let go soon. */
#define UNKNOWN_SEARCH_MAX 2048
#define UNKNOWN_TURNS_MAX  8

enum reader_state {
    READER_START,   /* nothing seen yet: TLS, SSL 2.0 or something else */
    READER_PRELUDE, /* another protocol, which may yet switch to TLS */
    READER_TLS,
    READER_TDS,     /* TLS in packets of TDS */
    READER_OPENVPN, /* in those of OpenVPN */
    READER_OPAQUE,  /* only counted: SSL 2.0 after its hellos, TDS after an encrypted login */
    READER_LOST     /* framing lost: looks for a record at the start of each segment */
};

/* Reads one direction. */
struct reader {
    uint8_t state;          /* enum reader_state */
    bool encrypted : 1;     /* this side sent its change_cipher_spec */
    bool has_partial : 1;   /* there is something in `partial` of the session */
    bool has_message : 1;   /* likewise in `message` */
    uint8_t half_alert : 2; /* level of an alert whose description is to come; 0: there is none */
    uint16_t skip;          /* octets left of a record whose content is not needed */
};

enum {
    SESSION_ALIGNMENT = 64, /* a cache line */
    SESSION_NOTES = 16      /* a full handshake with client authentication has 14 */
};

/* A note while its handshake is in progress: in full it takes more than twice as much. */
struct brief_note {
    uint32_t time_low; /* nanoseconds since the connection began, 40 bits in all */
    uint32_t packets;  /* since then */
    struct note_label label;
    uint16_t length;
    uint8_t time_high;
    uint8_t what; /* kind, side, and where the body is: BRIEF_... */
};

/* What a note says beside its kind, its side and its moment. */
struct note_detail {
    uint32_t length;
    union {
        struct {
            uint16_t version;
            uint8_t type;
            uint8_t code;
        };
        struct note_label label;
    };
};

/* Where one direction is in the packets of TDS that carry its handshake. */
struct tds_framing {
    uint16_t left; /* octets of a packet's content that are to come */
    bool no_tls;   /* that packet carries none */
    uint8_t header_length;
    uint8_t header[TDS_HEADER_LENGTH]; /* of the next packet, as far as it came */
};

/* Where one direction is in the packets of OpenVPN. */
struct openvpn_framing {
    uint32_t next;          /* the number of the message that is to come */
    uint16_t left;          /* octets of a packet that are to come */
    bool has_tls;           /* that packet is a part of the handshake */
    uint8_t authentication; /* octets of each packet of the control channel */
    uint8_t header_length;
    uint8_t header[OPENVPN_HEADER_MAX]; /* of the next packet, as far as it came */
};

/* What the sides said before TLS, or in its place: members as in struct handshake. */
struct preludes {
    struct prelude_text *prelude[SIDES];
    struct prelude_text *opening[SIDES];
    struct moment starttls_at;
    struct moment starttls_answered_at;
    uint16_t starttls_request_end;
    uint16_t starttls_reply_offset;
    bool is_unknown;     /* both sides began in words that nobody knows */
    uint8_t turns;       /* of the client since then */
    uint64_t turn_began; /* octets of the client's stream when the server spoke last */
    struct tds_framing tds[SIDES];
    struct openvpn_framing openvpn[SIDES];
    struct prelude_text first; /* of the texts; further ones are blocks of the budget */
};

/* What the sessions of a tracker share. */
struct session_memory {
    struct budget budget;
    struct body_table *bodies; /* of Certificate messages; NULL: each is copied */
};

/* What nearly every segment touches stands first, in two cache lines, and what few touch last:
 * thousands of sessions are in progress at a time. Members that struct handshake has too are
 * explained there. */
struct session {
    _Alignas(SESSION_ALIGNMENT) struct connection *connection;
    struct moment began; /* the connection's first packet */
    uint64_t last_place; /* of the notes */
    uint64_t stream_octets[SIDES];
    uint32_t records[SIDES];
    uint32_t application_records[SIDES];
    uint64_t application_octets[SIDES];
    struct buffer transcript;
    struct reader reader[SIDES];
    struct session_memory *memory;
    bool midway : 1;         /* the connection's beginning is not in the capture */
    bool sslv2 : 1;          /* the ClientHello was in the format of SSL 2.0 */
    bool switched : 1;       /* the preludes led to TLS */
    bool has_late_notes : 1; /* not all notes are in the order of the packets */
    bool notes_full : 1;
    bool transcript_full : 1;
    bool login_is_over : 1;       /* TDS: what follows an encrypted login is in clear */
    bool presumed : 1;            /* as in struct handshake */
    bool hello_seen : 1;          /* a ClientHello of any format */
    bool early_data_seen : 1;     /* the client sent protected records before any ServerHello */
    bool client_finished : 1;     /* TLS 1.3: the client sent a record that can hold its Finished */
    bool server_hello_seen;       /* a ServerHello, not a HelloRetryRequest, and it parses */
    bool tls13;                   /* ServerHello chose TLS 1.3, or a HelloRetryRequest was seen */
    bool follows_finished[SIDES]; /* TLS 1.3: after it, this side sent more than an alert */
    uint16_t server_least;        /* TLS 1.3: octets of the smallest record of the server before it
                                     that can hold a Finished, 0: none */
    uint16_t suite;               /* that the ServerHello chose */
    uint8_t brief_max;            /* how many notes there may be in brief; 0: they are in full */
    bool spoke_tls[SIDES];
    uint8_t application_notes[SIDES];
    uint8_t note_count;

    _Alignas(SESSION_ALIGNMENT) struct brief_note brief_notes[SESSION_NOTES];

    struct buffer partial[SIDES]; /* a record, or other start of a stream, that is not complete */
    struct buffer message[SIDES]; /* a handshake message that spans records */
    struct shared_body *shared;   /* the server's Certificate; NULL: it is copied, or none came */
    uint64_t gap_octets[SIDES];
    uint64_t opaque_octets[SIDES];
    struct preludes *preludes; /* a block of the budget; NULL: TLS from the first octet */
    struct note *notes;        /* likewise, when they do not fit into brief_notes; else NULL */
};

_Static_assert(offsetof(struct session, brief_notes) == (size_t)2 * SESSION_ALIGNMENT,
               "what nearly every segment touches is two cache lines");
_Static_assert(RECORD_MAX <= UINT16_MAX, "what is left of a record fits");

/* The octets at hand, or what else is seen: whose it is and which packet brought it. */
struct run {
    struct session *session;
    enum side from;
    uint32_t left; /* octets, counted already, behind those that are being read */
    struct moment at;
};

/* Add a note. False: there is no room. */
bool session_note(const struct run *run, enum note_kind kind, struct note_detail detail);

/* Note a FIN or a RST, and keep the beginning of what is in the RST. */
void session_note_closed(struct session *session, enum side by, bool is_reset, struct bytes text,
                         struct moment at);

/* Nothing of a record, or of a message, of this side is kept any more. */
void session_drop_partial(struct session *session, enum side side);
void session_drop_message(struct session *session, enum side side);

/* Copy the body of the message that was noted last into the transcript. */
void session_keep_body(struct session *session, enum side from, struct bytes body);

/* The same, of a message that other handshakes have too: hold the body that they share, if that
 * can be. */
void session_share_body(struct session *session, enum side from, struct bytes body);

/* The part of the notes in session_reverse, session_conclude and session_release. */
void session_reverse_notes(struct session *session);
void session_conclude_notes(const struct session *session, struct handshake *handshake,
                            struct note room[SESSION_NOTES]);
void session_release_notes(struct session *session);

/* The part of session_conclude for a ClientHello that broke off: add a note of it. */
void session_conclude_hello(const struct session *session, struct handshake *handshake);

/* Take the next in-order octets of one direction. May reverse the connection. */
void session_read(struct session *session, enum side from, struct bytes data, struct moment at);

/* Octets are missing in one direction. */
void session_gap(struct session *session, enum side from, uint64_t missing, struct moment at);

/* Exchange the sides of everything noted so far. */
void session_reverse(struct session *session);

/* The handshake so far as it is judged, with its notes in full, in the order that the packets
 * prove. It borrows from the session, and notes of few from room. Called once, at its end. */
void session_conclude(struct session *session, struct handshake *handshake,
                      struct note room[SESSION_NOTES]);

/* A text that is empty so far, of what a side says from this moment on; NULL: no memory. */
struct prelude_text *session_new_text(struct session *session, struct moment at);

/* Begin a session for this connection, in memory that the caller took from the budget: nothing was
 * seen. */
void session_begin(struct session *session, struct session_memory *memory,
                   struct connection *connection);

/* Free everything that the session holds, not the session itself. */
void session_release(struct session *session);

/* Both sides spoke, which the session keeps, and neither of them in a protocol that is known. */
bool session_knows_neither(const struct session *session);

/* What the sides said so far, which the session keeps, may go on with TLS: the client asked for it,
 * or one of them speaks a protocol that knows a way. */
bool session_may_switch(const struct session *session);

/* The part of session_settled() for a connection of which nothing is TLS so far. */
bool session_without_tls_settled(const struct session *session);

/* True when nothing that can still come changes the outcome: the tracker may let go. */
static inline bool session_settled(const struct session *session)
{
    const uint32_t *application = session->application_records;

    if (session->tls13)
        return session->follows_finished[SIDE_CLIENT] && session->follows_finished[SIDE_SERVER];
    if (session->server_hello_seen || (session->midway && !session->hello_seen))
        return application[SIDE_CLIENT] > 0
               && (application[SIDE_SERVER] > 0 || session->login_is_over);
    return !session->spoke_tls[SIDE_CLIENT] && !session->spoke_tls[SIDE_SERVER]
           && session_without_tls_settled(session);
}

#endif
