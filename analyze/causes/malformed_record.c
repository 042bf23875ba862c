/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"
#include "analyze/causes/known.h"
#include "analyze/causes/version_refusal.h"
#include "analyze/knowledge.h"

static void describe_malformed(const struct note *note, struct evidence *evidence)
{
    static const char *const what[] = {
        [MALFORMED_RECORD] = "is no TLS record",
        [MALFORMED_RECORD_SIZE] = "is a record above the legal length",
        [MALFORMED_RECORD_VERSION] = "is a record of a version that TLS never had",
        [MALFORMED_EMPTY_RECORD] = "is an empty record, which is not allowed there",
        [MALFORMED_MESSAGE_SIZE] = "announces a handshake message above any sensible length",
        [MALFORMED_ALERT] = "is an alert that is not two octets long",
        [MALFORMED_MESSAGE] = "is a hello that cannot be parsed",
    };

    evidence_add(evidence, "malformed", note->at, "what the %s sent at stream offset %u %s",
                 side_name((enum side)note->side), note->length, what[note->type]);
}

/* One side says that it could not parse what the other sent. */
static bool complained(const struct facts *facts, enum side by)
{
    return facts_alert(facts, by, TLS_ALERT_DECODE_ERROR)
           || facts_alert(facts, by, TLS_ALERT_RECORD_OVERFLOW)
           || (facts_alert(facts, by, TLS_ALERT_PROTOCOL_VERSION) && by == SIDE_CLIENT
               && version_of_record_is_odd(facts));
}

static bool hello_was_read(const struct facts *facts, enum side sender)
{
    return sender == SIDE_CLIENT ? facts->client_hello_read : facts->server_hello_read;
}

/* The hello of the other side is broken by our reading too. */
static bool hello_is_broken(const struct facts *facts, enum side sender, struct evidence *evidence)
{
    const struct note *note =
        sender == SIDE_CLIENT ? facts->client_hello_note : facts->server_hello_note;
    const struct hello_extensions *extensions =
        sender == SIDE_CLIENT ? &facts->client_extensions : &facts->server_extensions;
    bool read = hello_was_read(facts, sender);
    char hex[NAMES_HEX_SIZE];

    if (note == NULL || note->kind != NOTE_MESSAGE || note->offset == NOTE_NOT_KEPT)
        return false;
    if (!read)
        evidence_add(evidence, "malformed", note->at, "the %s's hello cannot be parsed",
                     side_name(sender));
    else if (extensions->has_malformed)
        evidence_add(evidence, "malformed", note->at,
                     "the extension %s in the %s's hello is malformed",
                     names_or_hex(hex, sizeof(hex), names_extension(extensions->malformed),
                                  extensions->malformed, 4),
                     side_name(sender));
    return !read || extensions->has_malformed;
}

/* Octets in no readable protocol where TLS was due. When a client begins so it means another
 * protocol, as a rule. */
static enum certainty weigh_foreign(const struct facts *facts, struct evidence *evidence)
{
    enum side side = facts->refusal.by;

    if (facts->refusal.kind != REFUSAL_PLAINTEXT || facts->prelude[side] != PRELUDE_UNKNOWN)
        return CAUSE_NO;
    evidence_add(evidence, "malformed", facts->refusal.at,
                 "the %s began with octets that are neither TLS nor another protocol known",
                 side_name(side));
    return side == SIDE_SERVER || !facts->connection->syn_seen ? CAUSE_LIKELY : CAUSE_POSSIBLE;
}

/* The receiver refused with an alert that can be about octets it could not make sense of. */
static bool may_have_complained(const struct facts *facts, enum side by)
{
    return complained(facts, by) || facts_alert(facts, by, TLS_ALERT_UNEXPECTED_MESSAGE)
           || facts_alert(facts, by, TLS_ALERT_HANDSHAKE_FAILURE)
           || facts_alert(facts, by, TLS_ALERT_ILLEGAL_PARAMETER)
           || facts_alert(facts, by, TLS_ALERT_INTERNAL_ERROR);
}

/* There are receivers that do not look at the version, as they should not (RFC 8446 section 5.1):
 * one that went on has taken the record, and so has one that was left. */
static bool version_was_taken(const struct facts *facts, enum side sender)
{
    const struct handshake *handshake = facts->handshake;
    const struct note *note = facts->malformed_note[sender];
    enum side receiver = side_other(sender);

    if (note->type != MALFORMED_RECORD_VERSION)
        return false;
    return (facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == sender)
           || handshake_next(handshake, note, receiver, NOTE_MESSAGE) != NULL
           || handshake_next(handshake, note, receiver, NOTE_APPLICATION_DATA) != NULL
           || (!facts->tls13
               && handshake_next(handshake, note, receiver, NOTE_CHANGE_CIPHER_SPEC) != NULL);
}

