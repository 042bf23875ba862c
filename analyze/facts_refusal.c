/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts_refusal.c -- the first fatal event: what ended the handshake, and who did it. */
#include "analyze/facts_internal.h"
#include "capture/time_unit.h"

#include <string.h>

/* Alerts that end a connection in an orderly way: before the handshake is done they end it
 * without a reason (RFC 8446 section 6.1). */
static bool is_closure(uint8_t description)
{
    return description == TLS_ALERT_CLOSE_NOTIFY || description == TLS_ALERT_USER_CANCELED;
}

/* Warnings that let a handshake go on. All else is an error: fatal by its level, or in TLS 1.3,
 * where levels mean nothing, by its kind (RFC 8446 section 6). */
static bool is_warning(const struct facts *facts, const struct note *note)
{
    if (note->type != TLS_ALERT_LEVEL_WARNING || is_closure(note->code))
        return false;
    return !facts->tls13 || note->code == TLS_ALERT_UNRECOGNIZED_NAME;
}

bool facts_fin_is_unseen(const struct facts *facts, enum side side)
{
    const struct direction *direction = &facts->connection->direction[side];

    return direction_trouble(direction)->unseen_octets == 1 && !moment_seen(direction->fin);
}

bool facts_closes_later(const struct facts *facts, const struct note *after)
{
    enum side side = (enum side)after->side;

    return facts_fin_is_unseen(facts, side)
           || handshake_next(facts->handshake, after, side, NOTE_FIN) != NULL
           || handshake_next(facts->handshake, after, side, NOTE_RST) != NULL;
}

/* A client that does not like the server sends no Finished; what it says behind it may be as short
 * as an alert, and is data or a close_notify. */
static bool is_behind_finished(const struct facts *facts, const struct note *note)
{
    const struct note *finished = facts_client_finished(facts);

    return note->side == SIDE_CLIENT && finished != NULL && note > finished;
}

/* An alert of one length only, as long as it does not pad its records. Of a client that has not
 * come to its Finished nobody knows. */
static bool does_not_pad(const struct facts *facts, enum side side)
{
    return side == SIDE_SERVER && facts_server_does_not_pad(facts);
}

/* The client is the first to close behind this record, and long after it: who gets a fatal alert
 * closes at once (RFC 8446 section 6.2), and so does who sends one. */
static bool client_waits_behind(const struct facts *facts, const struct note *record)
{
    const struct note *end = facts->handshake->notes + facts->handshake->note_count;
    const struct note *note = record;

    while (note < end && note->kind != NOTE_FIN && note->kind != NOTE_RST)
        note++;
    return note < end && note->side == SIDE_CLIENT
           && note->at.time_ns - record->at.time_ns >= FACTS_PATIENCE_NS;
}

/* The server's first protected record is its EncryptedExtensions: by its length, when there is none
 * in it (RFC 8446 section 4.3.1), or because the client waits for more. */
static bool is_encrypted_extensions(const struct facts *facts, const struct note *note)
{
    enum { EMPTY_LENGTH = TLS_HANDSHAKE_HEADER_LENGTH + 2 };

    return note->side == SIDE_SERVER && note == facts->first_protected_note[SIDE_SERVER]
           && (suite_record_length(facts->suite, TLS_VERSION_1_3, EMPTY_LENGTH, note->length)
               || client_waits_behind(facts, note));
}

/* The side says no more, or nothing but alerts: some stacks send two, and a close_notify may be the
 * answer to the other side's. */
static bool only_alerts_follow(const struct facts *facts, const struct note *note)
{
    const struct note *last = facts->last_protected_note[note->side];

    for (const struct note *later = note + 1; later <= last; later++) {
        if (later->kind == NOTE_APPLICATION_DATA && later->side == note->side
            && !suite_alert_length(facts->suite, TLS_VERSION_1_3, later->length))
            return false;
    }
    return true;
}

/* A client's only record behind the server's flight, too short for its Finished, which comes
 * together with a Certificate; and the server closes at once, as who gets an alert does. */
static bool is_answered_with_close(const struct facts *facts, const struct note *note)
{
    const struct note *next = note + 1;

    return note->side == SIDE_CLIENT && note == facts->first_protected_note[SIDE_CLIENT]
           && next < facts->handshake->notes + facts->handshake->note_count
           && next->side == SIDE_SERVER && next->kind == NOTE_FIN
           && next->at.time_ns - note->at.time_ns <= FACTS_LEFT_AFTER_FINISH_NS;
}

