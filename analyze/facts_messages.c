/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_messages.c -- the plain messages of a transcript, taken apart. */
#include "analyze/facts_internal.h"
#include "dissect/certificate_list.h"
#include "dissect/sslv2.h"

/* Some suites need a secret that both sides know beside the certificate (RFC 4279 section 4, RFC
 * 5054 section 2.3). */
static bool key_is_enough(const struct suite *suite, enum suite_authentication key)
{
    return suite->authentication == key && suite->key_exchange != SUITE_KEY_EXCHANGE_RSA_PSK
           && suite->key_exchange != SUITE_KEY_EXCHANGE_SRP;
}

/* Whether a server that has a key of this kind could serve a suite of TLS 1.2 or below. */
static void count_suite(struct offer *offer, uint16_t value)
{
    const struct suite *suite = suite_find(value);

    offer->suites++;
    if (suite == NULL) {
        offer->suites_all_obsolete = false;
        return;
    }
    if (suite->strength > SUITE_STRENGTH_WEAK)
        offer->suites_all_obsolete = false;
    if (suite->minimum_version >= TLS_VERSION_1_3)
        offer->suites_tls13 = true;
    else
        offer->suites_legacy = true;
    if (key_is_enough(suite, SUITE_AUTHENTICATION_RSA))
        offer->suites_rsa = true;
    if (key_is_enough(suite, SUITE_AUTHENTICATION_ECDSA))
        offer->suites_ecdsa = true;
    if (suite->key_exchange == SUITE_KEY_EXCHANGE_ECDHE
        || suite->key_exchange == SUITE_KEY_EXCHANGE_ECDHE_PSK
        || suite->key_exchange == SUITE_KEY_EXCHANGE_ANY)
        offer->suites_ecdhe = true;
}

