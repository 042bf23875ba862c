/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How most stories begin (facts_builder.h). */
#ifndef TLSWHY_TESTS_STORY_OPENING_H
#define TLSWHY_TESTS_STORY_OPENING_H

#include "dissect/tls.h"
#include "tests/support/facts_builder.h"

enum {
    STORY_ALERT_RECORD = 19,             /* AES-128-GCM in TLS 1.3: two octets, content type, tag */
    STORY_PADDED_ALERT_RECORD = 35,      /* the same with 16 octets of padding */
    STORY_EMPTY_CERTIFICATE_RECORD = 25, /* eight octets of message */
    STORY_FINISHED_RECORD = 53           /* header, SHA-256 */
};

/* What a browser of today would offer without TLS 1.3. */
static inline struct story_offer story_offer_1_2(void)
{
    struct story_offer offer = story_modern_offer();

    memset(offer.versions, 0, sizeof(offer.versions));
    memset(offer.shares, 0, sizeof(offer.shares));
    memmove(offer.suites, offer.suites + 3, sizeof(offer.suites) - 3 * sizeof(offer.suites[0]));
    return offer;
}

/* What clients offered that went up to TLS 1.0. */
static inline struct story_offer story_offer_1_0(void)
{
    struct story_offer offer = story_modern_offer();

    offer.legacy_version = TLS_VERSION_1_0;
    memset(offer.versions, 0, sizeof(offer.versions));
    memset(offer.schemes, 0, sizeof(offer.schemes));
    return offer;
}

/* What the capture tells of the packets of one side. */
static inline struct direction *sent_by(struct story *story, enum side side)
{
    return &story->connection.direction[side];
}

/* Begin, so long after STORY_TIME. */
static inline void story_begin_at(struct story *story, int64_t after_ns)
{
    story_begin(story);
    story_wait(story, after_ns);
    story->connection.first.time_ns += after_ns;
}

static inline void story_begin_hello(struct story *story)
{
    story_begin(story);
    story_modern_hello(story);
}

/* A hello, and a client that leaves without an answer after this long. */
static inline void hello_and_leave(struct story *story, int64_t after_ns)
{
    story_begin_hello(story);
    story_wait(story, after_ns);
    story_fin(story, SIDE_CLIENT);
}

/* The client has the server's whole flight. */
static inline void story_begin_flight_1_2(struct story *story)
{
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(story);
    story_flight_1_2(story, &choice, 0);
}

static inline void story_begin_flight_1_3(struct story *story)
{
    story_begin_hello(story);
    story_flight_1_3(story);
}

/* The same of a server that adds 16 octets of padding to each record (RFC 8446 section 5.4). */
static inline void story_begin_padded_flight_1_3(struct story *story)
{
    struct story_choice choice = story_choice_1_3();

    story_begin_hello(story);
    story_server_hello(story, &choice);
    story_protected(story, SIDE_SERVER, 1200);
    story_protected(story, SIDE_SERVER, STORY_FINISHED_RECORD + 16);
}

/* The flight of TLS 1.2 that answers this offer with this choice. */
static inline void story_begin_choice_1_2(struct story *story, const struct story_offer *offer,
                                          const struct story_choice *choice, size_t dh_bits)
{
    story_begin(story);
    story_client_hello(story, offer);
    story_flight_1_2(story, choice, dh_bits);
}

/* The server sends what is as long as an alert, and closes. */
static inline void story_refuse(struct story *story)
{
    story_protected(story, SIDE_SERVER, STORY_ALERT_RECORD);
    story_fin(story, SIDE_SERVER);
}

/* Up to TLS 1.2: the server's flight asks for a certificate. */
static inline void story_begin_request(struct story *story)
{
    struct story_choice choice = story_choice_1_2();

    story_begin_hello(story);
    story_server_hello(story, &choice);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, bytes_of("\0\0\4\0\0\1x", 7));
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST,
                  bytes_of("\1\1\0\2\4\1\0\0", 8));
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
}

/* The story ends: this is thought of the certificates that one side sent. */
static inline void story_tell_chain(struct story *story, enum side side,
                                    const struct chain_judgement *judgement)
{
    (void)story_facts(story);
    story->facts.chain[side] = judgement;
    diagnose(&story->facts, &story->verdict);
}

/* What is in the RST that was sent last. */
static inline void story_reset_text(struct story *story, const char *text)
{
    struct note *note = &story->notes[story->handshake.note_count - 1];

    note->length = (uint32_t)strlen(text);
    note->offset = story->handshake.transcript_length;
    memcpy(story->transcript + note->offset, text, note->length);
    story->handshake.transcript_length += note->length;
}

/* How a side ends a handshake: with this alert, or without one. */
enum { STORY_CLOSES = UINT8_MAX + 1, STORY_RESETS };

static inline void story_end_how(struct story *story, enum side side, int how)
{
    if (how == STORY_CLOSES)
        story_fin(story, side);
    else if (how == STORY_RESETS)
        story_rst(story, side);
    else
        story_fatal(story, side, (uint8_t)how);
}

static inline void story_refuse_how(struct story *story, int how)
{
    story_end_how(story, SIDE_SERVER, how);
}

/* The server refuses an offer. */
static inline void story_refuse_offer(struct story *story, const struct story_offer *offer, int how)
{
    story_begin(story);
    story_client_hello(story, offer);
    story_refuse_how(story, how);
}

#endif