bool facts_is_protected_alert(const struct facts *facts, const struct note *note)
{
    enum side side = (enum side)note->side;

    if (!facts->tls13 || facts_may_hold_finished(facts, note)
        || facts->first_protected_note[side] == NULL || note < facts->first_protected_note[side]
        || is_behind_finished(facts, note))
        return false;
    if (suite_alert_length(facts->suite, TLS_VERSION_1_3, note->length))
        return only_alerts_follow(facts, note);
    return note == facts->last_protected_note[side]
           && (facts_closes_later(facts, note) || is_answered_with_close(facts, note))
           && !does_not_pad(facts, side) && !facts_is_empty_certificate(facts, note)
           && !is_encrypted_extensions(facts, note);
}

static bool is_record(const struct note *note)
{
    return note->kind != NOTE_FIN && note->kind != NOTE_RST && note->kind != NOTE_GAP;
}

/* Its receiver sends records behind the RST, and so does, or closes then, the side in whose name it
 * came: the one has not taken it, the other has not sent it. Of one side alone it could be what was
 * on its way. A RST that no honest receiver takes (RFC 5961 section 3.2) has no note. */
static bool both_went_on(const struct facts *facts, const struct note *reset)
{
    const struct handshake *handshake = facts->handshake;
    bool has_gone_on[SIDES] = {false, false};

    for (const struct note *note = reset + 1; note < handshake->notes + handshake->note_count;
         note++) {
        bool is_close = note->kind == NOTE_FIN && note->side == reset->side
                        && has_gone_on[side_other((enum side)reset->side)];

        if (is_record(note) || is_close)
            has_gone_on[note->side] = true;
    }
    return has_gone_on[SIDE_CLIENT] && has_gone_on[SIDE_SERVER];
}

/* What the sides say before a STARTTLS is what should be there. */
static bool is_prelude(const struct facts *facts, const struct note *note)
{
    return facts->handshake->switched
           && (facts->client_hello_note == NULL || note < facts->client_hello_note);
}

/* What comes next behind the client's hello is that it ends the connection, so soon that it has not
 * waited for an answer: a client that knows nothing of a greeting reads it as TLS. */
static bool client_stops_at_once(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *hello = facts->client_hello_note;
    const struct note *next = hello + 1;

    return next < handshake->notes + handshake->note_count && next->side == SIDE_CLIENT
           && (next->kind == NOTE_FIN || next->kind == NOTE_RST || next->kind == NOTE_ALERT)
           && next->at.time_ns - hello->at.time_ns < FACTS_PATIENCE_NS;
}

/* What a server says in clear before the hello, and no more behind it, answers nothing: there are
 * protocols that greet so and then take TLS. */
static bool is_greeting(const struct facts *facts, const struct note *note)
{
    const struct note *hello = facts->client_hello_note;

    return note->side == SIDE_SERVER && hello != NULL && note < hello
           && facts->connection->direction[SIDE_SERVER].last_data.packet < hello->at.packet
           && !client_stops_at_once(facts);
}

/* Another protocol where TLS was expected. Who speaks TLS has not answered in that protocol. */
static bool is_foreign(const struct facts *facts, const struct note *note)
{
    const struct handshake *handshake = facts->handshake;

    return !is_prelude(facts, note) && !is_greeting(facts, note)
           && !handshake->spoke_tls[note->side]
           && handshake->spoke_tls[side_other((enum side)note->side)];
}

/* The server's answer to a request in clear says that the port is for TLS. That is the end, for how
 * the server closes behind it is often not captured. */
static bool refuses_clear_request(const struct facts *facts, const struct note *note)
{
    return note->side == SIDE_SERVER && facts->prelude_note[SIDE_CLIENT] != NULL
           && (facts->prelude[SIDE_SERVER] == PRELUDE_HTTP_TO_HTTPS
               || facts_plain_http_is_refused(facts));
}

