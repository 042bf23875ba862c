/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/describe.h"

#include <stdio.h>

#include "analyze/summary.h"
#include "analyze/text.h"
#include "analyze/utf8.h"
#include "dissect/names.h"

/* Names of a list that fit in a line. */
enum { NAMES_MAX = 8 };

const char *describe_version(uint16_t version, char text[16])
{
    return names_or_hex(text, 16, names_version(version), version, 4);
}

/* "handshake_failure(40)". */
const char *describe_alert(uint8_t description, char text[48])
{
    const char *name = names_alert(description);

    (void)snprintf(text, 48, "%s(%u)", name != NULL ? name : "unassigned", description);
    return text;
}

/* Which protocol, by what the side said instead of TLS, or before it. */
static void describe_clear(const struct facts *facts, struct text *text, enum side side)
{
    enum prelude prelude = facts->prelude[side];

    if (facts->handshake->switched)
        prelude = prelude_identify(prelude_octets(facts_words(facts, side)), side == SIDE_CLIENT);
    text_add(text, "octets in clear");
    if (prelude != PRELUDE_UNKNOWN && prelude != PRELUDE_PARTIAL)
        text_add(text, " (%s)", prelude_name(prelude));
}

static void describe_note(const struct facts *facts, struct text *text, const struct note *note)
{
    /* What stands before the length of a note and behind it; NULL: its length says nothing. */
    static const struct {
        const char *before;
        const char *behind;
    } rows[] = {
        [NOTE_SSLV2_HELLO] = {"SSL 2.0 format hello", NULL},
        [NOTE_CHANGE_CIPHER_SPEC] = {"change_cipher_spec", NULL},
        [NOTE_ENCRYPTED_HANDSHAKE] = {"encrypted handshake message of ", " octets"},
        [NOTE_ENCRYPTED_ALERT] = {"encrypted alert", NULL},
        [NOTE_APPLICATION_DATA] = {"protected record of ", " octets"},
        [NOTE_HEARTBEAT] = {"heartbeat", NULL},
        [NOTE_MALFORMED] = {"octets that are not TLS, at stream offset ", ""},
        [NOTE_GAP] = {"", " octets that the capture missed"},
        [NOTE_FIN] = {"FIN", NULL},
        [NOTE_RST] = {"RST", NULL},
    };
    const char *message = names_handshake_type(note->type);
    char alert[48];

    if (note->kind == NOTE_MESSAGE)
        text_add(text, "%s", message != NULL ? message : "unknown handshake message");
    else if (note->kind == NOTE_ALERT)
        text_add(text, "alert %s", describe_alert(note->code, alert));
    else if (note->kind == NOTE_PLAINTEXT)
        describe_clear(facts, text, (enum side)note->side);
    else if (rows[note->kind].behind == NULL)
        text_add(text, "%s", rows[note->kind].before);
    else
        text_add(text, "%s%u%s", rows[note->kind].before, note->length, rows[note->kind].behind);
    if (facts_broke_off(facts, note))
        text_add(text, ", of which %u came",
                 note->length - facts->handshake->broken_octets[note->side]);
}

void describe_last_seen(const struct facts *facts, struct evidence *evidence)
{
    struct text text;

    if (facts->last_note == NULL)
        return;
    text = evidence_begin(evidence, "last_seen", facts->last_note->at);
    text_add(&text, "last thing before the end, from the %s: ",
             side_name((enum side)facts->last_note->side));
    describe_note(facts, &text, facts->last_note);
}

/* Host and port of what a proxy was asked for. */
static void describe_target(struct text *text, const struct proxy_target *target)
{
    struct endpoint endpoint = {.port = target->port};

    if (target->has_address) {
        memcpy(endpoint.address.octets, target->address, sizeof(target->address));
        summary_add_endpoint(text, &endpoint);
        return;
    }
    text_add_untrusted(text, target->host);
    text_add(text, ":%u", target->port);
}

void describe_starttls_request(const struct facts *facts, struct evidence *evidence)
{
    const struct starttls_facts *starttls = &facts->starttls;
    struct text text;

    if (!starttls->has_target) {
        evidence_add(evidence, "starttls", starttls->at,
                     "the client asked to change to TLS within %s",
                     prelude_name(starttls->protocol));
        return;
    }
    text = evidence_begin(evidence, "starttls", starttls->at);
    text_add(&text, "the client asked within %s for a connection to ",
             prelude_name(starttls->protocol));
    describe_target(&text, &starttls->target);
}

