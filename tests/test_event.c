/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "analyze/json.h"
#include "tests/support/wire.h"
#include "tests/support/written.h"

static bool line_has(const struct written *written, const char *text)
{
    return memmem(written->line.data, written->line.len, text, strlen(text)) != NULL;
}

static void a_failure_has_every_field_that_the_wire_shows(void)
{
    static const char *const texts[][2] = {
        {"@timestamp", "2024-05-01T10:00:00.135456789Z"},
        {"message", "TLS handshake 192.0.2.10:50000 -> 198.51.100.7:443 (www.example.org) failed: "
                    "The sample was refused"},
        {"ecs.version", "9.5.0"},
        {"event.kind", "event"},
        {"event.category.0", "network"},
        {"event.type.0", "connection"},
        {"event.type.1", "denied"},
        {"event.type.2", "end"},
        {"event.action", "tls_handshake"},
        {"event.outcome", "failure"},
        {"event.module", "tlswhy"},
        {"event.dataset", "tlswhy.handshake"},
        {"event.start", "2024-05-01T10:00:00.123456789Z"},
        {"event.end", "2024-05-01T10:00:00.135456789Z"},
        {"event.reason", "The sample was refused"},
        {"source.ip", "192.0.2.10"},
        {"source.mac", "00-00-5E-00-53-AB"},
        {"destination.ip", "198.51.100.7"},
        {"client.ip", "192.0.2.10"},
        {"server.ip", "198.51.100.7"},
        {"network.transport", "tcp"},
        {"network.type", "ipv4"},
        {"network.protocol", "tls"},
        {"observer.name", "edge"},
        {"observer.product", "tlswhy"},
        {"tls.client.server_name", "www.example.org"},
        {"tls.client.supported_ciphers.0", "TLS_AES_128_GCM_SHA256"},
        {"tls.client.supported_ciphers.1", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
        {"tls.client.supported_ciphers.2", "0xfedc"},
        {"tlswhy.outcome", "failed"},
        {"tlswhy.cause", "sample_cause"},
        {"tlswhy.layer", "negotiation"},
        {"tlswhy.stage", "client_hello"},
        {"tlswhy.refused_by", "server"},
        {"tlswhy.confidence", "likely"},
        {"tlswhy.remedy", "Offer more."},
        {"tlswhy.evidence.0.fact", "offered_suites"},
        {"tlswhy.evidence.0.time", "2024-05-01T10:00:00.127456789Z"},
        {"tlswhy.evidence.0.text", "the client offers two suites"},
        {"tlswhy.alert.level", "fatal"},
        {"tlswhy.alert.name", "handshake_failure"},
        {"tlswhy.alert.sender", "server"},
        {"tlswhy.offer.versions.0", "TLS 1.3"},
        {"tlswhy.offer.versions.1", "TLS 1.2"},
        {"tlswhy.offer.groups.0", "x25519"},
        {"tlswhy.offer.signature_schemes.0", "ecdsa_secp256r1_sha256"},
        {"tlswhy.offer.alpn.0", "h2"},
        {"tlswhy.offer.alpn.1", "http/1.1"},
        {"tlswhy.offer.key_shares.0", "x25519"},
        {"tlswhy.offer.extensions.0", "extended_master_secret"},
        {"tlswhy.history", "C"},
    };
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    written_write(&written);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        written_check_text(&written, texts[i][0], texts[i][1]);
    written_end(&written);
}

static void numbers_and_flags_of_a_failure_are_right(void)
{
    static const struct {
        const char *path;
        double value;
    } numbers[] = {
        {"event.duration", 12000000},
        {"source.port", 50000},
        {"source.packets", 3},
        {"source.bytes", 700},
        {"destination.port", 443},
        {"network.packets", 5},
        {"network.bytes", 807},
        {"tlswhy.evidence.0.packet", 4},
        {"tlswhy.alert.code", 40},
        {"tlswhy.alert.packet", 6},
        {"tlswhy.transport.rtt", 4000000},
        {"tlswhy.transport.client.mss", 1460},
        {"tlswhy.transport.server.hop_limit", 57},
    };
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    written_write(&written);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        CU_ASSERT_EQUAL(cJSON_GetNumberValue(written_at(&written, numbers[i].path)),
                        numbers[i].value);
    CU_ASSERT_TRUE(cJSON_IsFalse(written_at(&written, "tls.established")));
    CU_ASSERT_TRUE(cJSON_IsFalse(written_at(&written, "tlswhy.alert.encrypted")));
    /* What did not happen has neither packet nor time, and what is not known is not there. */
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.evidence.2.packet"));
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.evidence.2.time"));
    CU_ASSERT_PTR_NULL(written_at(&written, "tls.version"));
    CU_ASSERT_PTR_NULL(written_at(&written, "destination.mac"));
    CU_ASSERT_PTR_NULL(written_at(&written, "network.vlan"));
    written_end(&written);
}

/* It answers a client that does not speak TLS: what that sent is the refusal. */
static void an_alert_for_a_request_in_clear_is_told(void)
{
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    written.sample.facts.refusal =
        (struct refusal){.kind = REFUSAL_PLAINTEXT, .by = SIDE_CLIENT, .at = {SAMPLE_START_NS, 4}};
    written_write(&written);
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.alert"));
    written.sample.notes[0] = (struct note){
        .at = {SAMPLE_START_NS, 5},
        .kind = NOTE_ALERT,
        .side = SIDE_SERVER,
        .type = TLS_ALERT_LEVEL_FATAL,
        .code = TLS_ALERT_UNEXPECTED_MESSAGE,
    };
    written_write(&written);
    written_check_text(&written, "tlswhy.alert.name", "unexpected_message");
    written_check_text(&written, "tlswhy.alert.level", "fatal");
    written_check_text(&written, "tlswhy.alert.sender", "server");
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.alert.code")->valueint, 10);
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.alert.packet")->valueint, 5);
    CU_ASSERT_TRUE(cJSON_IsFalse(written_at(&written, "tlswhy.alert.encrypted")));
    written_end(&written);
}

/* Of several files that are read as one. */
static void the_file_of_a_packet_is_told(void)
{
    struct origins *origins = origins_new();
    const struct event_options options = {.origins = origins};
    struct written written;

    CU_ASSERT_PTR_NOT_NULL_FATAL(origins);
    written_begin(&written);
    event_writer_free(written.writer);
    written.writer = event_writer_new(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(written.writer);
    sample_failed(&written.sample);
    origins_note(origins, 1, "a.pcap", 1);
    origins_note(origins, written.sample.verdict.evidence.items[1].at.packet, "b\xff.pcap", 12);
    written_write(&written);
    written_check_text(&written, "tlswhy.evidence.0.file", "a.pcap");
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.evidence.0.file_packet")->valuedouble,
                    written_at(&written, "tlswhy.evidence.0.packet")->valuedouble);
    CU_ASSERT_PTR_NOT_NULL(written_at(&written, "tlswhy.evidence.1.file"));
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.evidence.1.file_packet")->valuedouble, 12);
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.evidence.2.file"));
    written_end(&written);
    origins_free(origins);
}

static void an_established_handshake_has_no_cause(void)
{
    struct written written;

    written_begin(&written);
    sample_established(&written.sample);
    written_write(&written);
    written_check_text(&written, "event.outcome", "success");
    written_check_text(&written, "event.type.1", "start");
    written_check_text(&written, "tlswhy.outcome", "established");
    written_check_text(&written, "tls.version", "1.3");
    written_check_text(&written, "tls.version_protocol", "tls");
    written_check_text(&written, "tls.cipher", "TLS_AES_128_GCM_SHA256");
    CU_ASSERT_TRUE(cJSON_IsTrue(written_at(&written, "tls.established")));
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.cause"));
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.alert"));
    CU_ASSERT_PTR_NULL(written_at(&written, "event.reason"));
    written_end(&written);
}

static void an_incomplete_handshake_says_what_is_missing(void)
{
    struct written written;

    written_begin(&written);
    sample_incomplete(&written.sample);
    written_write(&written);
    written_check_text(&written, "event.outcome", "unknown");
    written_check_text(&written, "event.reason", "the capture ended before the handshake did");
    written_check_text(&written, "tlswhy.incomplete_reason",
                       "the capture ended before the handshake did");
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.cause"));
    written_end(&written);
}

static void an_encrypted_alert_has_no_code(void)
{
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    written.sample.facts.refusal.kind = REFUSAL_ENCRYPTED_ALERT;
    written_write(&written);
    CU_ASSERT_TRUE(cJSON_IsTrue(written_at(&written, "tlswhy.alert.encrypted")));
    written_check_text(&written, "tlswhy.alert.sender", "server");
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.alert.code"));
    CU_ASSERT_PTR_NULL(written_at(&written, "tlswhy.alert.name"));
    written_end(&written);
}

static void numbers_beyond_a_double_are_exact(void)
{
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    written.sample.connection.direction[SIDE_CLIENT].octets = UINT64_C(9007199254740993);
    written.sample.connection.direction[SIDE_SERVER].octets = UINT64_MAX;
    written_write(&written);
    CU_ASSERT_TRUE(line_has(&written, "\"bytes\":9007199254740993"));
    CU_ASSERT_TRUE(line_has(&written, "\"bytes\":9223372036854775807"));
    written_end(&written);
}

static void set_name(struct sample *sample, const void *data, size_t length)
{
    sample->facts.client_extensions.server_name.host_name = bytes_of(data, length);
}

static void names_arrive_unchanged_or_in_hexadecimal(void)
{
    static const struct {
        const char *octets;
        size_t length;
        const char *value;
    } cases[] = {
        {"a\"b\\c/d", 7, "a\"b\\c/d"},
        {"line\nfeed\r\t\x01", 12, "line\nfeed\r\t\x01"},
        {"\x7f\xc2\x85\xe2\x80\xa8", 6, "\x7f\xc2\x85\xe2\x80\xa8"},
        {"b\xc3\xbc"
         "cher \xf0\x9f\x94\x92",
         12,
         "b\xc3\xbc"
         "cher \xf0\x9f\x94\x92"},
        {"\xf0\x9d\x85\xb3", 4, "\xf0\x9d\x85\xb3"}, /* a format control beyond U+FFFF */
        {"nul\0", 4, "6e756c00"},
        {"\xff\xfe", 2, "fffe"},
        {"cut\xe2\x82", 5, "637574e282"},
    };
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_name(&written.sample, cases[i].octets, cases[i].length);
        written_write(&written);
        written_check_text(&written, "tls.client.server_name", cases[i].value);
    }
    written_end(&written);
}

