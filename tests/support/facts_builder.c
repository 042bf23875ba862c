/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/facts_builder.h"

#include <stdio.h>
#include <stdlib.h>

#include "dissect/tls.h"

enum {
    NOTE_OCTETS = 100,
    HELLO_MAX = 2048,
    HOP_LIMIT_CLIENT = 64,
    HOP_LIMIT_SERVER = 57,
    MSS = 1460
};

/* A body under construction. */
struct body {
    uint8_t data[HELLO_MAX];
    size_t length;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "story: %s\n", what);
    abort();
}

static void put(struct body *body, uint64_t value, size_t width)
{
    if (body->length + width > sizeof(body->data))
        die("a hello is too long");
    for (size_t i = width; i > 0; i--)
        body->data[body->length++] = (uint8_t)(value >> (8 * (i - 1)));
}

static void put_text(struct body *body, const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        put(body, (uint8_t)*at, 1);
}

/* Begin a field with a length in front; end it by writing the length. */
static size_t open_vector(struct body *body, size_t width)
{
    put(body, 0, width);
    return body->length;
}

static void close_vector(struct body *body, size_t start, size_t width)
{
    size_t end = body->length;

    body->length = start - width;
    put(body, end - start, width);
    body->length = end;
}

static void put_list(struct body *body, const uint16_t *list)
{
    for (size_t i = 0; i < STORY_LIST_MAX && list[i] != 0; i++)
        put(body, list[i], 2);
}

/* An extension that is a list with a length of width octets in front. */
static void put_list_extension(struct body *body, uint16_t type, const uint16_t *list, size_t width)
{
    size_t data;
    size_t inner;

    if (list[0] == 0)
        return;
    put(body, type, 2);
    data = open_vector(body, 2);
    inner = open_vector(body, width);
    put_list(body, list);
    close_vector(body, inner, width);
    close_vector(body, data, 2);
}

static void put_empty_extension(struct body *body, uint16_t type, bool wanted)
{
    if (wanted)
        put(body, (uint64_t)type << 16, 4);
}

static void put_renegotiation(struct body *body, bool wanted)
{
    if (!wanted)
        return;
    put(body, TLS_EXTENSION_RENEGOTIATION_INFO, 2);
    put(body, 0x000100, 3); /* one octet: an empty vector */
}

/* An extension that is a list, of which this text is all. In front of the text are so many octets
 * of zero, and its length in width octets. NULL: none. */
static void put_text_extension(struct body *body, uint16_t type, size_t zeros, size_t width,
                               const char *text)
{
    size_t data;
    size_t list;
    size_t entry;

    if (text == NULL)
        return;
    put(body, type, 2);
    data = open_vector(body, 2);
    list = open_vector(body, 2);
    put(body, 0, zeros);
    entry = open_vector(body, width);
    put_text(body, text);
    close_vector(body, entry, width);
    close_vector(body, list, 2);
    close_vector(body, data, 2);
}

static void put_alpn(struct body *body, const char *protocol)
{
    put_text_extension(body, TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION, 0, 1, protocol);
}

/* RFC 8446 section 4.2.2 */
static void put_cookie(struct body *body, const char *cookie)
{
    put_text_extension(body, TLS_EXTENSION_COOKIE, 0, 0, cookie);
}

static void put_shares(struct body *body, const uint16_t *groups)
{
    size_t data;
    size_t list;

    if (groups[0] == 0)
        return;
    put(body, TLS_EXTENSION_KEY_SHARE, 2);
    data = open_vector(body, 2);
    list = open_vector(body, 2);
    for (size_t i = 0; i < STORY_LIST_MAX && groups[i] != 0; i++) {
        put(body, groups[i], 2);
        put(body, 0x000401020304, 6); /* four octets */
    }
    close_vector(body, list, 2);
    close_vector(body, data, 2);
}