static void describe_foreign(const struct facts *facts, struct text *text)
{
    enum side by = facts->refusal.by;
    const struct prelude_text *prelude = facts->handshake->prelude[by];

    text_add(text, "the %s sent something else than TLS: %s", side_name(by),
             facts->prelude[by] == PRELUDE_UNKNOWN ? "a protocol that is not recognised"
                                                   : prelude_name(facts->prelude[by]));
    if (prelude == NULL)
        return;

    struct bytes line = prelude_first_line(bytes_of(prelude->data, prelude->length), 80);

    if (line.len > 0) {
        text_add(text, ", \"");
        text_add_untrusted(text, line);
        text_add(text, "\"");
    }
}

static void describe_end(const struct facts *facts, struct text *text)
{
    const struct refusal *refusal = &facts->refusal;
    char alert[48];

    switch (refusal->kind) {
    case REFUSAL_NONE:
        text_add(text, "no answer came");
        break;
    case REFUSAL_ALERT:
        text_add(text, "the %s sent %s alert %s", side_name(refusal->by),
                 refusal->alert_level == TLS_ALERT_LEVEL_WARNING ? "warning" : "fatal",
                 describe_alert(refusal->alert, alert));
        break;
    case REFUSAL_ENCRYPTED_ALERT:
        text_add(text, "the %s sent an encrypted alert: a record of %u octets",
                 side_name(refusal->by), refusal->encrypted_length);
        break;
    case REFUSAL_FIN:
        text_add(text, "the %s closed the connection (%s) without an alert", side_name(refusal->by),
                 (uint8_t)refusal->by == refusal->note->side
                     ? "FIN"
                     : "a FIN that was not captured: this one of the client acknowledges it");
        break;
    case REFUSAL_RST:
        text_add(text, "the connection was reset (RST from the %s's address) without an alert",
                 side_name(refusal->by));
        break;
    case REFUSAL_PLAINTEXT:
        describe_foreign(facts, text);
        break;
    case REFUSAL_MALFORMED:
        text_add(text, "the %s sent octets that are not TLS, at stream offset %u",
                 side_name(refusal->by), refusal->note->length);
        break;
    }
}

void describe_refusal(const struct facts *facts, struct evidence *evidence)
{
    struct text text = evidence_begin(evidence, "refusal", facts->refusal.at);

    describe_end(facts, &text);
    if (facts->last_note != NULL) {
        text_add(&text, ", ");
        if (facts->last_note->kind != NOTE_GAP) { /* when its octets passed is not known */
            text_add_duration(&text, facts->waited_ns);
            text_add(&text, " ");
        }
        text_add(&text, "after ");
        describe_note(facts, &text, facts->last_note);
        text_add(&text, " of the %s", side_name((enum side)facts->last_note->side));
    }
}

void describe_partial_hello(const struct facts *facts, struct evidence *evidence)
{
    if (!facts->handshake->hello_broke_off)
        return;
    if (facts->handshake->partial_hello_octets == 0)
        evidence_add(evidence, "partial_client_hello", facts->client_hello_note->at,
                     "of the ClientHello the header of its record alone arrived here: it "
                     "announces %u octets",
                     facts->client_hello_note->length + TLS_HANDSHAKE_HEADER_LENGTH);
    else
        evidence_add(evidence, "partial_client_hello", facts->client_hello_note->at,
                     "%u of %u octets of the ClientHello arrived here",
                     facts->handshake->partial_hello_octets,
                     facts->client_hello_note->length + TLS_HANDSHAKE_HEADER_LENGTH);
}

/* Append the usual limits that a message of this length exceeds. */
static void add_limits(struct text *text, uint32_t length)
{
    static const struct {
        uint32_t octets;
        const char *who;
    } limits[] = {
        {16384, "Mbed TLS"},
        {32768, "Java"},
        {65535, "rustls"},
        {102400, "OpenSSL"},
    };
    const char *separator = "; limits of stacks that it exceeds, as they come: ";

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (length <= limits[i].octets)
            continue;
        text_add(text, "%s%u (%s)", separator, limits[i].octets, limits[i].who);
        separator = ", ";
    }
}

