/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/server_flight.h"

#include "analyze/causes/causes.h"
#include "analyze/causes/transport.h"
#include "analyze/certificate_parts.h"
#include "analyze/der.h"
#include "analyze/text.h"
#include "dissect/certificate_request.h"
#include "dissect/extension.h"
#include "dissect/key_exchange.h"
#include "dissect/names.h"

/* Octets of protected records that must hold a server's certificate: the smallest that are in use
 * have 300 octets, and EncryptedExtensions, CertificateVerify and Finished add 100 and more. A
 * resumed flight stays below 150. */
enum { PROTECTED_FLIGHT_MIN = 350 };

/* Some libraries hold back what follows from an error, for up to half a minute, so that its time
 * tells an attacker nothing; they end with close_notify then. */
#define HELD_BACK_NS (31 * SECOND_NS)

/* Authorities that an evidence line names; some servers list all that they know. */
enum { AUTHORITIES_TOLD = 3 };

static uint64_t protected_octets_before_end(const struct facts *facts)
{
    const struct note *note = NULL;
    uint64_t octets = 0;

    while ((note = handshake_next(facts->handshake, note, SIDE_SERVER, NOTE_APPLICATION_DATA))
           != NULL)
        if (facts_is_before_end(facts, note) && !facts_broke_off(facts, note))
            octets += note->length;
    return octets;
}

bool server_record_broke_off(const struct facts *facts)
{
    return facts_broke_off(facts, facts->last_protected_note[SIDE_SERVER]);
}

/* A client refuses a certificate as soon as it has verified the signature with it: the rest of the
 * flight may still have been on its way, such as half of the Finished. The first record alone may
 * be padded EncryptedExtensions. */
static bool was_refused_on_its_way(const struct facts *facts)
{
    const struct note *second =
        handshake_next(facts->handshake, facts->first_protected_note[SIDE_SERVER], SIDE_SERVER,
                       NOTE_APPLICATION_DATA);

    return facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT && facts->refusal.by == SIDE_CLIENT
           && server_silence_ns(facts) <= SECOND_NS
           && second != facts->last_protected_note[SIDE_SERVER];
}

bool server_flight_complete(const struct facts *facts)
{
    if (facts->resumed)
        return false;
    if (facts->tls13)
        return (!server_record_broke_off(facts) || was_refused_on_its_way(facts))
               && protected_octets_before_end(facts) >= PROTECTED_FLIGHT_MIN;
    return facts_is_before_end(facts, facts->server_certificate_note)
           && facts_is_before_end(facts, facts->server_hello_done_note);
}

bool server_hello_is_bare(const struct facts *facts)
{
    return facts->server_hello_read && !facts->tls13
           && facts->server_extensions.renegotiation_info.state == EXTENSION_ABSENT;
}

bool server_lacks_renegotiation(const struct facts *facts)
{
    return facts->offer.renegotiation_info && server_hello_is_bare(facts);
}

bool client_silent_after_flight(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *begin =
        facts->server_hello_note != NULL ? facts->server_hello_note : facts->client_hello_note;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];

        if (note->side == SIDE_CLIENT && note > begin && facts_is_before_end(facts, note)
            && note->kind != NOTE_CHANGE_CIPHER_SPEC)
            return false;
    }
    return true;
}

int64_t server_silence_ns(const struct facts *facts)
{
    const struct moment *last = &facts->connection->direction[SIDE_SERVER].last_data;

    return last->packet > facts->refusal.at.packet && facts->refusal.kind != REFUSAL_NONE
               ? facts->waited_ns
               : facts->refusal.at.time_ns - last->time_ns;
}

bool client_ended_at_flight(const struct facts *facts)
{
    return facts_client_refused_server(facts) && server_flight_complete(facts)
           && client_silent_after_flight(facts);
}

bool client_ended_soon(const struct facts *facts)
{
    return server_silence_ns(facts) <= (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_CLOSE_NOTIFY)
                                            ? HELD_BACK_NS
                                            : CERTIFICATE_JUDGEMENT_NS);
}

bool server_refused_encrypted(const struct facts *facts)
{
    return facts->tls13 && facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT
           && facts->refusal.by == SIDE_SERVER && facts->first_protected_note[SIDE_CLIENT] == NULL;
}

bool server_refused_at_hello_encrypted(const struct facts *facts)
{
    return server_refused_encrypted(facts)
           && facts->refusal.note == facts->first_protected_note[SIDE_SERVER];
}

