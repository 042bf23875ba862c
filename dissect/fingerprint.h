/* SPDX-License-Identifier: GPL-2.0-or-later */

/* fingerprint.h -- JA3, JA3S and JA4: short names for what a hello offers.
 *
 * JA3 and JA3S are MD5 of "version,suites,extensions,groups,point formats" and of
 * "version,suite,extensions", in decimal and in the order of the wire
 * (github.com/salesforce/ja3). JA4 is three parts in text, the latter two SHA-256 cut to 12
 * digits over sorted lists (github.com/FoxIO-LLC/ja4, BSD licensed). GREASE (RFC 8701) is left
 * out everywhere. Nothing is allocated; the digests are wolfCrypt's.
 */
#ifndef TLSWHY_DISSECT_FINGERPRINT_H
#define TLSWHY_DISSECT_FINGERPRINT_H

#include "dissect/hello.h"

/* Sizes of the texts, with the NUL. */
#define JA3_TEXT_SIZE 33
#define JA4_TEXT_SIZE 37

/* The most suites and the most extensions that JA4 sorts. Real hellos have fewer than 200 and 40;
 * JA4 itself counts only to 99. */
#define JA4_SORTED_MAX 512

/* What carried the hello: the first letter of a JA4. */
enum ja4_transport { JA4_TCP = 't', JA4_QUIC = 'q', JA4_DTLS = 'd' };

/* Write the JA3 of a ClientHello as 32 digits. False, with *out the empty string, if the
 * extensions are cut or the digest fails. */
MUST_USE bool ja3_client(const struct client_hello *hello, char out[JA3_TEXT_SIZE]);

/* Write the JA3S of a ServerHello. As above. */
MUST_USE bool ja3_server(const struct server_hello *hello, char out[JA3_TEXT_SIZE]);

/* Write the JA4 of a ClientHello, such as "t13d1516h2_8daaf6152771_e5627efa2ab1". False, with
 * *out the empty string, if the extensions are cut, there are more than JA4_SORTED_MAX suites or
 * extensions, or the digest fails. */
MUST_USE bool ja4_client(const struct client_hello *hello, enum ja4_transport transport,
                         char out[JA4_TEXT_SIZE]);

#endif
