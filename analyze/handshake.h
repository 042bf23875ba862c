/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handshake.h -- what was seen of one connection's handshake: record first, understand later.
 *
 * While packets arrive the tracker only frames and notes: each record or message
 * becomes a note (who, what, when, how long), and plain handshake messages are
 * copied once into the transcript, unless other handshakes have the same. What
 * it means is worked out from here when the connection is over (facts.h). Nothing
 * in this struct is a view of packets.
 */
#ifndef TLSWHY_ANALYZE_HANDSHAKE_H
#define TLSWHY_ANALYZE_HANDSHAKE_H

#include "analyze/body_table.h"
#include "capture/connection.h"
#include "dissect/prelude.h"

enum note_kind {
    NOTE_MESSAGE,             /* plain handshake message: type, length, offset of the body */
    NOTE_SSLV2_HELLO,         /* SSL 2.0 format: type is client_hello, server_hello or
                                 SSLV2_NOTE_ERROR (code: enum sslv2_error); offset of the hello */
    NOTE_CHANGE_CIPHER_SPEC,  /* code: 1 when the body is the legal octet */
    NOTE_ENCRYPTED_HANDSHAKE, /* handshake record after this side's change_cipher_spec */
    NOTE_ALERT,               /* plain alert: type is its level, code its description */
    NOTE_ENCRYPTED_ALERT,     /* alert record that is not a plain alert (TLS 1.2 and below) */
    NOTE_APPLICATION_DATA,    /* record of that type; in TLS 1.3 any protected record */
    NOTE_HEARTBEAT,
    NOTE_MALFORMED, /* octets that are not a TLS record or message: length counts the octets of the
                       stream before them; type is enum malformation */
    NOTE_PLAINTEXT, /* the stream begins with another protocol, see prelude */
    NOTE_GAP,       /* length octets missing */
    NOTE_FIN,
    NOTE_RST /* length, offset: of what is in it, which is mostly nothing */
};

enum malformation {
    MALFORMED_RECORD,         /* framing lost: not a record header */
    MALFORMED_RECORD_SIZE,    /* a record above the legal length (RFC 8446 section 5.2) */
    MALFORMED_RECORD_VERSION, /* a record with the server's hello, of a version that TLS never had;
                                 the stream is read on */
    MALFORMED_EMPTY_RECORD,   /* a record without content where none may be empty */
    MALFORMED_MESSAGE_SIZE,   /* a handshake message above MESSAGE_MAX was announced */
    MALFORMED_ALERT,          /* a plain alert that is not two octets */
    MALFORMED_MESSAGE         /* a hello that does not parse */
};

/* What a note says beside its kind: members as in struct note. Copied as one. */
struct note_label {
    uint16_t version;
    uint8_t type;
    uint8_t code;
};

/* One thing seen. 40 octets. */
struct note {
    struct moment at;
    uint64_t place;  /* in the order of things, see session_conclude */
    uint32_t length; /* octets: message body, record fragment, gap */
    uint32_t offset; /* where the body begins in the transcript, or NOTE_... below */
    union {
        struct {
            uint16_t version; /* of the record that carried it */
            uint8_t type;
            uint8_t code;
        };
        struct note_label label;
    };
    uint8_t kind; /* enum note_kind */
    uint8_t side; /* enum side */
};

#define NOTE_NOT_KEPT UINT32_MAX
#define NOTE_SHARED   (UINT32_MAX - 1) /* the body is the one that the handshake shares */

enum { SSLV2_NOTE_ERROR = 0xff };

enum {
    HANDSHAKE_NOTES_MAX = 48,         /* a full handshake with client authentication has 14 */
    HANDSHAKE_RESET_TEXT_MAX = 64,    /* octets kept of a RST: what devices write there is a line */
    HANDSHAKE_PRELUDE_MAX = 1024,     /* octets kept of a stream that does not begin with TLS */
    HANDSHAKE_TRANSCRIPT_MAX = 262144 /* plain messages of one connection, beside the one that it
                                      shares: the longest chains that servers send stay below
                                      64 KiB; OpenSSL refuses above 100 */
};

_Static_assert(HANDSHAKE_PRELUDE_MAX >= PRELUDE_OCTETS_MAX, "all that tells what it is");

/* The beginning of a stream that is not TLS; of one that asks a proxy again, that of the request
 * that is answered last, where the earlier ones are long. */