static void put_client_extensions(struct body *body, const struct story_offer *offer)
{
    size_t extensions = open_vector(body, 2);

    put_text_extension(body, TLS_EXTENSION_SERVER_NAME, 1, 2, offer->name);
    put_empty_extension(body, TLS_EXTENSION_EXTENDED_MASTER_SECRET, offer->master_secret);
    put_empty_extension(body, TLS_EXTENSION_ENCRYPT_THEN_MAC, offer->mac_order);
    put_renegotiation(body, offer->renegotiation);
    put_list_extension(body, TLS_EXTENSION_SUPPORTED_GROUPS, offer->groups, 2);
    put_list_extension(body, TLS_EXTENSION_SIGNATURE_ALGORITHMS, offer->schemes, 2);
    put_alpn(body, offer->alpn);
    put_list_extension(body, TLS_EXTENSION_SUPPORTED_VERSIONS, offer->versions, 1);
    put_shares(body, offer->shares);
    put_cookie(body, offer->cookie);
    put_empty_extension(body, TLS_EXTENSION_EARLY_DATA, offer->early_data);
    put_empty_extension(body, offer->twice, offer->twice != 0);
    put_empty_extension(body, offer->twice, offer->twice != 0);
    if (offer->broken != 0) {
        put(body, offer->broken, 2);
        put(body, 0x0001ff, 3);
    }
    for (size_t i = 0; i < offer->further.len; i++)
        put(body, offer->further.data[i], 1);
    close_vector(body, extensions, 2);
}

static void put_random(struct body *body, uint8_t downgrade)
{
    static const uint8_t marks[][TLS_DOWNGRADE_SENTINEL_LENGTH] = {
        [DOWNGRADE_NONE] = {1, 2, 3, 4, 5, 6, 7, 8},
        [DOWNGRADE_TO_1_2] = TLS_DOWNGRADE_TO_1_2,
        [DOWNGRADE_TO_1_1] = TLS_DOWNGRADE_TO_1_1,
    };

    for (size_t i = 0; i < TLS_RANDOM_LENGTH - TLS_DOWNGRADE_SENTINEL_LENGTH; i++)
        put(body, 0xa0 + i, 1);
    for (size_t i = 0; i < TLS_DOWNGRADE_SENTINEL_LENGTH; i++)
        put(body, marks[downgrade][i], 1);
}

static void put_retry_random(struct body *body)
{
    static const uint8_t random[TLS_RANDOM_LENGTH] = TLS_HELLO_RETRY_REQUEST_RANDOM;

    for (size_t i = 0; i < sizeof(random); i++)
        put(body, random[i], 1);
}

static void put_server_extensions(struct body *body, const struct story_choice *choice)
{
    size_t extensions = open_vector(body, 2);

    put_empty_extension(body, TLS_EXTENSION_EXTENDED_MASTER_SECRET, choice->master_secret);
    put_renegotiation(body, choice->renegotiation);
    put_alpn(body, choice->alpn);
    put_cookie(body, choice->cookie);
    if (choice->selected_version != 0) {
        put(body, TLS_EXTENSION_SUPPORTED_VERSIONS, 2);
        put(body, 2, 2);
        put(body, choice->selected_version, 2);
    }
    if (choice->psk) {
        put(body, TLS_EXTENSION_PRE_SHARED_KEY, 2);
        put(body, 2, 2);
        put(body, 0, 2);
    }
    if (choice->share != 0) {
        put(body, TLS_EXTENSION_KEY_SHARE, 2);
        put(body, choice->retry ? 2 : 8, 2);
        put(body, choice->share, 2);
        if (!choice->retry) {
            put(body, 4, 2);
            put(body, 0x01020304, 4);
        }
    }
    close_vector(body, extensions, 2);
}

struct story_offer story_modern_offer(void)
{
    return (struct story_offer){
        .legacy_version = TLS_VERSION_1_2,
        /* TLS 1.3; ECDHE with ECDSA and with RSA; the same with CBC; DHE; RSA */
        .suites = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xc009, 0xc013, 0x009e,
                   0x009c, 0x002f},
        .versions = {TLS_VERSION_1_3, TLS_VERSION_1_2},
        .groups = {29, 23, 24},
        .shares = {29},
        .schemes = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501},
        .name = "www.example.com",
        .alpn = "http/1.1",
        .master_secret = true,
        .renegotiation = true,
    };
}

