/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history.h -- a handshake in one word: "CsXknGIFif".
 *
 * One letter for each note, in packet order, a capital when the client sent it; the letters are
 * those of Zeek's ssl_history where it has one:
 *
 *   H HelloRequest      C ClientHello         S ServerHello       J HelloRetryRequest (draft)
 *   T NewSessionTicket  E EndOfEarlyData      O EncryptedExtensions
 *   X Certificate       K ServerKeyExchange   R CertificateRequest  N ServerHelloDone
 *   Y CertificateVerify G ClientKeyExchange   F Finished, or any encrypted handshake record
 *   W CertificateURL    U CertificateStatus   A SupplementalData  P KeyUpdate
 *   V HelloVerifyRequest  Z any other message  I ChangeCipherSpec
 *   B Heartbeat         D application data    L alert, plain or encrypted
 *
 * and those that Zeek does not need: Q octets that are not TLS, M malformed, '-' a gap. FIN and RST
 * are no part of the handshake and left out.
 */
#ifndef TLSWHY_ANALYZE_HISTORY_H
#define TLSWHY_ANALYZE_HISTORY_H

#include "analyze/handshake.h"

enum { HISTORY_SIZE = HANDSHAKE_NOTES_MAX + 1 };

/* Write the word for the notes of handshake, NUL terminated, into out. Returns its length. */
size_t history_format(const struct handshake *handshake, char out[HISTORY_SIZE]);

#endif
