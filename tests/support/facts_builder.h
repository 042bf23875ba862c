/* SPDX-License-Identifier: GPL-2.0-or-later */

/* facts_builder.h -- a connection told in a few calls, and what the rules make of it.
 *
 * A story begins with an open TCP connection (story_begin). Each call that adds something moves
 * the clock by a millisecond and counts a packet. Hellos are built octet by octet from an offer,
 * so that the facts come about as they do from a capture. The first question ends the story.
 *
 * Everything here ends the test program when it cannot do its work.
 */
#ifndef TLSWHY_TESTS_SUPPORT_FACTS_BUILDER_H
#define TLSWHY_TESTS_SUPPORT_FACTS_BUILDER_H

#include "analyze/knowledge.h"
#include "analyze/verdict.h"

enum { STORY_TRANSCRIPT_MAX = 16384, STORY_LIST_MAX = 16 };

#define STORY_MILLISECOND INT64_C(1000000)
#define STORY_SECOND      INT64_C(1000000000)

/* 2024-05-01T00:00:00Z: nothing older than TLS 1.2 is in common use. */
#define STORY_TIME (INT64_C(1714521600) * STORY_SECOND)

/* A list of 16-bit code points; ends at the first 0. */
typedef uint16_t story_list[STORY_LIST_MAX];

/* What a ClientHello offers. Lists that begin with 0 are left out. */
struct story_offer {
    uint16_t legacy_version;
    story_list suites;
    story_list versions;
    story_list groups;
    story_list shares;
    story_list schemes;
    const char *name;     /* server_name, NULL: none */
    const char *alpn;     /* one protocol, NULL: none */
    const char *cookie;   /* of a second hello, NULL: none */
    struct bytes further; /* whole extensions, behind the others */
    uint8_t session_id;   /* octets of legacy_session_id */
    uint16_t twice;       /* this extension type is in the hello twice, empty; 0: none */
    uint16_t broken;      /* this extension type has one octet of 0xff as data; 0: none */
    bool master_secret;   /* extended_master_secret */
    bool mac_order;       /* encrypt_then_mac */
    bool renegotiation;   /* renegotiation_info */
    bool early_data;      /* early_data */
    bool no_compression;  /* the only compression method is DEFLATE */
    bool truncated;       /* the body ends in the middle */
};

/* What a ServerHello chooses. */
struct story_choice {
    uint16_t legacy_version;
    uint16_t suite;
    uint16_t selected_version; /* supported_versions, 0: none */
    uint16_t share;            /* group of key_share, 0: none */
    const char *alpn;
    const char *cookie; /* of a HelloRetryRequest, NULL: none */
    uint8_t compression;
    uint8_t downgrade; /* enum downgrade: the mark at the end of the random */
    bool retry;        /* it is a HelloRetryRequest */
    bool psk;          /* pre_shared_key: the first one offered */
    bool master_secret;
    bool renegotiation;
    bool truncated; /* the body ends in the middle */
};

struct story {
    struct connection connection;
    struct handshake handshake;
    struct note notes[HANDSHAKE_NOTES_MAX];
    uint8_t transcript[STORY_TRANSCRIPT_MAX];
    struct prelude_text prelude[SIDES];
    enum connection_end reason;
    bool tls_expected;
    bool tls_seen;               /* as in the observation */
    struct knowledge *knowledge; /* of other connections; NULL: none */
    struct known known;
    bool told; /* facts are built */
    int64_t now_ns;
    uint64_t packet;
    struct facts facts;
    struct verdict verdict;
};

/* What a browser of today offers; what a server of TLS 1.2 and of TLS 1.3 makes of it. */
struct story_offer story_modern_offer(void);
struct story_choice story_choice_1_2(void);
struct story_choice story_choice_1_3(void);

/* Begin with an open connection, or with a SYN that nothing has answered. */
void story_begin(struct story *story);
void story_begin_syn(struct story *story);

/* Let time pass. */
void story_wait(struct story *story, int64_t nanoseconds);

/* Add what one side sends. */
struct note *story_note(struct story *story, enum side side, enum note_kind kind);
struct note *story_message(struct story *story, enum side side, uint8_t type, struct bytes body);
void story_client_hello(struct story *story, const struct story_offer *offer);
void story_server_hello(struct story *story, const struct story_choice *choice);
void story_certificate(struct story *story, enum side side);
void story_alert(struct story *story, enum side side, uint8_t level, uint8_t description);
void story_fatal(struct story *story, enum side side, uint8_t description);
void story_ccs(struct story *story, enum side side);
void story_protected(struct story *story, enum side side, uint32_t length);
void story_fin(struct story *story, enum side side);
void story_rst(struct story *story, enum side side); /* with the side's own hop limit */

/* The side's stream begins with this text instead of TLS. */
void story_plaintext(struct story *story, enum side side, const char *text);

/* Whole flights. The one of TLS 1.2 has a certificate and, when dh_bits is not 0, a
 * ServerKeyExchange with a prime of that size; that of TLS 1.3 is encrypted. */
void story_modern_hello(struct story *story);
void story_flight_1_2(struct story *story, const struct story_choice *choice, size_t dh_bits);
void story_flight_1_3(struct story *story);
void story_client_flight_1_2(struct story *story); /* ClientKeyExchange to Finished */

/* The client's flight, and the server's Finished: the handshake of TLS 1.2 is over. */
static inline void story_finish_1_2(struct story *story)
{
    story_client_flight_1_2(story);
    story_ccs(story, SIDE_SERVER);
    story_note(story, SIDE_SERVER, NOTE_ENCRYPTED_HANDSHAKE)->length = 40;
}

/* What the rules say: the certainty of one alone, the primary cause of all. */
const struct facts *story_facts(struct story *story);

/* Let knowledge learn from these facts. */
static inline struct lesson story_learn(struct knowledge *knowledge, const struct facts *facts)
{
    struct knowledge_parties parties;

    knowledge_meet(knowledge, facts, &parties);
    return knowledge_learn(knowledge, facts, &parties);
}
enum certainty story_certainty(struct story *story, const char *id);
const char *story_cause(struct story *story);

/* The primary cause has this identifier and confidence; the cause is said not to fit. Both
 * print what was said when it is something else. */
bool story_says(struct story *story, const char *cause, enum certainty confidence);
bool story_denies(struct story *story, const char *cause);

/* The cause is the primary one or among the alternatives. */
bool story_considers(struct story *story, const char *cause);

/* What was said of the cause rests on this fact, told with these words among others; "": any. */
static inline bool story_tells(const struct story *story, const char *fact, const char *words)
{
    const struct evidence *evidence = &story->verdict.evidence;

    for (size_t i = 0; i < evidence->count; i++)
        if (strcmp(evidence->items[i].fact, fact) == 0
            && strstr(evidence->items[i].text, words) != NULL)
            return true;
    return false;
}

#endif