static enum refusal_kind refusal_of(const struct facts *facts, const struct note *note)
{
    switch ((enum note_kind)note->kind) {
    case NOTE_ALERT:
        return is_warning(facts, note) ? REFUSAL_NONE : REFUSAL_ALERT;
    case NOTE_ENCRYPTED_ALERT:
        return REFUSAL_ENCRYPTED_ALERT;
    case NOTE_APPLICATION_DATA:
        return facts_is_protected_alert(facts, note) ? REFUSAL_ENCRYPTED_ALERT : REFUSAL_NONE;
    case NOTE_FIN:
        return REFUSAL_FIN;
    case NOTE_RST:
        return both_went_on(facts, note) ? REFUSAL_NONE : REFUSAL_RST;
    case NOTE_PLAINTEXT:
        return is_foreign(facts, note) || refuses_clear_request(facts, note) ? REFUSAL_PLAINTEXT
                                                                             : REFUSAL_NONE;
    case NOTE_SSLV2_HELLO:
        return note->type == SSLV2_NOTE_ERROR ? REFUSAL_ALERT : REFUSAL_NONE;
    case NOTE_MALFORMED:
    case NOTE_MESSAGE:
    case NOTE_CHANGE_CIPHER_SPEC:
    case NOTE_ENCRYPTED_HANDSHAKE:
    case NOTE_HEARTBEAT:
    case NOTE_GAP:
        break;
    }
    return REFUSAL_NONE;
}

static struct refusal refusal_from(enum refusal_kind kind, const struct note *note)
{
    bool alert = kind == REFUSAL_ALERT && note->kind == NOTE_ALERT;

    return (struct refusal){
        .kind = kind,
        .by = (enum side)note->side,
        .at = note->at,
        .alert = alert ? note->code : 0,
        .alert_level = alert ? note->type : 0,
        .encrypted_length = kind == REFUSAL_ENCRYPTED_ALERT ? note->length : 0,
        .note = note,
    };
}

/* Behind the warning this side goes on with the handshake, as a client does that warns that it has
 * no certificate (RFC 6101 section 5.6.6). */
static bool continues_behind(const struct facts *facts, const struct note *warning, enum side side)
{
    for (const struct note *note = warning + 1; note < facts->refusal.note; note++)
        if (note->side == side && note->kind != NOTE_ALERT)
            return true;
    return false;
}

static bool is_closing(const struct refusal *refusal)
{
    return refusal->kind == REFUSAL_FIN || refusal->kind == REFUSAL_RST
           || (refusal->kind == REFUSAL_ALERT && is_closure(refusal->alert));
}

/* Alerts that are errors whatever level they are sent with: always fatal by RFC 5246 section 7.2.2
 * and by what added them (RFC 7301, RFC 7507, RFC 8446 section 6), or about a certificate that
 * nobody goes on without. */
static bool is_error(uint8_t description)
{
    static const uint8_t errors[] = {
        TLS_ALERT_UNEXPECTED_MESSAGE,
        TLS_ALERT_BAD_RECORD_MAC,
        TLS_ALERT_DECRYPTION_FAILED,
        TLS_ALERT_RECORD_OVERFLOW,
        TLS_ALERT_DECOMPRESSION_FAILURE,
        TLS_ALERT_HANDSHAKE_FAILURE,
        TLS_ALERT_BAD_CERTIFICATE,
        TLS_ALERT_UNSUPPORTED_CERTIFICATE,
        TLS_ALERT_CERTIFICATE_REVOKED,
        TLS_ALERT_CERTIFICATE_EXPIRED,
        TLS_ALERT_CERTIFICATE_UNKNOWN,
        TLS_ALERT_ILLEGAL_PARAMETER,
        TLS_ALERT_UNKNOWN_CA,
        TLS_ALERT_ACCESS_DENIED,
        TLS_ALERT_DECODE_ERROR,
        TLS_ALERT_DECRYPT_ERROR,
        TLS_ALERT_EXPORT_RESTRICTION,
        TLS_ALERT_PROTOCOL_VERSION,
        TLS_ALERT_INSUFFICIENT_SECURITY,
        TLS_ALERT_INTERNAL_ERROR,
        TLS_ALERT_INAPPROPRIATE_FALLBACK,
        TLS_ALERT_MISSING_EXTENSION,
        TLS_ALERT_UNSUPPORTED_EXTENSION,
        TLS_ALERT_UNKNOWN_PSK_IDENTITY,
        TLS_ALERT_CERTIFICATE_REQUIRED,
        TLS_ALERT_NO_APPLICATION_PROTOCOL,
        TLS_ALERT_ECH_REQUIRED,
    };

    return memchr(errors, description, sizeof(errors)) != NULL;
}