void describe_long_message(const struct facts *facts, struct evidence *evidence)
{
    const struct long_message *message = &facts->long_message;
    struct text text;
    const char *name = names_handshake_type(message->type);

    if (message->length == 0)
        return;
    text = evidence_begin(evidence, "long_message", message->at);
    text_add(&text, "the %s's %s message has %u octets, and the %s ended the handshake at it",
             side_name(message->from), name != NULL ? name : "handshake", message->length,
             side_name(side_other(message->from)));
    add_limits(&text, message->length);
}

/* How a list is told of: in the plural, and where it has a single item. */
struct list_words {
    const char *many;
    const char *one;
};

static bool has_one_name(struct bytes list)
{
    size_t count = 0;
    uint16_t value;

    while (list_u16_next(&list, &value))
        count += !tls_is_grease(value);
    return count == 1;
}

/* "the client offers <words> a, b, c" for a list of 16-bit code points. */
static void describe_list(const struct facts *facts, struct evidence *evidence, const char *fact,
                          const struct list_words *words, struct bytes list,
                          const char *(*name)(uint16_t))
{
    struct text text =
        evidence_begin(evidence, fact,
                       facts->second_client_hello_read ? facts->second_client_hello_note->at
                                                       : facts->client_hello_note->at);

    text_add(&text, "the client offers %s ", has_one_name(list) ? words->one : words->many);
    text_add_names(&text, list, name, NAMES_MAX);
}

void describe_offered_versions(const struct facts *facts, struct evidence *evidence)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    char version[16];

    if (facts->sslv2_hello_note != NULL)
        evidence_add(evidence, "offered_versions", facts->sslv2_hello_note->at,
                     "the client's hello is in SSL 2.0 format and offers at most %s",
                     describe_version(facts->sslv2_hello_version, version));
    if (!facts_last_hello(facts, &hello, &extensions))
        return;
    if (extensions->supported_versions.state == EXTENSION_WELL_FORMED)
        describe_list(facts, evidence, "offered_versions", &(struct list_words){"versions", "only"},
                      extensions->supported_versions.versions, names_version);
    else
        evidence_add(evidence, "offered_versions", facts->client_hello_note->at,
                     "the client offers at most %s",
                     describe_version(hello->legacy_version, version));
}

void describe_fallback(const struct facts *facts, struct evidence *evidence)
{
    if (facts->client_hello_note == NULL || !facts->offer.fallback_scsv
        || (facts->server_hello_note != NULL
            && !facts_alert(facts, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER)))
        return;
    evidence_add(evidence, "fallback_scsv", facts->client_hello_note->at,
                 "the client marks its hello as a second attempt with a lower version: "
                 "TLS_FALLBACK_SCSV (0x5600)");
}

void describe_offered_suites(const struct facts *facts, struct evidence *evidence)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;

    if (facts_last_hello(facts, &hello, &extensions))
        describe_list(facts, evidence, "offered_suites",
                      &(struct list_words){"cipher suites", "only the cipher suite"},
                      hello->cipher_suites, names_cipher_suite);
}

void describe_offered_groups(const struct facts *facts, struct evidence *evidence)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;

    if (!facts_last_hello(facts, &hello, &extensions))
        return;
    if (extensions->supported_groups.state == EXTENSION_WELL_FORMED)
        describe_list(facts, evidence, "offered_groups",
                      &(struct list_words){"groups", "only the group"},
                      extensions->supported_groups.list, names_group);
    else
        evidence_add(evidence, "offered_groups", facts->client_hello_note->at,
                     "the client lists no key-exchange groups");
}

void describe_offered_schemes(const struct facts *facts, struct evidence *evidence)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;

    if (!facts_last_hello(facts, &hello, &extensions))
        return;
    if (extensions->signature_algorithms.state == EXTENSION_WELL_FORMED)
        describe_list(facts, evidence, "offered_signature_schemes",
                      &(struct list_words){"signature schemes", "only the signature scheme"},
                      extensions->signature_algorithms.list, names_signature_scheme);
    else
        evidence_add(evidence, "offered_signature_schemes", facts->client_hello_note->at,
                     "the client lists no signature schemes%s",
                     facts->offer.version_max == TLS_VERSION_1_2
                         ? ", which in TLS 1.2 means that it takes SHA-1 alone"
                         : "");
}