bool client_left_at_flight(const struct facts *facts)
{
    return facts_closed_without_reason(facts, SIDE_CLIENT) && !facts_client_had_left(facts)
           && client_ended_at_flight(facts) && client_ended_soon(facts);
}

bool alert_is_about_certificates(uint8_t description)
{
    return (description >= TLS_ALERT_BAD_CERTIFICATE
            && description <= TLS_ALERT_CERTIFICATE_UNKNOWN)
           || description == TLS_ALERT_UNKNOWN_CA;
}

/* Alerts of a meaning of their own that clients send for certificates too. */
static bool alert_may_be_about_certificates(uint8_t description)
{
    return alert_is_about_certificates(description) || description == TLS_ALERT_ACCESS_DENIED
           || description == TLS_ALERT_DECRYPT_ERROR || description == TLS_ALERT_HANDSHAKE_FAILURE
           || description == TLS_ALERT_INTERNAL_ERROR
           || description == TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE;
}

bool client_refused_flight(const struct facts *facts)
{
    if (!facts_client_refused_server(facts) || !server_flight_complete(facts))
        return false;
    if (facts->refusal.kind == REFUSAL_ALERT && facts->refusal.alert != TLS_ALERT_CLOSE_NOTIFY
        && facts->refusal.alert != TLS_ALERT_USER_CANCELED)
        return alert_may_be_about_certificates(facts->refusal.alert);
    return client_silent_after_flight(facts)
           && server_silence_ns(facts) <= CERTIFICATE_JUDGEMENT_NS;
}

/* The capture has the client's side alone, or lacks the beginning of the server's: an alert that is
 * about certificates and nothing else answers a flight that came by elsewhere. */
static bool flight_came_unseen(const struct facts *facts)
{
    bool is_missing =
        facts->one_direction_only
        || (facts->server_hello_note == NULL && facts->handshake->gap_octets[SIDE_SERVER] > 0);

    return is_missing && facts->outcome == OUTCOME_FAILED && facts->client_hello_note != NULL
           && alert_is_about_certificates(facts->refusal.alert);
}

/* The certificate is where the server's flight, as far as it came by, has or may have it. */
static bool flight_may_hold_certificate(const struct facts *facts)
{
    return facts_client_refused_server(facts)
           && (facts->tls13 || facts->server_certificate_note != NULL || facts->missed);
}

bool client_alert_on_certificate(const struct facts *facts, uint8_t description)
{
    return facts_alert(facts, SIDE_CLIENT, description)
           && (flight_may_hold_certificate(facts) || flight_came_unseen(facts));
}

bool client_could_not_verify(const struct facts *facts)
{
    return client_alert_on_certificate(facts, TLS_ALERT_DECRYPT_ERROR)
           && !facts_is_before_end(facts, facts->finished_note[SIDE_SERVER])
           && (!facts->tls13 || server_flight_complete(facts));
}

/* The server's alert is what it says next to the client's certificate. */
static bool server_answers_certificate(const struct facts *facts, uint8_t alert)
{
    return facts_alert(facts, SIDE_SERVER, alert) && server_refused_after_client_certificate(facts)
           && !client_certificate_was_empty(facts)
           && !facts_is_before_end(facts, facts->change_cipher_spec_note[SIDE_SERVER]);
}

bool server_could_not_verify(const struct facts *facts)
{
    return server_answers_certificate(facts, TLS_ALERT_DECRYPT_ERROR);
}

bool server_broke_at_client_certificate(const struct facts *facts)
{
    return server_answers_certificate(facts, TLS_ALERT_INTERNAL_ERROR);
}

/* What clients say of a signature that does not verify: decrypt_error by RFC 5246 section 7.2.2; Go
 * unexpected_message or illegal_parameter, Java handshake_failure. What speaks of something else,
 * or of nothing, may be about the certificate, which clients look at before. */
enum certainty server_signature_is_wrong(const struct facts *facts)
{
    static const struct {
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {TLS_ALERT_DECRYPT_ERROR, CAUSE_CERTAIN},     {TLS_ALERT_BAD_RECORD_MAC, CAUSE_CERTAIN},
        {TLS_ALERT_DECRYPTION_FAILED, CAUSE_CERTAIN}, {TLS_ALERT_UNEXPECTED_MESSAGE, CAUSE_LIKELY},
        {TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},  {TLS_ALERT_ILLEGAL_PARAMETER, CAUSE_LIKELY},
    };

    if (facts->key_exchange_signature != SIGNATURE_WRONG)
        return CAUSE_NO;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (facts_alert(facts, SIDE_CLIENT, rows[i].alert))
            return rows[i].certainty;
    return CAUSE_POSSIBLE;
}

