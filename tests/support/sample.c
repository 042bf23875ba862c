/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/sample.h"

#define MILLISECOND INT64_C(1000000)

const struct cause sample_cause = {
    .id = "sample_cause",
    .layer = LAYER_NEGOTIATION,
    .title = "The sample was refused",
    .explanation = "The server found nothing in the offer that it could accept.",
    .remedy = "Offer more.",
    .reported_as = "sample failure",
    .alerts = CAUSE_ALERTS(TLS_ALERT_HANDSHAKE_FAILURE),
    .source = "RFC 8446 section 6.2",
};

/* What the client says; "GREASE" stands in every list, as browsers do it. */
static const uint8_t suites[] = {0x0a, 0x0a, 0x13, 0x01, 0xc0, 0x2f, 0xfe, 0xdc};
static const uint8_t versions[] = {0x1a, 0x1a, 0x03, 0x04, 0x03, 0x03};
static const uint8_t groups[] = {0x2a, 0x2a, 0x00, 0x1d, 0x00, 0x17};
static const uint8_t schemes[] = {0x04, 0x03, 0x08, 0x04};
static const uint8_t protocols[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
static const uint8_t extensions[] = {0x3a, 0x3a, 0, 0, 0x00, 0x17, 0, 0};
static const uint8_t key_shares[] = {0x4a, 0x4a, 0, 1, 0, 0x00, 0x1d, 0, 2, 1, 2};
static const char server_name[] = "www.example.org";
static const uint8_t no_compression[] = {0};

#define VIEW(array) bytes_of(array, sizeof(array))

static struct address ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (struct address){.octets = {[10] = 0xff, 0xff, a, b, c, d}};
}

static void set_connection(struct connection *connection)
{
    *connection = (struct connection){
        .endpoint =
            {
                {.address = ipv4(192, 0, 2, 10),
                 .port = 50000,
                 .has_mac = true,
                 .mac = {0x00, 0x00, 0x5e, 0x00, 0x53, 0xab}},
                {.address = ipv4(198, 51, 100, 7), .port = 443},
            },
        .direction =
            {
                {.packets = 3, .octets = 700, .payload_octets = 517, .mss = 1460, .hop_limit = 64},
                {.packets = 2, .octets = 107, .payload_octets = 7, .hop_limit = 57},
            },
        .first = {.time_ns = SAMPLE_START_NS, .packet = 1},
        .last = {.time_ns = SAMPLE_START_NS + 13 * MILLISECOND, .packet = 7},
        .syn_seen = true,
        .syn_rtt_ns = 3 * MILLISECOND,
        .ack_rtt_ns = MILLISECOND,
    };
}

static void set_offer(struct sample *sample)
{
    struct facts *facts = &sample->facts;

    for (size_t i = 0; i < sizeof(sample->random); i++)
        sample->random[i] = (uint8_t)i;
    facts->client_hello_read = true;
    facts->client_hello = (struct client_hello){
        .legacy_version = TLS_VERSION_1_2,
        .random = VIEW(sample->random),
        .cipher_suites = VIEW(suites),
        .compression_methods = VIEW(no_compression),
        .has_extensions = true,
        .extensions = VIEW(extensions),
    };
    facts->client_extensions.server_name.host_name = bytes_of(server_name, strlen(server_name));
    facts->client_extensions.supported_versions.versions = VIEW(versions);
    facts->client_extensions.supported_groups.list = VIEW(groups);
    facts->client_extensions.signature_algorithms.list = VIEW(schemes);
    facts->client_extensions.alpn.protocols = VIEW(protocols);
    facts->client_extensions.key_share.shares = VIEW(key_shares);
}

static void set_common(struct sample *sample)
{
    memset(sample, 0, sizeof(*sample));
    set_connection(&sample->connection);
    sample->handshake.notes = sample->notes;
    sample->handshake.note_count = 1;
    sample->notes[0] = (struct note){
        .at = {.time_ns = SAMPLE_START_NS + 4 * MILLISECOND, .packet = 4},
        .kind = NOTE_MESSAGE,
        .side = SIDE_CLIENT,
        .type = TLS_HANDSHAKE_CLIENT_HELLO,
        .offset = NOTE_NOT_KEPT,
    };
    sample->handshake.spoke_tls[SIDE_CLIENT] = true;
    sample->facts.connection = &sample->connection;
    sample->facts.handshake = &sample->handshake;
    sample->facts.client_hello_note = &sample->handshake.notes[0];
    sample->verdict.facts = &sample->facts;
    set_offer(sample);
}

void sample_failed(struct sample *sample)
{
    struct moment refused = {.time_ns = SAMPLE_START_NS + 12 * MILLISECOND, .packet = 6};

    set_common(sample);
    sample->facts.outcome = OUTCOME_FAILED;
    sample->facts.refusal = (struct refusal){
        .kind = REFUSAL_ALERT,
        .by = SIDE_SERVER,
        .at = refused,
        .alert = TLS_ALERT_HANDSHAKE_FAILURE,
        .alert_level = TLS_ALERT_LEVEL_FATAL,
    };
    sample->verdict.outcome = OUTCOME_FAILED;
    sample->verdict.stage = STAGE_CLIENT_HELLO;
    sample->verdict.refused_by = PARTY_SERVER;
    sample->verdict.cause = &sample_cause;
    sample->verdict.confidence = CAUSE_LIKELY;
    evidence_add(&sample->verdict.evidence, "offered_suites", sample->handshake.notes[0].at,
                 "the client offers two suites");
    evidence_add(&sample->verdict.evidence, "refusal", refused, "the server sent an alert");
    evidence_add(&sample->verdict.evidence, "no_answer", (struct moment){0}, "nothing followed");
}

void sample_established(struct sample *sample)
{
    set_common(sample);
    sample->facts.outcome = OUTCOME_ESTABLISHED;
    sample->facts.version = TLS_VERSION_1_3;
    sample->facts.suite = suite_find(0x1301);
    sample->facts.tls13 = true;
    sample->verdict.outcome = OUTCOME_ESTABLISHED;
    sample->verdict.stage = STAGE_FINISHED;
}

void sample_incomplete(struct sample *sample)
{
    set_common(sample);
    sample->facts.outcome = OUTCOME_INCOMPLETE;
    sample->verdict.outcome = OUTCOME_INCOMPLETE;
    sample->verdict.stage = STAGE_CLIENT_HELLO;
    sample->verdict.incomplete_reason = "the capture ended before the handshake did";
}