struct story_choice story_choice_1_2(void)
{
    return (struct story_choice){
        .legacy_version = TLS_VERSION_1_2,
        .suite = 0xc02f, /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */
        .master_secret = true,
        .renegotiation = true,
    };
}

struct story_choice story_choice_1_3(void)
{
    return (struct story_choice){
        .legacy_version = TLS_VERSION_1_2,
        .suite = 0x1301,
        .selected_version = TLS_VERSION_1_3,
        .share = 29,
    };
}

static struct moment next_moment(struct story *story)
{
    story->now_ns += STORY_MILLISECOND;
    story->packet++;
    story->connection.last = (struct moment){.time_ns = story->now_ns, .packet = story->packet};
    return story->connection.last;
}

static void send_syn(struct story *story, enum side side)
{
    struct direction *direction = &story->connection.direction[side];

    direction->syn = next_moment(story);
    direction->last_syn = direction->syn;
    direction->first = direction->syn;
    story->connection.last_by[side] = direction->syn;
    direction->packets = 1;
    direction->syn_count = 1;
    direction->mss = MSS;
    direction->hop_limit = side == SIDE_CLIENT ? HOP_LIMIT_CLIENT : HOP_LIMIT_SERVER;
    direction->hop_limit_other = direction->hop_limit;
}

void story_begin_syn(struct story *story)
{
    *story = (struct story){
        .reason = CONNECTION_END_CLOSED,
        .tls_expected = true,
        .now_ns = STORY_TIME,
    };
    story->handshake.notes = story->notes;
    story->handshake.transcript = story->transcript;
    story->connection.syn_seen = true;
    story->connection.endpoint[SIDE_SERVER].port = 443;
    story->connection.endpoint[SIDE_CLIENT].port = 40000;
    send_syn(story, SIDE_CLIENT);
    story->connection.first = story->connection.direction[SIDE_CLIENT].syn;
}

void story_begin(struct story *story)
{
    story_begin_syn(story);
    send_syn(story, SIDE_SERVER);
}

void story_wait(struct story *story, int64_t nanoseconds)
{
    story->now_ns += nanoseconds;
}

static void count_packet(struct story *story, enum side side, struct moment at, uint32_t payload)
{
    struct direction *direction = &story->connection.direction[side];

    direction->packets++;
    story->connection.last_by[side] = at;
    direction->payload_octets += payload;
    if (payload == 0)
        return;
    if (!moment_seen(direction->first_data))
        direction->first_data = at;
    direction->last_data = at;
    if (payload > direction->largest_segment)
        direction->largest_segment = payload < MSS ? payload : MSS;
}

struct note *story_note(struct story *story, enum side side, enum note_kind kind)
{
    struct handshake *handshake = &story->handshake;
    struct note *note = &handshake->notes[handshake->note_count];
    bool payload = kind != NOTE_FIN && kind != NOTE_RST;

    if (story->told || handshake->note_count == HANDSHAKE_NOTES_MAX)
        die("nothing can be added any more");
    handshake->note_count++;
    *note = (struct note){
        .at = next_moment(story),
        .offset = NOTE_NOT_KEPT,
        .version = TLS_VERSION_1_2,
        .kind = (uint8_t)kind,
        .side = (uint8_t)side,
    };
    count_packet(story, side, note->at, payload ? NOTE_OCTETS : 0);
    handshake->stream_octets[side] += payload ? NOTE_OCTETS : 0;
    if (payload && kind != NOTE_PLAINTEXT && kind != NOTE_MALFORMED && kind != NOTE_GAP)
        handshake->spoke_tls[side] = true;
    return note;
}

struct note *story_message(struct story *story, enum side side, uint8_t type, struct bytes body)
{
    struct handshake *handshake = &story->handshake;
    struct note *note = story_note(story, side, NOTE_MESSAGE);