bool client_may_mean_signature(const struct facts *facts)
{
    return facts_alert(facts, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE)
           && facts_client_ended_at_key_exchange(facts) && facts->server_key_exchange.has_signature
           && facts->key_exchange_signature != SIGNATURE_VERIFIES;
}

void describe_server_signature(const struct facts *facts, struct evidence *evidence)
{
    static const char *const texts[] = {
        [SIGNATURE_VERIFIES] = "verifies with the key of the server's certificate: the private key "
                               "is the right one, and a signature that does not verify is another",
        [SIGNATURE_WRONG] = "does not verify with the key of the server's certificate: the "
                            "server's private key belongs to another certificate, or something "
                            "changed the handshake on the way",
    };
    char hex[NAMES_HEX_SIZE];
    uint16_t scheme;

    if (facts->key_exchange_signature == SIGNATURE_UNKNOWN)
        return;
    scheme = facts->server_key_exchange.signature_scheme;
    evidence_add(evidence, "signature_check", facts->server_key_exchange_note->at,
                 "the signature of the key exchange, %s, %s",
                 names_or_hex(hex, sizeof(hex), names_signature_scheme(scheme), scheme, 4),
                 texts[facts->key_exchange_signature]);
}

/* The largest message that Java takes: the least limit of a stack that is not made for small
 * devices. */
enum { COMMON_MESSAGE_MAX = 32768 };

/* The alert is about a message that is in its place, as all behind it are. An alert about a field
 * may mean one of those behind it. */
static bool complains_of_message(const struct facts *facts)
{
    static const struct {
        uint8_t alert;
        bool is_about_field;
    } complaints[] = {
        {TLS_ALERT_UNEXPECTED_MESSAGE, false},
        {TLS_ALERT_RECORD_OVERFLOW, false},
        {TLS_ALERT_ILLEGAL_PARAMETER, true},
        {TLS_ALERT_DECODE_ERROR, true},
    };

    for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
        if (facts_alert(facts, facts->refusal.by, complaints[i].alert))
            return !complaints[i].is_about_field || facts->long_message.is_last;
    return false;
}

enum certainty certificate_may_be_too_long(const struct facts *facts, enum side from)
{
    const struct long_message *message = &facts->long_message;

    if (message->length == 0 || message->from != from || message->type != TLS_HANDSHAKE_CERTIFICATE)
        return CAUSE_NO;
    return message->length > COMMON_MESSAGE_MAX && complains_of_message(facts) ? CAUSE_LIKELY
                                                                               : CAUSE_POSSIBLE;
}

/* SSL 3.0 has an alert for it (RFC 6101 section 5.4.2): a warning. */
static bool no_certificate_alert(const struct facts *facts)
{
    const struct note *warning = facts_warning_of(facts, SIDE_CLIENT);

    return warning != NULL && warning->code == TLS_ALERT_NO_CERTIFICATE;
}

/* TLS 1.3: an empty Certificate is all that came of the client's flight. */
static bool is_half_a_flight(const struct facts *facts)
{
    return facts->client_flight_note->length < SUITE_FINISHED_MIN
           && facts->client_flight_note == facts->last_protected_note[SIDE_CLIENT];
}

/* A server refuses it as soon as it has it; one that ends later was waiting for the Finished. */
static bool flight_may_be_judged(const struct facts *facts)
{
    return facts->stage >= STAGE_ENCRYPTED_CLIENT_FLIGHT
           && (!is_half_a_flight(facts) || facts->waited_ns <= FACTS_LEFT_AFTER_FINISH_NS);
}

/* Up to TLS 1.2: likewise, unless it says why it ends. */
static bool certificate_may_be_judged(const struct facts *facts)
{
    return facts_is_before_end(facts, facts->client_certificate_note)
           && (!facts_client_owes_finished(facts)
               || !facts_closed_without_reason(facts, SIDE_SERVER)
               || facts->waited_ns <= FACTS_LEFT_AFTER_FINISH_NS);
}

/* And the server had its answer before the end. */
static bool client_answered_request(const struct facts *facts)
{
    if (!facts->tls13)
        return certificate_may_be_judged(facts) || no_certificate_alert(facts);
    return facts->client_answer != CLIENT_ANSWER_NONE
           && facts_is_before_end(facts, facts->client_flight_note) && flight_may_be_judged(facts)
           && !facts_never_arrived(facts, facts->client_flight_note);
}