static void what_ends_a_line_for_some_readers_is_escaped(void)
{
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    set_name(&written.sample, "a\xe2\x80\xa8z\xc2\x85\x7f\x1b[2J", 12);
    written_write(&written);
    CU_ASSERT_TRUE(line_has(&written, "a\\u2028z\\u0085\\u007f\\u001b[2J"));
    written_end(&written);
}

static void no_octet_breaks_a_line(void)
{
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    for (unsigned octet = 0; octet < 256; octet++) {
        const uint8_t name[3] = {'a', (uint8_t)octet, 'z'};
        const uint8_t alpn[] = {0, 16, 0, 6, 0, 4, 3, 'a', (uint8_t)octet, 'z'};

        set_name(&written.sample, name, sizeof(name));
        written.sample.facts.client_hello.extensions = bytes_of(alpn, sizeof(alpn));
        written.sample.facts.client_extensions.alpn.protocols = bytes_of(alpn + 6, 4);
        written_write(&written);
        CU_ASSERT_STRING_EQUAL(cJSON_GetStringValue(written_at(&written, "tls.client.server_name")),
                               cJSON_GetStringValue(written_at(&written, "tlswhy.offer.alpn.0")));
    }
    written_end(&written);
}

static void long_values_and_lists_are_bounded(void)
{
    enum { LENGTH = 65534 };
    static uint8_t long_octets[LENGTH];
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    for (int fill = 0; fill < 256; fill += 51) { /* valid text, control octets, invalid UTF-8 */
        const char *name;

        memset(long_octets, fill, LENGTH);
        set_name(&written.sample, long_octets, LENGTH);
        written.sample.facts.client_hello.cipher_suites = bytes_of(long_octets, LENGTH);
        written.sample.facts.client_extensions.supported_groups.list =
            bytes_of(long_octets, LENGTH);
        written.sample.facts.client_extensions.alpn.protocols = bytes_of(long_octets, LENGTH);
        written_write(&written);
        name = cJSON_GetStringValue(written_at(&written, "tls.client.server_name"));
        CU_ASSERT_PTR_NOT_NULL(name);
        if (name == NULL)
            break;
        CU_ASSERT_TRUE(strlen(name) <= 2 * JSON_OCTETS_MAX + 3);
        CU_ASSERT_STRING_EQUAL(name + strlen(name) - 3, "...");
        CU_ASSERT_TRUE(cJSON_GetArraySize(written_at(&written, "tls.client.supported_ciphers"))
                       <= JSON_NAMES_MAX);
    }
    written_end(&written);
}