static void count_suites(struct offer *offer, struct bytes suites)
{
    uint16_t value;

    offer->suites_all_obsolete = true;
    while (list_u16_next(&suites, &value)) {
        if (value == TLS_FALLBACK_SCSV)
            offer->fallback_scsv = true;
        else if (value == TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
            offer->renegotiation_info = true;
        else if (!tls_is_grease(value))
            count_suite(offer, value);
    }
}

static void read_versions(struct offer *offer, struct bytes versions)
{
    uint16_t value;

    offer->has_supported_versions = true;
    while (list_u16_next(&versions, &value)) {
        if (version_is_tls_1_3(value))
            value = TLS_VERSION_1_3;
        if (tls_is_grease(value))
            continue;
        if (offer->version_min == 0 || value < offer->version_min)
            offer->version_min = value;
        if (value > offer->version_max)
            offer->version_max = value;
    }
}

void facts_read_suites(struct facts *facts)
{
    if (facts->client_hello_read)
        count_suites(&facts->offer, facts->client_hello.cipher_suites);
}

static void read_offer(struct facts *facts)
{
    struct offer *offer = &facts->offer;
    const struct hello_extensions *extensions = &facts->client_extensions;

    offer->suites_number = list_u16_number(facts->client_hello.cipher_suites);
    if (extensions->supported_versions.state == EXTENSION_WELL_FORMED)
        read_versions(offer, extensions->supported_versions.versions);
    else
        offer->version_max = client_hello_version_max(&facts->client_hello);
    if (extensions->renegotiation_info.state != EXTENSION_ABSENT)
        offer->renegotiation_info = true;
}

/* What is learned of an established handshake, and asked to see that it is one. */
#define BRIEF_CLIENT_EXTENSIONS                                                                    \
    (EXTENSION_BIT(TLS_EXTENSION_SERVER_NAME) | EXTENSION_BIT(TLS_EXTENSION_STATUS_REQUEST)        \
     | EXTENSION_BIT(TLS_EXTENSION_SIGNATURE_ALGORITHMS)                                           \
     | EXTENSION_BIT(TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION)                         \
     | EXTENSION_BIT(TLS_EXTENSION_SESSION_TICKET) | EXTENSION_BIT(TLS_EXTENSION_EARLY_DATA)       \
     | EXTENSION_BIT(TLS_EXTENSION_SUPPORTED_VERSIONS))
#define BRIEF_SERVER_EXTENSIONS                                                                    \
    (EXTENSION_BIT(TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION)                           \
     | EXTENSION_BIT(TLS_EXTENSION_SUPPORTED_VERSIONS)                                             \
     | EXTENSION_BIT(TLS_EXTENSION_PRE_SHARED_KEY) | EXTENSION_BIT(TLS_EXTENSION_KEY_SHARE)        \
     | EXTENSION_BIT(TLS_EXTENSION_KEY_SHARE_DRAFT))

static bool read_client_hello(const struct facts *facts, const struct note *note,
                              struct client_hello *hello, struct hello_extensions *extensions)
{
    if (note->offset == NOTE_NOT_KEPT
        || !client_hello_parse(handshake_body(facts->handshake, note), hello))
        return false;
    return extensions_parse_some(hello->extensions, EXTENSION_IN_CLIENT_HELLO,
                                 facts->in_brief ? BRIEF_CLIENT_EXTENSIONS : EXTENSIONS_ALL,
                                 extensions);
}

static void see_client_hello(struct facts *facts, const struct note *note)
{
    if (facts->client_hello_note == NULL) {
        facts->client_hello_note = note;
        facts->client_hello_read =
            read_client_hello(facts, note, &facts->client_hello, &facts->client_extensions);
        if (facts->client_hello_read)
            read_offer(facts);
    } else if (facts->second_client_hello_note == NULL && facts->retry_note != NULL) {
        facts->second_client_hello_note = note;
        facts->second_client_hello_read = read_client_hello(
            facts, note, &facts->second_client_hello, &facts->second_client_extensions);
    }
}

static void choose(struct facts *facts, const struct server_hello *hello)
{
    const struct hello_extensions *extensions = &facts->server_extensions;

    facts->version = extensions->supported_versions.state == EXTENSION_WELL_FORMED
                         ? extensions->supported_versions.selected
                         : hello->legacy_version;
    facts->tls13 = version_is_tls_1_3(facts->version);
    if (facts->tls13)
        facts->version = TLS_VERSION_1_3;
    facts->suite = suite_find(hello->cipher_suite);
}

static void see_server_hello(struct facts *facts, const struct note *note)
{
    struct server_hello hello;
    struct bytes body = handshake_body(facts->handshake, note);
    bool draft_retry = note->type == TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED;
    bool read = note->offset != NOTE_NOT_KEPT
                && (draft_retry ? draft_hello_retry_request_parse(body, &hello)
                                : server_hello_parse(body, &hello));

    if (draft_retry || (read && hello.is_hello_retry_request)) {
        if (facts->retry_note != NULL)
            return;
        facts->retry_note = note;
        facts->retry_read = read
                            && extensions_parse(hello.extensions, EXTENSION_IN_HELLO_RETRY_REQUEST,
                                                &facts->retry_extensions);
        return;
    }
    if (facts->server_hello_note != NULL)
        return;
    facts->server_hello_note = note;
    if (!read)
        return;
    facts->server_hello = hello;
    facts->server_hello_read = extensions_parse_some(
        hello.extensions, EXTENSION_IN_SERVER_HELLO,
        facts->in_brief ? BRIEF_SERVER_EXTENSIONS : EXTENSIONS_ALL, &facts->server_extensions);
    if (facts->server_hello_read)
        choose(facts, &hello);
}

bool facts_certificate_list(const struct facts *facts, const struct note *note,
                            struct certificate_list *list)
{
    return note != NULL && note->offset != NOTE_NOT_KEPT
           && certificate_list_parse(handshake_body(facts->handshake, note), facts->version, list);
}

static void see_certificate(struct facts *facts, const struct note *note)
{
    struct certificate_list list;

    if (note->side == SIDE_SERVER) {
        if (facts->server_certificate_note == NULL)
            facts->server_certificate_note = note;
        return;
    }
    if (facts->client_certificate_note != NULL)
        return;
    facts->client_certificate_note = note;
    facts->client_certificate_empty = facts_certificate_list(facts, note, &list) && list.count == 0;
}

/* The form of a ServerKeyExchange follows from the suite. False: this suite has none. */
static bool key_exchange_form(const struct suite *suite, enum server_key_exchange_form *form)
{
    static const struct {
        uint8_t key_exchange;
        uint8_t form;
    } forms[] = {
        {SUITE_KEY_EXCHANGE_RSA, SERVER_KEY_EXCHANGE_RSA_EXPORT},
        {SUITE_KEY_EXCHANGE_DHE, SERVER_KEY_EXCHANGE_DHE},
        {SUITE_KEY_EXCHANGE_ECDHE, SERVER_KEY_EXCHANGE_ECDHE},
        {SUITE_KEY_EXCHANGE_PSK, SERVER_KEY_EXCHANGE_PSK},
        {SUITE_KEY_EXCHANGE_RSA_PSK, SERVER_KEY_EXCHANGE_PSK},
        {SUITE_KEY_EXCHANGE_DHE_PSK, SERVER_KEY_EXCHANGE_DHE_PSK},
        {SUITE_KEY_EXCHANGE_ECDHE_PSK, SERVER_KEY_EXCHANGE_ECDHE_PSK},
        {SUITE_KEY_EXCHANGE_SRP, SERVER_KEY_EXCHANGE_SRP},
    };
    bool anonymous = suite->authentication == SUITE_AUTHENTICATION_ANON;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (forms[i].key_exchange != suite->key_exchange)
            continue;
        *form = (enum server_key_exchange_form)forms[i].form;
        if (anonymous && *form == SERVER_KEY_EXCHANGE_DHE)
            *form = SERVER_KEY_EXCHANGE_DH_ANON;
        if (anonymous && *form == SERVER_KEY_EXCHANGE_ECDHE)
            *form = SERVER_KEY_EXCHANGE_ECDH_ANON;
        if (*form == SERVER_KEY_EXCHANGE_SRP
            && suite->authentication != SUITE_AUTHENTICATION_PASSWORD)
            *form = SERVER_KEY_EXCHANGE_SRP_CERT;
        return true;
    }
    return false;
}

