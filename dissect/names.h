/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h -- names of the numbers of TLS, in the spelling of the IANA registries.
 *
 * The tables are the dissect/def files, one row per code point: "TLS Parameters" and "TLS
 * ExtensionType Values" as of August 2026, without the registries' marks _RESERVED, (OBSOLETE) and
 * (deprecated), and the unregistered code points of dissect/def/unregistered.csv that are met on
 * the wire.
 *
 * Every names_ function takes a value in host order and returns a constant string that is valid for
 * ever, or NULL for a value that has no name. Where RFC 8701 reserves values, those are "GREASE".
 * Pure lookups: no state, no allocation.
 */
#ifndef TLSWHY_DISSECT_NAMES_H
#define TLSWHY_DISSECT_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Room for what names_or_hex writes: 0x, eight digits and the end. */
#define NAMES_HEX_SIZE 11

/* TLS Cipher Suites and those of TLCP; the facts behind the name are in dissect/suite.h. */
const char *names_cipher_suite(uint16_t value);

/* CIPHER-KIND, three octets, of an SSL 2.0 CLIENT-HELLO. A kind that begins with a zero octet is a
 * suite of SSL 3.0 and later (RFC 5246 appendix E.2) and named so. */
const char *names_ssl2_cipher_kind(uint32_t value);

const char *names_alert(uint8_t value);          /* AlertDescription */
const char *names_alert_level(uint8_t value);    /* AlertLevel */
const char *names_extension(uint16_t value);     /* ExtensionType */
const char *names_group(uint16_t value);         /* NamedGroup */
const char *names_handshake_type(uint8_t value); /* HandshakeType */
const char *names_version(uint16_t value);       /* ProtocolVersion, "TLS 1.2" */

/* SignatureScheme. The SignatureAndHashAlgorithm pairs of TLS 1.2 that are no scheme of TLS 1.3 are
 * named in the same manner: 0x0202 is dsa_sha1. */
const char *names_signature_scheme(uint16_t value);

/* The name, or where it is NULL the value in hexadecimal, "0x00ff", with at least that many digits
 * (at most 8), written to buffer, whose size is at least NAMES_HEX_SIZE. The result is the name or
 * the buffer. A buffer too small holds a truncated number. */
const char *names_or_hex(char *buffer, size_t size, const char *name, unsigned value,
                         unsigned digits);

#endif