static void a_long_name_is_cut_between_characters(void)
{
    static const uint8_t euro[] = {0xe2, 0x82, 0xac};
    char name[JSON_OCTETS_MAX + 2];
    struct written written;

    written_begin(&written);
    sample_failed(&written.sample);
    for (size_t before = 0; before < 3; before++) {
        memset(name, 'a', sizeof(name));
        for (size_t i = before; i + sizeof(euro) <= sizeof(name); i += sizeof(euro))
            memcpy(name + i, euro, sizeof(euro));
        memset(name + sizeof(name) - (sizeof(name) - before) % 3, 'z', (sizeof(name) - before) % 3);
        set_name(&written.sample, name, sizeof(name));
        written_write(&written); /* checks that the line is UTF-8 */
        CU_ASSERT_TRUE(strlen(cJSON_GetStringValue(written_at(&written, "tls.client.server_name")))
                       <= JSON_OCTETS_MAX + 3);
    }
    written_end(&written);
}

static char *id_of(struct written *written)
{
    written_write(written);
    return strdup(cJSON_GetStringValue(written_at(written, "event.id")));
}

static void the_identifier_tells_connections_apart_and_is_stable(void)
{
    struct written written;
    char *ids[6];

    written_begin(&written);
    sample_failed(&written.sample);
    ids[0] = id_of(&written);
    written.sample.connection.endpoint[SIDE_CLIENT].port++;
    ids[1] = id_of(&written);
    written.sample.connection.endpoint[SIDE_CLIENT].port--;
    written.sample.connection.first.time_ns++;
    ids[2] = id_of(&written);
    written.sample.connection.first.time_ns--;
    written.sample.random[31]++;
    ids[3] = id_of(&written);
    written.sample.random[31]--;
    written.sample.random[21]++; /* the first one of those that count */
    ids[4] = id_of(&written);
    written.sample.random[21]--;
    written.sample.connection.last.time_ns++; /* how it ended is no part of it */
    ids[5] = id_of(&written);
    CU_ASSERT_EQUAL(strlen(ids[0]), 32);
    for (size_t i = 1; i < 5; i++)
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(ids[i], ids[j]);
    CU_ASSERT_STRING_EQUAL(ids[5], ids[0]);
    for (size_t i = 0; i < 6; i++)
        free(ids[i]);
    written_end(&written);
}