static void see_server_key_exchange(struct facts *facts, const struct note *note)
{
    enum server_key_exchange_form form;

    if (facts->server_key_exchange_note != NULL || note->side != SIDE_SERVER)
        return;
    facts->server_key_exchange_note = note;
    facts->server_key_exchange_read =
        facts->suite != NULL && key_exchange_form(facts->suite, &form)
        && server_key_exchange_parse(handshake_body(facts->handshake, note), form, facts->version,
                                     &facts->server_key_exchange);
}

static void remember_first(const struct note **slot, const struct note *note)
{
    if (*slot == NULL)
        *slot = note;
}

static void see_message(struct facts *facts, const struct note *note)
{
    bool from_server = note->side == SIDE_SERVER;

    switch (note->type) {
    case TLS_HANDSHAKE_CLIENT_HELLO:
        if (!from_server)
            see_client_hello(facts, note);
        break;
    case TLS_HANDSHAKE_SERVER_HELLO:
    case TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED:
        if (from_server)
            see_server_hello(facts, note);
        break;
    case TLS_HANDSHAKE_CERTIFICATE:
        see_certificate(facts, note);
        break;
    case TLS_HANDSHAKE_CERTIFICATE_STATUS:
        remember_first(&facts->certificate_status_note, note);
        break;
    case TLS_HANDSHAKE_SERVER_KEY_EXCHANGE:
        see_server_key_exchange(facts, note);
        break;
    case TLS_HANDSHAKE_CERTIFICATE_REQUEST:
        remember_first(&facts->certificate_request_note, note);
        break;
    case TLS_HANDSHAKE_SERVER_HELLO_DONE:
        remember_first(&facts->server_hello_done_note, note);
        break;
    case TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE:
        remember_first(&facts->client_key_exchange_note, note);
        break;
    default:
        break;
    }
}

static void see_sslv2(struct facts *facts, const struct note *note)
{
    if (note->type == TLS_HANDSHAKE_CLIENT_HELLO && facts->sslv2_hello_note == NULL) {
        facts->sslv2_hello_note = note;
        facts->sslv2_hello_version = note->version;
        facts->offer.version_max = note->version;
    } else if (note->type == TLS_HANDSHAKE_SERVER_HELLO && facts->server_hello_note == NULL) {
        facts->server_hello_note = note;
        facts->version = TLS_VERSION_SSL2;
    }
}

/* In TLS 1.3 the records after ServerHello; before it, a client's are early data. */
static void see_protected(struct facts *facts, const struct note *note)
{
    if (facts->server_hello_note == NULL)
        return;
    remember_first(&facts->first_protected_note[note->side], note);
    facts->last_protected_note[note->side] = note;
}

void facts_read_notes(struct facts *facts)
{
    const struct note *const notes = facts->handshake->notes;
    const size_t count = facts->handshake->note_count;

    for (size_t i = 0; i < count; i++) {
        const struct note *note = &notes[i];

        if (note->kind == NOTE_MESSAGE)
            see_message(facts, note);
        else if (note->kind == NOTE_APPLICATION_DATA)
            see_protected(facts, note);
        else if (note->kind == NOTE_CHANGE_CIPHER_SPEC)
            remember_first(&facts->change_cipher_spec_note[note->side], note);
        else if (note->kind == NOTE_ENCRYPTED_HANDSHAKE && !facts_broke_off(facts, note))
            remember_first(&facts->finished_note[note->side], note);
        else if (note->kind == NOTE_SSLV2_HELLO)
            see_sslv2(facts, note);
        else if (note->kind == NOTE_PLAINTEXT)
            remember_first(&facts->prelude_note[note->side], note);
    }
}
