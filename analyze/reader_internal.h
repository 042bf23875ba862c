/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_internal.h -- the parts of one direction's reader, private to analyze/reader*.c. */
#ifndef TLSWHY_ANALYZE_READER_INTERNAL_H
#define TLSWHY_ANALYZE_READER_INTERNAL_H

#include "analyze/session.h"
#include "dissect/record.h"

static inline struct reader *run_reader(const struct run *run)
{
    return &run->session->reader[run->from];
}

static inline struct buffer *run_partial(const struct run *run)
{
    return &run->session->partial[run->from];
}

static inline struct buffer *run_message(const struct run *run)
{
    return &run->session->message[run->from];
}

/* Of a record whose content is protected. */
static inline struct note_detail reader_detail(const struct record *record)
{
    return (struct note_detail){
        .length = (uint32_t)record->fragment.len,
        .version = record->version,
    };
}

/* With its header. */
static inline size_t reader_record_octets(const struct record *record)
{
    return TLS_RECORD_HEADER_LENGTH + record->fragment.len;
}

/* True when octets may be the beginning of a record. */
static inline bool reader_may_be_record(struct bytes octets)
{
    struct record record;
    size_t need = 0;

    return record_next(&octets, &record, &need) != RECORD_ALIEN;
}

/* True when the content of a record of this length begins with the header of such a hello that
 * contradicts itself nowhere. A ServerHello may share its record with what follows it. */
static inline bool reader_content_is_hello(struct bytes content, size_t record_length,
                                           uint8_t wanted)
{
    uint8_t type;
    uint16_t version;
    uint32_t length;

    return bytes_u8(&content, &type) && type == wanted && bytes_u24(&content, &length)
           && length <= TLS_CIPHERTEXT_MAX
           && (wanted == TLS_HANDSHAKE_SERVER_HELLO
               || length + TLS_HANDSHAKE_HEADER_LENGTH >= record_length)
           && bytes_u16(&content, &version) && version >> 8 == 3;
}

/* The same of octets that begin with the header of the record, whatever its version. */
static inline bool reader_names_hello(struct bytes octets, uint8_t wanted)
{
    uint8_t content;
    uint16_t version, length;

    return bytes_u8(&octets, &content) && content == TLS_CONTENT_HANDSHAKE
           && bytes_u16(&octets, &version) && bytes_u16(&octets, &length)
           && length <= TLS_CIPHERTEXT_MAX && reader_content_is_hello(octets, length, wanted);
}

/* The same, so that whoever reads them next takes them for the beginning of a record: else he would
 * give them back, again and again. Of what is not TLS every octet is asked. */
static inline bool reader_begins_hello(struct bytes octets, uint8_t wanted)
{
    return reader_names_hello(octets, wanted) && reader_may_be_record(octets);
}

/* Note octets that are not what they should be: so many are being read from the first of them. */
void reader_note_malformed(const struct run *run, enum malformation malformation, size_t octets);

/* Octets were not read for want of memory: like those that were not captured, they are no fault of
 * their sender. */
void reader_note_dropped(const struct run *run, size_t octets);

/* The part of reader_settle_sides() for the first hello. */
void reader_settle_sides_by(struct run *run, uint8_t type);

/* Keep octets of a record whose rest is to come. Without memory the framing is lost. */
void reader_keep_partial(struct run *run, struct bytes octets);

/* Whoever sends a message of this type first has shown its side; may reverse the connection and
 * with it run->from. */
static inline void reader_settle_sides(struct run *run, uint8_t type)
{
    if (!run->session->hello_seen)
        reader_settle_sides_by(run, type);
}

/* Read the handshake messages of a plain record. */
void reader_take_handshake(struct run *run, const struct record *record);

/* The same of a record that was announced with so many octets and broke off, its fragment is what
 * came. */
void reader_take_broken_handshake(struct run *run, const struct record *record, uint16_t length);

/* Drop what is buffered and wait for a segment that begins with a record. octets are being read
 * from the first that is none. */
void reader_lose_framing(struct run *run, enum malformation malformation, size_t octets);

/* Read octets that are counted already, in the state that the reader is in: what is left of a run
 * after that changed. */
void reader_go_on(struct run *run, struct bytes data);

/* Read a piece of TLS out of packets of another protocol, whose state the reader is in and stays in
 * unless the framing of TLS is lost; behind it come left more octets. May reverse the connection
 * and with it run->from. */
void reader_take_piece(struct run *run, struct bytes piece, size_t left);

/* TLS begins: what both sides said so far is their opening. Harmless when it began before. The
 * session has preludes. */
void reader_end_preludes(struct session *session);

/* Octets of a stream in a certain state: see enum reader_state. */
void reader_take_prelude(struct run *run, struct bytes data);
void reader_take_records(struct run *run, struct bytes data);
void reader_take_tds(struct run *run, struct bytes data);
void reader_take_openvpn(struct run *run, struct bytes data);

/* Go on in packets of OpenVPN, when what this side said in all, which is kept, is how they begin;
 * it is read again. */
bool reader_begin_openvpn(struct run *run);

/* Both directions go on in packets of TDS, that of the run within one of which so many octets are
 * left. The session has preludes, and what was said before is their opening. May reverse the
 * connection and with it run->from. */
void reader_expect_tds(struct run *run, uint16_t left);

#endif