static void a_hello_of_ssl_2_shows_its_kinds(void)
{
    /* CLIENT-HELLO of version 3.1 with two specs, no session, a challenge of 16 octets. */
    static uint8_t hello[] = {1,    3,    1,    0,    6,    0,    0, 0, 16, 0x01, 0x00,
                              0x80, 0x00, 0x00, 0x2f, 0x00, 0x00, 0, 0, 0,  0,    0,
                              0,    0,    0,    0,    0,    0,    0, 0, 0};
    struct written written;
    struct handshake *handshake = &written.sample.handshake;

    written_begin(&written);
    sample_failed(&written.sample);
    written.sample.facts.client_hello_read = false;
    handshake->transcript = hello;
    handshake->transcript_length = sizeof(hello);
    handshake->notes[0].kind = NOTE_SSLV2_HELLO;
    handshake->notes[0].offset = 0;
    handshake->notes[0].length = sizeof(hello);
    written.sample.facts.sslv2_hello_note = &handshake->notes[0];
    written.sample.facts.sslv2_hello_version = TLS_VERSION_1_0;
    written_write(&written);
    written_check_text(&written, "tls.client.supported_ciphers.0", "SSL_CK_RC4_128_WITH_MD5");
    written_check_text(&written, "tls.client.supported_ciphers.1", "TLS_RSA_WITH_AES_128_CBC_SHA");
    written_check_text(&written, "tlswhy.offer.versions.0", "TLS 1.0");
    written_check_text(&written, "tlswhy.history", "C");
    written_end(&written);
}

static void how_a_connection_began_that_changed_to_tls_is_told(void)
{
    static const struct {
        enum prelude protocol;
        const char *name; /* NULL: none */
    } cases[] = {
        {PRELUDE_SMTP, "smtp"},
        {PRELUDE_HTTP_CONNECT, "http_connect"},
        {PRELUDE_POSTGRESQL_SSL_REQUEST, "postgresql"},
        {PRELUDE_SOCKS5, "socks5"},
        {PRELUDE_PARTIAL, NULL},
    };
    struct written written;

    written_begin(&written);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const cJSON *found;

        sample_established(&written.sample);
        written.sample.handshake.switched = true;
        written.sample.facts.starttls.protocol = cases[i].protocol;
        written_write(&written);
        found = written_at(&written, "tlswhy.starttls");
        CU_ASSERT_EQUAL(found != NULL, cases[i].name != NULL);
        if (cases[i].name != NULL)
            written_check_text(&written, "tlswhy.starttls.protocol", cases[i].name);
    }
    written_end(&written);
}