void describe_offered_alpn(const struct facts *facts, struct evidence *evidence)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    struct text text;
    struct bytes list, name;
    size_t count = 0;

    if (!facts_last_hello(facts, &hello, &extensions)
        || extensions->alpn.state != EXTENSION_WELL_FORMED)
        return;
    list = extensions->alpn.protocols;
    text = evidence_begin(evidence, "offered_alpn", facts->client_hello_note->at);
    while (count < NAMES_MAX && list_name_next(&list, &name)) {
        if (count == 0)
            text_add(&text, "the client offers %s ",
                     list.len == 0 ? "only the protocol" : "the protocols");
        text_add_string(&text, count++ == 0 ? "" : ", ");
        text_add_untrusted(&text, name);
    }
}

const char *describe_secret(const struct suite *suite)
{
    static const struct {
        enum suite_key_exchange key_exchange;
        const char *secret;
    } rows[] = {
        {SUITE_KEY_EXCHANGE_PSK, "pre-shared key"},
        {SUITE_KEY_EXCHANGE_DHE_PSK, "pre-shared key"},
        {SUITE_KEY_EXCHANGE_RSA_PSK, "pre-shared key"},
        {SUITE_KEY_EXCHANGE_ECDHE_PSK, "pre-shared key"},
        {SUITE_KEY_EXCHANGE_SRP, "password"},
        {SUITE_KEY_EXCHANGE_ECCPWD, "password"},
        {SUITE_KEY_EXCHANGE_ECJPAKE, "password"},
    };

    for (size_t i = 0; suite != NULL && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].key_exchange == suite->key_exchange)
            return rows[i].secret;
    return NULL;
}

static void describe_password_user(const struct facts *facts, struct evidence *evidence)
{
    struct bytes user = facts_password_user(facts);
    struct text text;

    if (user.len == 0 || !utf8_is_valid(user))
        return;
    text = evidence_begin(evidence, "password_user", facts->client_hello_note->at);
    text_add(&text, "the client calls itself \"");
    text_add_untrusted(&text, user);
    text_add(&text, "\" (SRP): the server must have a password of a user of this name");
}

void describe_shared_secret(const struct facts *facts, struct evidence *evidence)
{
    const char *secret = describe_secret(facts->suite);

    if (facts_refused_key_offer(facts))
        evidence_add(evidence, "pre_shared_key", facts->client_hello_note->at, "%s",
                     facts_external_key(facts).len > 0
                         ? "the client offers a pre-shared key that is no ticket: a server that "
                           "has another key of that name finds that its binder does not verify, "
                           "and must refuse; one that has none of that name needs a certificate"
                         : "the client offers a pre-shared key or a ticket: a server that has "
                           "another key for it finds that its binder does not verify, and must "
                           "refuse");
    else if (secret != NULL && facts->server_hello_note != NULL)
        evidence_add(evidence, "shared_secret", facts->server_hello_note->at,
                     "the suite %s takes its keys from a %s: when that of the two sides differs, "
                     "what one side protects does not verify at the other",
                     facts->suite->name, secret);
    describe_psk_identity(facts, evidence);
    describe_password_user(facts, evidence);
}

static bool suite_names_key(const struct suite *suite)
{
    return suite != NULL
           && (suite->key_exchange == SUITE_KEY_EXCHANGE_PSK
               || suite->key_exchange == SUITE_KEY_EXCHANGE_DHE_PSK
               || suite->key_exchange == SUITE_KEY_EXCHANGE_RSA_PSK
               || suite->key_exchange == SUITE_KEY_EXCHANGE_ECDHE_PSK);
}

/* The message that names the client's key, and that name; NULL: there is none. */
static const struct note *find_psk_identity(const struct facts *facts, struct bytes *identity)
{
    const struct note *note = facts->client_key_exchange_note;

    if (note == NULL && facts_refused_key_offer(facts)) {
        *identity = facts_external_key(facts);
        return facts->client_hello_note;
    }
    return note != NULL && suite_names_key(facts->suite)
                   && psk_identity_parse(handshake_body(facts->handshake, note), identity)
               ? note
               : NULL;
}