struct prelude_text {
    uint16_t length;
    uint64_t dropped; /* octets of the stream in front of what is kept of it */
    struct moment at; /* of its first octet */
    uint8_t data[HANDSHAKE_PRELUDE_MAX];
};

/* An empty view of NULL. */
static inline struct bytes prelude_octets(const struct prelude_text *text)
{
    return text != NULL ? bytes_of(text->data, text->length) : bytes_of("", 0);
}

/* A plain handshake message of which not all came, as it was announced. */
struct partial_message {
    uint32_t length; /* octets of its body; 0: there is none */
    uint8_t type;
};

/* What is known of a handshake when it is judged. */
struct handshake {
    uint8_t note_count;
    bool notes_full;       /* some notes were dropped */
    bool transcript_full;  /* some message bodies were not kept */
    bool spoke_tls[SIDES]; /* at least one well-formed record or SSLv2 hello */

    struct note *notes;  /* in packet order, owned by whoever judges; note_count are set */
    uint8_t *transcript; /* bodies of plain messages, owned by the tracker */
    uint32_t transcript_length;
    struct shared_body *shared; /* the body of one message, NULL: none; owned by its table */

    bool hello_broke_off;          /* of the client's only hello not all came, be it the header of
                                      its record alone */
    uint32_t partial_hello_octets; /* then what came of it, its own header included */

    struct partial_message partial_message[SIDES]; /* that spans records; not the client's hello */
    uint32_t begun_octets[SIDES];  /* of the side's last plain record, its header included, when not
                                      all of it came; 0: it is whole, or nothing is kept of it */
    uint16_t broken_octets[SIDES]; /* those of the side's last protected record that did not come;
                                      0: it is whole */

    /* Counted whether or not there was room for a note. */
    uint32_t records[SIDES]; /* TLS records */
    uint32_t application_records[SIDES];
    uint64_t application_octets[SIDES]; /* fragments of those records */
    uint64_t stream_octets[SIDES];      /* delivered in order */
    uint64_t gap_octets[SIDES];         /* missing octets before the end of the handshake */

    struct prelude_text *prelude[SIDES]; /* NULL: none. Owned by the tracker. */
    bool switched;                       /* the preludes led to TLS: STARTTLS, a proxy, ... */
    bool presumed; /* switched by a hello that came behind words that nobody knows, or in which
                      nothing leads to TLS: it is none unless the server answers it in TLS */
    struct prelude_text *opening[SIDES]; /* switched: what was said before; NULL: nothing */
    struct moment starttls_at;           /* the client asked for TLS within another protocol */
    struct moment starttls_answered_at;
    bool search_ended;             /* TLS was asked for, and not found in what was looked through */
    uint16_t starttls_request_end; /* behind the request in the client's text */
    uint16_t starttls_reply_offset; /* where the answer begins in the server's text */
    uint64_t opaque_octets[SIDES];  /* SSL 2.0: what followed the hellos */
};

/* The first note of that side and kind behind another one, or of all, behind NULL. NULL: there is
 * none. */
static inline const struct note *handshake_next(const struct handshake *handshake,
                                                const struct note *behind, enum side side,
                                                enum note_kind kind)
{
    const struct note *next = behind != NULL ? behind + 1 : handshake->notes;

    for (; next < handshake->notes + handshake->note_count; next++)
        if (next->kind == kind && next->side == side)
            return next;
    return NULL;
}

/* Likewise the first plain message of that type: enum tls_handshake_type. */
static inline const struct note *handshake_next_message(const struct handshake *handshake,
                                                        const struct note *behind, enum side side,
                                                        uint8_t type)
{
    const struct note *next = handshake_next(handshake, behind, side, NOTE_MESSAGE);

    while (next != NULL && next->type != type)
        next = handshake_next(handshake, next, side, NOTE_MESSAGE);
    return next;
}

/* The body of a message note, or an empty view when it was not kept. */
static inline struct bytes handshake_body(const struct handshake *handshake,
                                          const struct note *note)
{
    if (note->offset == NOTE_SHARED && handshake->shared != NULL)
        return bytes_of(handshake->shared->octets, handshake->shared->length);
    if (handshake->transcript == NULL || note->offset == NOTE_NOT_KEPT
        || note->offset > handshake->transcript_length
        || note->length > handshake->transcript_length - note->offset)
        return (struct bytes){0};
    return bytes_of(handshake->transcript + note->offset, note->length);
}

#endif