static void what_a_proxy_was_asked_and_said_is_told(void)
{
    struct written written;
    struct starttls_facts *starttls;

    written_begin(&written);
    sample_established(&written.sample);
    starttls = &written.sample.facts.starttls;
    *starttls = (struct starttls_facts){
        .protocol = PRELUDE_HTTP_CONNECT,
        .asked = true,
        .at = {1000, 4},
        .answered_at = {2000, 6},
        .status = 403,
        .reply = bytes_of("HTTP/1.1 403 \x1b", 14),
        .has_target = true,
        .target = {.host = bytes_of("www.example.org", 15), .port = 443},
    };
    written_write(&written);
    CU_ASSERT_TRUE(cJSON_IsFalse(written_at(&written, "tlswhy.starttls.accepted")));
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.starttls.packet")->valueint, 4);
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.starttls.reply_packet")->valueint, 6);
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.starttls.status")->valueint, 403);
    written_check_text(&written, "tlswhy.starttls.target.host", "www.example.org");
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.starttls.target.port")->valueint, 443);
    CU_ASSERT_PTR_NOT_NULL(written_at(&written, "tlswhy.starttls.reply"));
    written_end(&written);
}

static void the_client_that_a_proxy_names_is_told(void)
{
    struct written written;

    written_begin(&written);
    sample_established(&written.sample);
    written.sample.facts.proxy = (struct proxy_header){
        .version = 2,
        .has_addresses = true,
        .client = {{[10] = 0xff, [11] = 0xff, 203, 0, 113, 7}, 50000},
        .server = {{0x20, 1, 0x0d, 0xb8, [15] = 9}, 443},
    };
    written.sample.facts.proxy_at = (struct moment){1000, 4};
    written_write(&written);
    written_check_text(&written, "network.forwarded_ip", "203.0.113.7");
    written_check_text(&written, "tlswhy.proxy_protocol.client.ip", "203.0.113.7");
    written_check_text(&written, "tlswhy.proxy_protocol.server.ip", "2001:db8::9");
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.proxy_protocol.client.port")->valueint, 50000);
    CU_ASSERT_EQUAL(written_at(&written, "tlswhy.proxy_protocol.version")->valueint, 2);
    /* Who opened the connection stays who opened it. */
    CU_ASSERT_STRING_NOT_EQUAL(written_at(&written, "client.ip")->valuestring, "203.0.113.7");
    written_end(&written);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a failure has every field that the wire shows",
         a_failure_has_every_field_that_the_wire_shows},
        {"numbers and flags of a failure are right", numbers_and_flags_of_a_failure_are_right},
        {"an alert for a request in clear is told", an_alert_for_a_request_in_clear_is_told},
        {"the file of a packet is told", the_file_of_a_packet_is_told},
        {"an established handshake has no cause", an_established_handshake_has_no_cause},
        {"an incomplete handshake says what is missing",
         an_incomplete_handshake_says_what_is_missing},
        {"an encrypted alert has no code", an_encrypted_alert_has_no_code},
        {"numbers beyond a double are exact", numbers_beyond_a_double_are_exact},
        {"names arrive unchanged or in hexadecimal", names_arrive_unchanged_or_in_hexadecimal},
        {"what ends a line for some readers is escaped",
         what_ends_a_line_for_some_readers_is_escaped},
        {"no octet breaks a line", no_octet_breaks_a_line},
        {"long values and lists are bounded", long_values_and_lists_are_bounded},
        {"a long name is cut between characters", a_long_name_is_cut_between_characters},
        {"the identifier tells connections apart and is stable",
         the_identifier_tells_connections_apart_and_is_stable},
        {"a hello of SSL 2.0 shows its kinds", a_hello_of_ssl_2_shows_its_kinds},
        {"how a connection began that changed to TLS is told",
         how_a_connection_began_that_changed_to_tls_is_told},
        {"what a proxy was asked and said is told", what_a_proxy_was_asked_and_said_is_told},
        {"the client that a proxy names is told", the_client_that_a_proxy_names_is_told},
        CU_TEST_INFO_NULL,
    };

    return suite_run("event", tests);
}