void describe_psk_identity(const struct facts *facts, struct evidence *evidence)
{
    struct text text;
    struct bytes identity;
    const struct note *note = find_psk_identity(facts, &identity);

    if (note == NULL || identity.len == 0 || !utf8_is_valid(identity))
        return;
    text = evidence_begin(evidence, "psk_identity", note->at);
    text_add(&text, "the client calls its pre-shared key \"");
    text_add_untrusted(&text, identity);
    text_add(&text, "\": the server must know one by this name, and the two must be the same");
}

void describe_resumption(const struct facts *facts, struct evidence *evidence)
{
    const struct hello_extensions *extensions;
    const struct client_hello *hello;
    bool has_ticket, has_session;

    if (!facts_server_refused_hello(facts) || !facts_last_hello(facts, &hello, &extensions))
        return;
    has_ticket = extensions->session_ticket.ticket.len > 0;
    has_session = hello->session_id.len > 0 && facts->offer.version_max <= TLS_VERSION_1_2;
    if (has_ticket || has_session)
        evidence_add(evidence, "resumption", facts->client_hello_note->at,
                     "the hello resumes a session by its %s: a server that does not share the key "
                     "or the memory for it with the one that gave it may refuse it for that",
                     has_ticket ? "ticket" : "session ID");
}

/* Its signature follows a client's certificate (RFC 5246 section 7.4.8). Programs that sign with a
 * token wait for it, and for who has to give a PIN. */
void describe_missing_signature(const struct facts *facts, struct evidence *evidence)
{
    const struct note *certificate = facts->client_certificate_note;
    bool is_over = facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == SIDE_SERVER
                   && facts->waited_ns <= FACTS_LEFT_AFTER_FINISH_NS;

    if (certificate == NULL || facts->client_certificate_empty || is_over || facts->missed
        || !facts_client_owes_finished(facts) || facts->change_cipher_spec_note[SIDE_CLIENT] != NULL
        || handshake_next_message(facts->handshake, NULL, SIDE_CLIENT,
                                  TLS_HANDSHAKE_CERTIFICATE_VERIFY)
               != NULL)
        return;
    evidence_add(evidence, "client_signature", certificate->at,
                 "the client sent its certificate, and the signature that has to follow it "
                 "(CertificateVerify) did not come: it may not have been able to use its key, as "
                 "one in a smart card or another device");
}

void describe_server_name(const struct facts *facts, struct evidence *evidence)
{
    const struct client_hello *hello;
    const struct hello_extensions *extensions;
    struct text text;

    if (!facts_last_hello(facts, &hello, &extensions))
        return;
    text = evidence_begin(evidence, "server_name", facts->client_hello_note->at);
    if (extensions->server_name.state == EXTENSION_WELL_FORMED) {
        text_add(&text, "the client asks for the server name ");
        text_add_untrusted(&text, extensions->server_name.host_name);
    } else {
        text_add(&text, "%s",
                 extensions->server_name.state == EXTENSION_ABSENT
                     ? "the client sends no server name (SNI)"
                 : facts_names_no_server(facts)
                     ? "the client sends a server name (SNI) without a name in it, which RFC 6066 "
                       "section 3 does not allow"
                     : "the client sends a server name (SNI) that cannot be read");
    }
    if (facts->starttls.has_target) {
        text_add(&text, "; it asked the proxy for ");
        describe_target(&text, &facts->starttls.target);
    }
}

void describe_choice(const struct facts *facts, struct evidence *evidence)
{
    const struct server_key_exchange *exchange = &facts->server_key_exchange;
    uint16_t group = facts_chosen_group(facts);
    struct text text;
    char version[16];
    char hex[NAMES_HEX_SIZE];

    if (!facts->server_hello_read)
        return;
    text = evidence_begin(evidence, "server_choice", facts->server_hello_note->at);
    text_add(&text, "the server chose %s with %s", describe_version(facts->version, version),
             facts->suite != NULL ? facts->suite->name : "a suite that is not registered");
    if (group != 0)
        text_add(&text, ", the group %s",
                 names_or_hex(hex, sizeof(hex), names_group(group), group, 4));
    if (facts->server_key_exchange_read && exchange->has_scheme)
        text_add(&text, ", signed with %s",
                 names_or_hex(hex, sizeof(hex), names_signature_scheme(exchange->signature_scheme),
                              exchange->signature_scheme, 4));
}