/* By its answer the other side took the warning for an error: it closes, or says what Java says of
 * any warning. */
static bool other_gives_up(const struct refusal *refusal)
{
    return is_closing(refusal)
           || (refusal->kind == REFUSAL_ALERT
               && (refusal->alert == TLS_ALERT_HANDSHAKE_FAILURE
                   || refusal->alert == TLS_ALERT_UNEXPECTED_MESSAGE));
}

/* A side that warns and then closes has refused with its warning; and where it is the other that
 * ends the handshake, so it has with one that is an error. */
static bool refused_by_warning(const struct facts *facts, const struct note *warning)
{
    const struct refusal *refusal = &facts->refusal;

    if (warning->code == TLS_ALERT_UNRECOGNIZED_NAME
        || continues_behind(facts, warning, (enum side)warning->side))
        return false;
    if (warning->side == (uint8_t)refusal->by)
        return is_closing(refusal);
    return is_error(warning->code) && other_gives_up(refusal)
           && !continues_behind(facts, warning, refusal->by);
}

static void promote_warning(struct facts *facts)
{
    const struct note *warning = facts->warning_note;

    if (warning == NULL || facts->refusal.kind == REFUSAL_NONE
        || !refused_by_warning(facts, warning))
        return;
    facts->refusal = refusal_from(REFUSAL_ALERT, warning);
    facts->last_note = warning > facts->handshake->notes ? warning - 1 : NULL;
}

static void measure_wait(struct facts *facts)
{
    const struct connection *connection = facts->connection;
    int64_t end = connection->last.time_ns;
    int64_t begin = connection->first.time_ns;

    if (facts->refusal.kind != REFUSAL_NONE)
        end = facts->refusal.at.time_ns;
    else if (facts->capture_ended || facts->went_idle)
        end = facts->capture_end_ns;
    if (facts->last_note != NULL)
        begin = facts->last_note->at.time_ns;
    else if (moment_seen(connection->direction[SIDE_CLIENT].syn))
        begin = connection->direction[SIDE_CLIENT].syn.time_ns;
    facts->waited_ns = end > begin ? end - begin : 0;
}

/* What is not TLS where TLS was spoken counts when nobody complained about it. There are receivers
 * that do not look at the version of a record. */
static void refuse_malformed(struct facts *facts)
{
    const struct note *malformed = facts->malformed_note[SIDE_CLIENT];

    if (malformed == NULL)
        malformed = facts->malformed_note[SIDE_SERVER];
    if (malformed != NULL && malformed->type != MALFORMED_RECORD_VERSION)
        facts->refusal = refusal_from(REFUSAL_MALFORMED, malformed);
}

bool facts_sides_are_unknown(const struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    return !facts->connection->syn_seen && !handshake->switched && facts->sslv2_hello_note == NULL
           && handshake_next(handshake, NULL, SIDE_CLIENT, NOTE_MESSAGE) == NULL
           && handshake_next(handshake, NULL, SIDE_SERVER, NOTE_MESSAGE) == NULL;
}

/* The last that comes of the client, after its hello alone, is a FIN that acknowledges one of the
 * server's: the server closed before, when is not known. */
static void find_unseen_close(struct facts *facts)
{
    struct refusal *refusal = &facts->refusal;

    if (refusal->kind == REFUSAL_FIN && refusal->by == SIDE_CLIENT
        && facts_fin_is_unseen(facts, SIDE_SERVER) && facts->client_hello_note != NULL
        && facts->handshake->records[SIDE_CLIENT] == 1
        && facts->connection->last_by[SIDE_CLIENT].packet == refusal->at.packet)
        refusal->by = SIDE_SERVER;
}

void facts_find_refusal(struct facts *facts)
{
    const struct handshake *handshake = facts->handshake;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];
        enum refusal_kind kind = refusal_of(facts, note);

        if (kind != REFUSAL_NONE) {
            facts->refusal = refusal_from(kind, note);
            break;
        }
        if (note->kind == NOTE_ALERT)
            facts->warning_note = note;
        else if (note->kind == NOTE_MALFORMED && facts->malformed_note[note->side] == NULL)
            facts->malformed_note[note->side] = note;
        facts->last_note = note;
    }
    if (facts->refusal.kind == REFUSAL_NONE)
        refuse_malformed(facts);
    promote_warning(facts);
    find_unseen_close(facts);
    measure_wait(facts);
}
