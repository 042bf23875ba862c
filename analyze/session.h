/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.h -- the working state of one handshake in progress, private to the tracker.
 *
 * A session owns its handshake record, two stream readers and the buffers that
 * hold what spans segments or records. Every octet that it allocates is taken
 * from a budget shared by all sessions of a tracker.
 */
#ifndef TLSWHY_ANALYZE_SESSION_H
#define TLSWHY_ANALYZE_SESSION_H

#include "analyze/handshake.h"
#include "analyze/tracker.h"

/* Octets of another protocol in which a switch to TLS is looked for. STARTTLS comes within
 * the first exchanges: a capability list is the longest of them. */
#define PRELUDE_SEARCH_MAX 16384

enum {
    BUFFER_FIRST_CAPACITY = 1024, /* octets: a hello with its extensions fits as a rule. Each next
                                     kind of block is twice as large */
    BUDGET_SPARE_KINDS = 3,       /* 4 KiB: the flight of a server with its certificates */
    BUDGET_SPARE_BLOCKS = 64      /* of each kind, 448 KiB in all: handshakes that end and begin */
};

struct spare_block {
    struct spare_block *next;
};

/* Memory of all sessions of one tracker. A session has 1 KiB, and mostly one or two blocks. */
struct budget {
    size_t limit;
    size_t used;
    size_t peak;
    /* Blocks of buffers that ended, for those that begin; they are not counted as used. */
    struct spare_block *spare[BUDGET_SPARE_KINDS];
    uint8_t spare_count[BUDGET_SPARE_KINDS];
};

/* Count so many octets as used. False, and nothing changed: they are above the limit. */
MUST_USE bool budget_take(struct budget *budget, size_t octets);

/* Free the spare blocks. */
void budget_clear(struct budget *budget);

/* A growing buffer with a ceiling. */
struct buffer {
    uint8_t *data;
    uint32_t length;
    uint32_t capacity;
};

/* Append octets; false, and nothing changed, when the ceiling, the budget or memory forbids. */
MUST_USE bool buffer_append(struct buffer *buffer, struct budget *budget, struct bytes octets,
                            uint32_t ceiling);

/* Give the memory back; the buffer is empty afterwards. */
void buffer_release(struct buffer *buffer, struct budget *budget);

enum reader_state {
    READER_START,   /* nothing seen yet: TLS, SSL 2.0 or something else */
    READER_PRELUDE, /* another protocol, which may yet switch to TLS */
    READER_TLS,
    READER_OPAQUE, /* SSL 2.0 after its hellos: only counted */
    READER_LOST    /* framing lost: looks for a record at the start of each segment */
};

/* Reads one direction. */
struct reader {
    uint8_t state;         /* enum reader_state */
    bool encrypted;        /* this side sent its change_cipher_spec */
    uint32_t skip;         /* octets left of a record whose content is not needed */
    struct buffer partial; /* a record, or other start of a stream, that is not complete */
    struct buffer message; /* a handshake message that spans records */
};

enum {
    SESSION_ALIGNMENT = 64, /* a cache line */
    SESSION_NOTES = 16      /* a full handshake with client authentication has 14 */
};

/* What every segment touches stands together, in a few cache lines: thousands of sessions are in
 * progress at a time. */
struct session {
    _Alignas(SESSION_ALIGNMENT) struct budget *budget;
    struct connection *connection;
    bool midway;            /* the connection's beginning is not in the capture */
    bool server_hello_seen; /* a ServerHello, not a HelloRetryRequest, and it parses */
    bool tls13;             /* ServerHello chose TLS 1.3, or a HelloRetryRequest was seen */
    bool hello_seen;        /* a ClientHello of any format */
    bool sslv2;             /* it was in the format of SSL 2.0 */
    uint8_t application_notes[SIDES];
    bool client_finished;         /* TLS 1.3: the client sent a record that can hold its Finished */
    bool follows_finished[SIDES]; /* TLS 1.3: after it, this side sent more than an alert */
    bool has_late_notes;          /* what session_order_notes has to look at */
    uint64_t last_place;          /* of the notes */
    struct reader reader[SIDES];
    struct buffer transcript; /* handshake.transcript points at its octets */
    struct handshake handshake;
    struct note first_notes[SESSION_NOTES]; /* further ones take a block of the budget */
};

/* Add a note; returns it, or NULL when there is no room. length, version, type and code are
 * the caller's to fill in the result. */
struct note *session_note(struct session *session, enum note_kind kind, enum side side,
                          struct moment at);

/* Copy the body of a message into the transcript and let the note point there. */
void session_keep_body(struct session *session, struct note *note, struct bytes body);

/* Take the next in-order octets of one direction. May reverse the connection. */
void session_read(struct session *session, enum side from, struct bytes data, struct moment at);

/* A record of type application_data: counted, noted, and weighed in TLS 1.3. */
void session_application_record(struct session *session, enum side from, struct moment at,
                                uint16_t version, uint32_t length);

/* Octets are missing in one direction. */
void session_gap(struct session *session, enum side from, uint64_t missing, struct moment at);

/* Exchange the sides of everything noted so far. */
void session_reverse(struct session *session);

/* Put the notes in the order that the packets prove. Called once, before they are judged. */
void session_order_notes(struct session *session);

/* Begin a session in memory that the caller took from the budget: nothing was seen. */
void session_begin(struct session *session, struct budget *budget);

/* Free everything that the session holds, not the session itself. */
void session_release(struct session *session);

/* True when nothing that can still come changes the outcome: the tracker may let go. */
bool session_settled(const struct session *session);

/* Octets of a TLS 1.3 record that can hold a Finished at least: message header, the smallest
 * hash, content type and the shortest tag (RFC 8446 sections 4.4.4 and 5.2, RFC 6655 for CCM_8).
 * A protected record below is an alert, padded or not, an EndOfEarlyData, or an empty
 * Certificate. */
#define FINISHED_RECORD_MIN (4 + 32 + 1 + 8)

#endif