    if (body.len > sizeof(story->transcript) - handshake->transcript_length)
        die("the transcript is full");
    note->type = type;
    note->length = (uint32_t)body.len;
    note->offset = handshake->transcript_length;
    if (body.len > 0)
        memcpy(story->transcript + note->offset, body.data, body.len);
    handshake->transcript_length += note->length;
    return note;
}

void story_client_hello(struct story *story, const struct story_offer *offer)
{
    struct body body = {.length = 0};
    size_t vector;

    put(&body, offer->legacy_version, 2);
    put_random(&body, DOWNGRADE_NONE);
    put(&body, offer->session_id, 1);
    for (size_t i = 0; i < offer->session_id; i++)
        put(&body, i, 1);
    vector = open_vector(&body, 2);
    put_list(&body, offer->suites);
    close_vector(&body, vector, 2);
    put(&body, 0x0100 | (offer->no_compression ? TLS_COMPRESSION_DEFLATE : TLS_COMPRESSION_NULL),
        2);
    if (offer->legacy_version > TLS_VERSION_SSL3)
        put_client_extensions(&body, offer);
    story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO,
                  bytes_of(body.data, offer->truncated ? body.length / 2 : body.length));
}

void story_server_hello(struct story *story, const struct story_choice *choice)
{
    struct body body = {.length = 0};

    put(&body, choice->legacy_version, 2);
    if (choice->retry)
        put_retry_random(&body);
    else
        put_random(&body, choice->downgrade);
    put(&body, 0, 1);
    put(&body, choice->suite, 2);
    put(&body, choice->compression, 1);
    put_server_extensions(&body, choice);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO,
                  bytes_of(body.data, choice->truncated ? body.length / 2 : body.length));
}

void story_alert(struct story *story, enum side side, uint8_t level, uint8_t description)
{
    struct note *note = story_note(story, side, NOTE_ALERT);

    note->type = level;
    note->code = description;
    note->length = TLS_ALERT_LENGTH;
}

void story_fatal(struct story *story, enum side side, uint8_t description)
{
    story_alert(story, side, TLS_ALERT_LEVEL_FATAL, description);
}

void story_ccs(struct story *story, enum side side)
{
    story_note(story, side, NOTE_CHANGE_CIPHER_SPEC)->code = 1;
}

void story_protected(struct story *story, enum side side, uint32_t length)
{
    story_note(story, side, NOTE_APPLICATION_DATA)->length = length;
    story->handshake.application_records[side]++;
    story->handshake.application_octets[side] += length;
}

void story_fin(struct story *story, enum side side)
{
    story->connection.direction[side].fin = story_note(story, side, NOTE_FIN)->at;
    story->connection.direction[side].fin_acknowledged = true;
}

void story_rst(struct story *story, enum side side)
{
    struct direction *direction = &story->connection.direction[side];

    direction_have_trouble(direction)->reset = (struct reset){
        .at = story_note(story, side, NOTE_RST)->at,
        .fit = RESET_EXACT,
        .hop_limit = side == SIDE_CLIENT ? HOP_LIMIT_CLIENT : HOP_LIMIT_SERVER,
        .has_ack = true,
        .acknowledges_data = true,
        .answers_syn = !moment_seen(direction->syn),
        .count = 1,
    };
}

void story_plaintext(struct story *story, enum side side, const char *text)
{
    struct prelude_text *prelude = &story->prelude[side];
    size_t length = strlen(text);

    if (length > sizeof(prelude->data))
        die("a text is too long");
    prelude->at = story_note(story, side, NOTE_PLAINTEXT)->at;
    prelude->length = (uint16_t)length;
    memcpy(prelude->data, text, length);
    story->handshake.prelude[side] = prelude;
}

void story_modern_hello(struct story *story)
{
    struct story_offer offer = story_modern_offer();

    story_client_hello(story, &offer);
}

void story_certificate(struct story *story, enum side side)
{
    static const uint8_t list[] = {0, 0, 7, 0, 0, 4, 1, 2, 3, 4};

    story_message(story, side, TLS_HANDSHAKE_CERTIFICATE, bytes_of(list, sizeof(list)));
}