bool server_refused_after_client_certificate(const struct facts *facts)
{
    return facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == SIDE_SERVER
           && client_answered_request(facts);
}

bool server_ended_late(const struct facts *facts)
{
    int64_t patience_ns =
        client_certificate_was_empty(facts) ? FACTS_LEFT_AFTER_FINISH_NS : CERTIFICATE_JUDGEMENT_NS;

    if (facts_alert(facts, SIDE_SERVER, TLS_ALERT_CLOSE_NOTIFY))
        patience_ns = HELD_BACK_NS;
    return facts_closed_without_reason(facts, SIDE_SERVER) && facts->waited_ns > patience_ns;
}

bool server_refused_unseen_certificate(const struct facts *facts)
{
    return facts->one_direction_only && facts->certificate_request_note != NULL
           && facts->refusal.kind == REFUSAL_ALERT && facts->refusal.by == SIDE_SERVER
           && alert_is_about_certificates(facts->refusal.alert);
}

bool client_may_lack_certificate(const struct facts *facts)
{
    return facts->certificate_request_note != NULL && client_ended_at_flight(facts)
           && (facts_alert(facts, SIDE_CLIENT, TLS_ALERT_INTERNAL_ERROR)
               || (facts->long_message.length > 0
                   && facts->long_message.type == TLS_HANDSHAKE_CERTIFICATE_REQUEST));
}

bool server_refused_in_silence(const struct facts *facts)
{
    if (!facts->tls13 || !server_refused_after_client_certificate(facts))
        return false;
    return is_half_a_flight(facts) ? facts->refusal.kind == REFUSAL_FIN
                                   : facts_server_answer(facts) == SERVER_ANSWER_SILENCE;
}

bool server_refused_at_good_bye(const struct facts *facts)
{
    return facts->tls13 && server_refused_after_client_certificate(facts)
           && facts_server_answer(facts) == SERVER_ANSWER_AT_GOOD_BYE;
}

bool client_certificate_was_empty(const struct facts *facts)
{
    return facts->tls13 ? facts->client_answer == CLIENT_ANSWER_EMPTY
                        : facts->client_certificate_empty || no_certificate_alert(facts);
}

/* The server's largest protected record in front of this note, when it is the last one there. */
static const struct note *last_and_largest(const struct facts *facts, const struct note *end)
{
    const struct note *last = NULL;
    uint32_t largest = 0;

    for (const struct note *note = facts->server_hello_note; note < end; note++) {
        if (note->kind != NOTE_APPLICATION_DATA || note->side != SIDE_SERVER)
            continue;
        last = note;
        if (note->length > largest)
            largest = note->length;
    }
    return last != NULL && last->length == largest ? last : NULL;
}

const struct note *server_stop_at_signature(const struct facts *facts)
{
    const struct refusal *refusal = &facts->refusal;
    const struct note *stop;

    if (!facts->tls13 || facts->resumed || facts->missed || refusal->by != SIDE_SERVER
        || refusal->kind != REFUSAL_ENCRYPTED_ALERT
        || facts->first_protected_note[SIDE_CLIENT] != NULL)
        return NULL;
    stop = last_and_largest(facts, refusal->note);
    return stop != NULL && stop->length >= CERTIFICATE_RECORD_MIN
                   && refusal->at.time_ns - stop->at.time_ns <= FACTS_LEFT_AFTER_FINISH_NS
               ? stop
               : NULL;
}

void describe_server_certificate(const struct facts *facts, struct evidence *evidence)
{
    if (facts->server_certificate_note != NULL)
        evidence_add(evidence, "server_certificate", facts->server_certificate_note->at,
                     "the server sent its certificates: %u octets",
                     facts->server_certificate_note->length);
    else if (facts->first_protected_note[SIDE_SERVER] != NULL)
        evidence_add(evidence, "server_flight", facts->first_protected_note[SIDE_SERVER]->at,
                     "the server's flight is encrypted: %llu octets",
                     (unsigned long long)facts->handshake->application_octets[SIDE_SERVER]);
}

static void describe_client_flight(const struct facts *facts, struct evidence *evidence)
{
    static const char *const tells[] = {
        [CLIENT_ANSWER_EMPTY] = "a Certificate message without a certificate, alone (some stacks "
                                "pad it) or with the Finished, has that size",
        [CLIENT_ANSWER_CERTIFICATE] = "more than a Finished, so it was asked for a certificate",
    };

    if (facts->client_answer != CLIENT_ANSWER_NONE)
        evidence_add(evidence, "client_certificate", facts->client_flight_note->at,
                     "the client's encrypted flight begins with a record of %u octets: %s",
                     facts->client_flight_note->length, tells[facts->client_answer]);
}