static enum certainty weigh_octets(const struct facts *facts, enum side sender,
                                   struct evidence *evidence)
{
    enum side receiver = side_other(sender);

    if (version_was_taken(facts, sender))
        return CAUSE_NO;
    describe_malformed(facts->malformed_note[sender], evidence);
    if (complained(facts, receiver))
        return CAUSE_CERTAIN;
    /* A version alone: who said nothing of it need not have looked. */
    if (facts->malformed_note[sender]->type == MALFORMED_RECORD_VERSION
        && facts->refusal.kind == REFUSAL_NONE)
        return CAUSE_POSSIBLE;
    /* Refused in other words, or by closing. A sender that leaves by itself while the other side
     * never said anything may have had another reason. */
    return facts->refusal.kind != REFUSAL_MALFORMED && facts->refusal.by == sender
                   && !facts->answered[receiver]
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

/* The alert is all that there is: the octets were encrypted, or are right by our reading. */
static enum certainty weigh_complaint(const struct facts *facts, enum side sender,
                                      struct evidence *evidence)
{
    if (!complained(facts, side_other(sender)))
        return CAUSE_NO;
    evidence_add(evidence, "malformed", facts->refusal.at,
                 "what the %s could not read is among what the %s sent before this packet",
                 side_name(side_other(sender)), side_name(sender));
    /* A server that takes the first segment for all of a hello says so, too. */
    return sender == SIDE_CLIENT && facts_server_refused_hello(facts) && facts->client_hello_read
                   && knowledge_hello_is_split(facts)
                   && known_about_split_hello(facts) != KNOWN_AGAINST
               ? CAUSE_POSSIBLE
               : CAUSE_LIKELY;
}

static enum certainty weigh(const struct facts *facts, enum side sender, struct evidence *evidence)
{
    enum side receiver = side_other(sender);

    if (facts->malformed_note[sender] != NULL)
        return weigh_octets(facts, sender, evidence);
    if (may_have_complained(facts, receiver) && hello_is_broken(facts, sender, evidence))
        return complained(facts, receiver) || !hello_was_read(facts, sender) ? CAUSE_CERTAIN
                                                                             : CAUSE_LIKELY;
    return weigh_complaint(facts, sender, evidence);
}

static enum certainty match(const struct facts *facts, struct evidence *evidence)
{
    enum certainty certainty = weigh(facts, SIDE_CLIENT, evidence);

    if (certainty == CAUSE_NO)
        certainty = weigh(facts, SIDE_SERVER, evidence);
    return certainty != CAUSE_NO ? certainty : weigh_foreign(facts, evidence);
}

const struct cause cause_malformed_record = {
    .id = "malformed_record",
    .layer = LAYER_PROTOCOL,
    .title = "One side sent octets that are not valid TLS",
    .explanation = "A record or a handshake message breaks its grammar: a length that does not "
                   "fit, a record above the limit, or octets that are no TLS at all. The receiver "
                   "says decode_error(50) or record_overflow(22), or closes.",
    .remedy = "Where the octets came in clear the evidence names their sender, packet and stream "
              "offset: open that packet in Wireshark (filter tls, or `tshark -r FILE -V -Y "
              "'tcp.stream eq N'`). Where only their receiver complains, look at what the other "
              "side sent before that. Update the sender's TLS library; look for a device between "
              "the two that changes the stream, and for a second service on the same port.",
    .reported_as = "OpenSSL: length mismatch, wrong version number, tlsv1 alert decode error; "
                   "curl: (35); Chromium: net::ERR_SSL_PROTOCOL_ERROR; Firefox: "
                   "SSL_ERROR_RX_RECORD_TOO_LONG, SSL_ERROR_RX_MALFORMED_SERVER_HELLO; Java: "
                   "SSLProtocolException; Go: tls: oversized record received, remote error: tls: "
                   "error decoding message",
    .alerts =
        CAUSE_ALERTS(TLS_ALERT_DECODE_ERROR, TLS_ALERT_RECORD_OVERFLOW, TLS_ALERT_ILLEGAL_PARAMETER,
                     TLS_ALERT_UNEXPECTED_MESSAGE, TLS_ALERT_PROTOCOL_VERSION,
                     TLS_ALERT_HANDSHAKE_FAILURE, TLS_ALERT_INTERNAL_ERROR),
    .source = "RFC 8446 sections 5.1, 5.2 and 6.2",
    .tells_end_alone = true,
    .match = match,
};
