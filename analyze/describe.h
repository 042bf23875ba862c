/* SPDX-License-Identifier: GPL-2.0-or-later */
/* describe.h -- evidence that several rules share, in words. */
#ifndef TLSWHY_ANALYZE_DESCRIBE_H
#define TLSWHY_ANALYZE_DESCRIBE_H

#include "analyze/evidence.h"
#include "analyze/facts.h"
#include "analyze/text.h"

/* How the handshake ended: the alert, FIN, RST, plaintext or silence, and after how long. */
void describe_refusal(const struct facts *facts, struct evidence *evidence);

/* What was seen last before the refusal. */
void describe_last_seen(const struct facts *facts, struct evidence *evidence);

/* How much came of a ClientHello that broke off. */
void describe_partial_hello(const struct facts *facts, struct evidence *evidence);

/* What a suite of TLS 1.2 or below takes its keys from beside the key exchange: "pre-shared key",
 * "password"; NULL: nothing, or the suite is not known. */
const char *describe_secret(const struct suite *suite);

/* The secret that both sides must have: the client offers it in a hello that was refused, or the
 * suite takes its keys from it; and the name that the client gives it, or itself. Nothing is added
 * where there is none. */
void describe_shared_secret(const struct facts *facts, struct evidence *evidence);

/* Up to TLS 1.2: that a hello which the server refused resumes a session, and by what. Nothing is
 * added where it does not. */
void describe_resumption(const struct facts *facts, struct evidence *evidence);

/* Up to TLS 1.2: the client sent a certificate and did not get so far as to sign for it, and it was
 * not refused before. Nothing is added where it is not so. */
void describe_missing_signature(const struct facts *facts, struct evidence *evidence);

/* The name by which the client calls its pre-shared key, up to TLS 1.2, where it is text. Nothing
 * is added where there is none. */
void describe_psk_identity(const struct facts *facts, struct evidence *evidence);

/* Add what the client asked for within another protocol: TLS, or a connection to a target. Only for
 * a connection in which the client asked. */
void describe_starttls_request(const struct facts *facts, struct evidence *evidence);

/* The message that may have been too long for its receiver, and whose limits it exceeds. */
void describe_long_message(const struct facts *facts, struct evidence *evidence);

/* The client's offer, each as one line with names. Nothing is added when no hello was read. */
void describe_offered_versions(const struct facts *facts, struct evidence *evidence);
void describe_offered_suites(const struct facts *facts, struct evidence *evidence);
void describe_offered_groups(const struct facts *facts, struct evidence *evidence);
void describe_offered_schemes(const struct facts *facts, struct evidence *evidence);
void describe_offered_alpn(const struct facts *facts, struct evidence *evidence);
void describe_server_name(const struct facts *facts, struct evidence *evidence);

/* The hello is marked as a second attempt with a lower version, and no ServerHello answered it, or
 * one that the client objects to with illegal_parameter(47). */
void describe_fallback(const struct facts *facts, struct evidence *evidence);

/* What the server chose: version and suite, and where they are known the group, and the signature
 * scheme of its key exchange. */
void describe_choice(const struct facts *facts, struct evidence *evidence);

/* "TLS 1.2", or "0x0305" for a number that is no version; text needs 16 octets. */
const char *describe_version(uint16_t version, char text[16]);

/* "handshake_failure(40)"; text needs 48 octets. */
const char *describe_alert(uint8_t description, char text[48]);

#endif