static void add_authority(struct text *text, struct bytes der)
{
    char name[CERTIFICATE_TEXT_SIZE] = "";
    struct certificate_name_text read = {.text = name};
    struct bytes rdns;

    if (!der_take(&der, DER_SEQUENCE, &rdns) || !certificate_distinguished_name_read(rdns, &read))
        text_add(text, "one whose name cannot be read");
    else
        text_add(text, "%s", name[0] != '\0' ? name : "one without a name");
}

/* A client that has no certificate of one of these sends none (RFC 5246 section 7.4.4). */
static void add_authorities(struct text *text, struct bytes authorities)
{
    struct bytes name;
    size_t count = 0;

    while (distinguished_name_next(&authorities, &name)) {
        if (count < AUTHORITIES_TOLD) {
            text_add(text, count == 0 ? " by " : " or ");
            add_authority(text, name);
        }
        count++;
    }
    if (count > AUTHORITIES_TOLD)
        text_add(text, " or %zu other%s", count - AUTHORITIES_TOLD,
                 count == AUTHORITIES_TOLD + 1 ? "" : "s");
}

/* A client that has no other key than one that is not taken sends no certificate (RFC 5246 section
 * 7.4.6; EdDSA keys count as ECDSA, RFC 8422 section 5.5). */
static void add_keys_not_taken(struct text *text, struct bytes types)
{
    static const struct {
        uint8_t type;
        const char *key;
    } rows[] = {
        {TLS_CERTIFICATE_TYPE_RSA_SIGN, "RSA"},
        {TLS_CERTIFICATE_TYPE_ECDSA_SIGN, "ECDSA"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (types.len > 0 && !list_u8_contains(types, rows[i].type))
            text_add(text, ", not with an %s key", rows[i].key);
}

void describe_certificate_request(const struct facts *facts, struct evidence *evidence)
{
    const struct note *note = facts->certificate_request_note;
    struct text text;
    struct certificate_request request;

    if (note == NULL)
        return;
    text = evidence_begin(evidence, "certificate_request", note->at);
    text_add(&text, "the server asked the client for a certificate");
    if (certificate_request_parse(handshake_body(facts->handshake, note), facts->version,
                                  &request)) {
        add_authorities(&text, request.authorities);
        add_keys_not_taken(&text, request.types);
    }
}

void describe_client_signature(const struct facts *facts, struct evidence *evidence)
{
    const struct note *note = handshake_next_message(facts->handshake, NULL, SIDE_CLIENT,
                                                     TLS_HANDSHAKE_CERTIFICATE_VERIFY);
    struct certificate_verify verify;
    char hex[NAMES_HEX_SIZE];

    if (note == NULL
        || !certificate_verify_parse(handshake_body(facts->handshake, note), facts->version,
                                     &verify)
        || !verify.has_scheme)
        return;
    evidence_add(evidence, "certificate_verify", note->at, "the client signed with %s",
                 names_or_hex(hex, sizeof(hex), names_signature_scheme(verify.signature_scheme),
                              verify.signature_scheme, 4));
}

/* Servers without session tickets that close at a request without a word are few: that the other is
 * meant stays likely. */
static void describe_end_at_data(const struct facts *facts, struct evidence *evidence)
{
    enum server_answer answer = facts_server_answer(facts);

    if (server_refused_after_client_certificate(facts)
        && (answer == SERVER_ANSWER_AT_DATA || answer == SERVER_ANSWER_AT_GOOD_BYE))
        evidence_add(evidence, "close_at_data", facts->refusal.at,
                     "the server may have read what the client had sent behind its flight: if it "
                     "has no session tickets, this may be its close_notify after a handshake that "
                     "was finished");
}

void describe_client_certificate(const struct facts *facts, struct evidence *evidence)
{
    const struct note *certificate = facts->client_certificate_note;

    describe_certificate_request(facts, evidence);
    if (certificate != NULL)
        evidence_add(evidence, "client_certificate", certificate->at, "%s",
                     facts->client_certificate_empty
                         ? "the client's Certificate message has no certificate in it"
                         : "the client sent a certificate");
    else if (no_certificate_alert(facts))
        evidence_add(evidence, "client_certificate", facts->warning_note->at,
                     "the client says that it has no certificate: alert no_certificate(41)");
    else
        describe_client_flight(facts, evidence);
    describe_client_signature(facts, evidence);
    describe_end_at_data(facts, evidence);
}