static void story_dh_parameters(struct story *story, uint16_t version, size_t bits)
{
    struct body body = {.length = 0};
    size_t octets = (bits + 7) / 8;

    put(&body, octets, 2);
    put(&body, (uint64_t)1 << ((bits - 1) % 8), 1);
    for (size_t i = 1; i < octets; i++)
        put(&body, 0x77, 1);
    put(&body, 0x000102, 3);                                /* dh_g */
    put(&body, 0x00020505, 4);                              /* dh_Ys */
    put(&body, 0x0401, version >= TLS_VERSION_1_2 ? 2 : 0); /* rsa_pkcs1_sha256 */
    put(&body, 0x0002abcd, 4);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE,
                  bytes_of(body.data, body.length));
}

void story_flight_1_2(struct story *story, const struct story_choice *choice, size_t dh_bits)
{
    struct story_choice chosen = *choice;

    if (dh_bits > 0)
        chosen.suite = 0x009e; /* TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 */
    story_server_hello(story, &chosen);
    story_certificate(story, SIDE_SERVER);
    if (dh_bits > 0)
        story_dh_parameters(story, choice->legacy_version, dh_bits);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE, bytes_of("", 0));
}

void story_flight_1_3(struct story *story)
{
    struct story_choice choice = story_choice_1_3();

    story_server_hello(story, &choice);
    story_ccs(story, SIDE_SERVER);
    story_protected(story, SIDE_SERVER, 1200); /* EncryptedExtensions to CertificateVerify */
    story_protected(story, SIDE_SERVER, 53);   /* Finished */
}

void story_client_flight_1_2(struct story *story)
{
    story_message(story, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, bytes_of("\1\4", 2));
    story_ccs(story, SIDE_CLIENT);
    story_note(story, SIDE_CLIENT, NOTE_ENCRYPTED_HANDSHAKE)->length = 40;
}

static void tell(struct story *story)
{
    struct observation observation = {
        .connection = &story->connection,
        .handshake = &story->handshake,
        .reason = story->reason,
        .capture_end_ns = story->now_ns,
        .tls_expected = story->tls_expected,
        .tls_seen = story->tls_seen,
    };

    if (story->told)
        return;
    story->told = true;
    facts_build(&story->facts, &observation);
    if (story->knowledge != NULL) {
        knowledge_find(story->knowledge, &story->facts, &story->known);
        story->facts.known = &story->known;
    }
    diagnose(&story->facts, &story->verdict);
}

const struct facts *story_facts(struct story *story)
{
    tell(story);
    return &story->facts;
}

enum certainty story_certainty(struct story *story, const char *id)
{
    const struct cause *cause = cause_find(id);
    struct evidence evidence = {0};

    if (cause == NULL || cause->match == NULL)
        die("no such rule");
    return cause->match(story_facts(story), &evidence);
}

const char *story_cause(struct story *story)
{
    tell(story);
    return story->verdict.cause != NULL ? story->verdict.cause->id
                                        : outcome_name(story->verdict.outcome);
}

bool story_says(struct story *story, const char *cause, enum certainty confidence)
{
    const char *said = story_cause(story);
    bool right = strcmp(said, cause) == 0 && story->verdict.confidence == confidence;

    if (!right)
        fprintf(stderr, "expected %s (%s), got %s (%s)\n", cause, certainty_name(confidence), said,
                certainty_name(story->verdict.confidence));
    return right;
}

bool story_denies(struct story *story, const char *cause)
{
    enum certainty certainty = story_certainty(story, cause);

    if (certainty != CAUSE_NO)
        fprintf(stderr, "%s is said to be %s\n", cause, certainty_name(certainty));
    return certainty == CAUSE_NO;
}

bool story_considers(struct story *story, const char *cause)
{
    if (strcmp(story_cause(story), cause) == 0)
        return true;
    for (size_t i = 0; i < story->verdict.alternative_count; i++)
        if (strcmp(story->verdict.alternatives[i]->id, cause) == 0)
            return true;
    fprintf(stderr, "%s is not among the explanations; primary is %s\n", cause, story_cause(story));
    return false;
}
