/* SPDX-License-Identifier: GPL-2.0-or-later */
/* server_flight.h -- what the peers did with each other's certificates, as far as places and
 * sizes tell. */
#ifndef TLSWHY_ANALYZE_CAUSES_SERVER_FLIGHT_H
#define TLSWHY_ANALYZE_CAUSES_SERVER_FLIGHT_H

#include "analyze/cause.h"
#include "capture/time_unit.h"

/* Octets of a protected record with the smallest certificate that is in use in it. */
enum { CERTIFICATE_RECORD_MIN = 300 };

/* A client judges a certificate at once, or after it has asked for its revocation, for which
 * clients allow themselves some seconds. One that leaves later has other reasons. */
#define CERTIFICATE_JUDGEMENT_NS (5 * SECOND_NS)

/* The server's flight with its certificate came to its end: ServerHelloDone, or in TLS 1.3
 * protected records of the size of a certificate. The last one need not have come whole where the
 * client refused meanwhile what came before it. */
bool server_flight_complete(const struct facts *facts);

/* The client sent nothing after the server's flight but what ended the handshake. */
bool client_silent_after_flight(const struct facts *facts);

/* Of the server's last protected record the end never came. */
bool server_record_broke_off(const struct facts *facts);

/* From the last octets of the server that came before the end to that. */
int64_t server_silence_ns(const struct facts *facts);

/* server_stop.c: the server's first record began, and its rest never came. */
bool server_stopped_in_hello(const struct facts *facts);

/* Likewise: the server fell silent within its flight, and the client waited for the rest, said
 * nothing meanwhile and gave up: likely where the end of the flight is seen not to have come,
 * possible where the path loses packets, or where TLS 1.3 hides that and the client waited for
 * seconds. */
enum certainty server_stopped_midway(const struct facts *facts);

/* Up to TLS 1.2: the ServerHello, which was read, has no renegotiation_info, whatever the client
 * asked for. */
bool server_hello_is_bare(const struct facts *facts);

/* Up to TLS 1.2: the ServerHello leaves out the secure renegotiation that the client asked for (RFC
 * 5746 section 3.4). A client that insists on it ends there, before it looks at what follows. */
bool server_lacks_renegotiation(const struct facts *facts);

/* The client ended the handshake there: its flight was due, and it sent none. */
bool client_ended_at_flight(const struct facts *facts);

/* The client ended it so soon behind the last octets of the server's flight that it may have done
 * so for what is in it; who says close_notify has more time for that than others. A
 * change_cipher_spec of the client in between is no step: some send it along with the end. */
bool client_ended_soon(const struct facts *facts);

/* It did so without a word, and soon: it may have left for what is in the flight. */
bool client_left_at_flight(const struct facts *facts);

/* TLS 1.3: the server refused behind its ServerHello, where its alerts are encrypted, before
 * anything protected came of the client. */
bool server_refused_encrypted(const struct facts *facts);

/* The same, before anything else that is protected: its EncryptedExtensions did not come. */
bool server_refused_at_hello_encrypted(const struct facts *facts);

/* An alert that RFC 8446 section 6.2 has for certificates. */
bool alert_is_about_certificates(uint8_t description);

/* The client had all of the server's flight and ended the handshake for it, as far as that shows:
 * with an alert that clients send for certificates, an encrypted one, or by leaving at once. */
bool client_refused_flight(const struct facts *facts);

/* The client refused with this plain alert at a point where it can have seen the server's
 * certificate. Of a capture that has the client's side alone, an alert that is about certificates
 * and nothing else shows that it was there. */
bool client_alert_on_certificate(const struct facts *facts, uint8_t description);

/* The client says decrypt_error(51) where it had the server's certificate and no Finished up to
 * TLS 1.2, or all of the server's flight in TLS 1.3: by RFC 8446 section 6.2 a signature did not
 * verify, in the certificate's chain or of the key exchange. What protects records has an alert of
 * its own. */
bool client_could_not_verify(const struct facts *facts);

/* The same of the server, which had the client's certificate (and CertificateVerify). */
bool server_could_not_verify(const struct facts *facts);

/* The same with internal_error(80): so say programs that refuse a certificate by a rule of their
 * own and do not tell their library why, such as Apache of a chain longer than SSLVerifyDepth. */
bool server_broke_at_client_certificate(const struct facts *facts);

/* The client ended the handshake behind a key exchange whose signature is not one of the
 * certificate's key: certain with an alert that says so, possible where it speaks of something
 * else. */
enum certainty server_signature_is_wrong(const struct facts *facts);

/* The client said unexpected_message(10) of a flight with a signed key exchange, which Go says when
 * the signature does not verify; and it is not known to verify. */
bool client_may_mean_signature(const struct facts *facts);

/* The receiver ended the handshake at a Certificate of this side that is so long that not every
 * receiver takes it: likely with an alert about the message, which is in its place, when receivers
 * for servers and desktops refuse it, too. */
enum certainty certificate_may_be_too_long(const struct facts *facts, enum side from);

/* The server refused, in whatever way, after the client's answer to its CertificateRequest. In
 * TLS 1.3 that request is not visible; sizes tell that the client answered one. */
bool server_refused_after_client_certificate(const struct facts *facts);

/* It did so without a word, and later than a server does for that answer: a certificate it may look
 * up elsewhere, an empty answer is refused at once. */
bool server_ended_late(const struct facts *facts);

/* TLS 1.3: it did so with nothing but a FIN. A server may close for other reasons, too. */
bool server_refused_in_silence(const struct facts *facts);

/* TLS 1.3: it did so when the client had sent data and a good-bye behind its flight: it may have
 * taken the certificate and closed at that data. */
bool server_refused_at_good_bye(const struct facts *facts);

/* Up to TLS 1.2, of a capture that has the server's side alone: it asked for a certificate, and its
 * alert is about the one that came, or did not. */
bool server_refused_unseen_certificate(const struct facts *facts);

/* The client ended the handshake at a flight in clear that asks for a certificate: with
 * internal_error(80), as when it fails to produce one, or the request may be too long for it. */
bool client_may_lack_certificate(const struct facts *facts);

/* The client's Certificate had no certificate in it, as seen (up to TLS 1.2, or the no_certificate
 * alert of SSL 3.0) or by its size (TLS 1.3). */
bool client_certificate_was_empty(const struct facts *facts);

/* TLS 1.3: the last record of the server before an alert that comes at once, when its flight stops
 * there behind what is as long as a Certificate, and the client has not answered: CertificateVerify
 * and Finished are missing, so it may not have been able to sign. NULL: it did not stop there. */
const struct note *server_stop_at_signature(const struct facts *facts);

/* Say where the server's certificate, or the client's, was seen. */
void describe_server_certificate(const struct facts *facts, struct evidence *evidence);
void describe_client_certificate(const struct facts *facts, struct evidence *evidence);

/* Say what became of the signature of its key exchange; nothing where it was not verified. */
void describe_server_signature(const struct facts *facts, struct evidence *evidence);

/* Up to TLS 1.2: say how the client signed to show that its certificate is its own; nothing where
 * that was not read. */
void describe_client_signature(const struct facts *facts, struct evidence *evidence);

/* Say where the server asked for a certificate; nothing when that was not seen. */
void describe_certificate_request(const struct facts *facts, struct evidence *evidence);

#endif
