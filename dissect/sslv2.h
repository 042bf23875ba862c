/* SPDX-License-Identifier: GPL-2.0-or-later */

/* sslv2.h -- messages in the format of SSL 2.0.
 *
 * A client that still speaks SSL 2.0, or wants to be understood by those who do, begins with an
 * SSL 2.0 CLIENT-HELLO, whatever version it offers in it (RFC 5246 appendix E.2, RFC 6101
 * appendix E). The record header has two octets, the first with its top bit set, and 15 bits of
 * length; or three, with 14 bits of length and a count of padding octets, which is 0 in clear.
 *
 *   uint8 msg_type;                 1 CLIENT-HELLO
 *   Version version;                0x0002, or 0x0300 and up
 *   uint16 cipher_spec_length;      a multiple of 3, not 0
 *   uint16 session_id_length;       0 or 16; 32 is seen from SSL 3.0 clients
 *   uint16 challenge_length;        16 to 32
 *   opaque cipher_specs[cipher_spec_length];
 *   opaque session_id[session_id_length];
 *   opaque challenge[challenge_length];
 *
 * The readers recognise and parse in one: what does not fit in every field is RECORD_ALIEN,
 * because these octets have no other mark of their own. Views into the input, no state.
 */
#ifndef TLSWHY_DISSECT_SSLV2_H
#define TLSWHY_DISSECT_SSLV2_H

#include "dissect/record.h"

/* The longest hello that is taken, without its header. More than a thousand cipher specs fit;
 * and a TLS record, whose first octet is 20 to 24, can never be taken for a three-octet header
 * that announces less. */
#define SSLV2_CLIENT_HELLO_MAX 4096

/* The longest SERVER-HELLO, without its header: as far as the two-octet header's 15 bits go. */
#define SSLV2_SERVER_HELLO_MAX 32767

#define SSLV2_HEADER_MAX       3
#define SSLV2_CIPHER_SPEC_SIZE 3

struct sslv2_client_hello {
    uint16_t version;          /* 0x0002, or the highest version offered, 0x0300 to 0x0304 */
    struct bytes cipher_specs; /* read with sslv2_cipher_spec_next() */
    struct bytes session_id;
    struct bytes challenge;
    struct bytes message; /* all of it from msg_type on, without the header */
};

struct sslv2_server_hello {
    uint8_t certificate_type; /* 0 none, 1 X.509 */
    uint16_t version;         /* 0x0002 */
    struct bytes certificate; /* DER, empty on a hit */
    struct bytes cipher_specs;
    struct bytes connection_id;
};

/* Error codes of the SSL 2.0 ERROR message. */
enum sslv2_error {
    SSLV2_ERROR_NO_CIPHER = 1,
    SSLV2_ERROR_NO_CERTIFICATE = 2,
    SSLV2_ERROR_BAD_CERTIFICATE = 4,
    SSLV2_ERROR_UNSUPPORTED_CERTIFICATE_TYPE = 6
};

/* Take an SSL 2.0 CLIENT-HELLO from the front of *stream. Status, *stream, *out and *need as for
 * record_next(); never RECORD_OVERSIZED. *need is at most
 * SSLV2_HEADER_MAX + SSLV2_CLIENT_HELLO_MAX. */
MUST_USE enum record_status sslv2_client_hello_next(struct bytes *stream,
                                                    struct sslv2_client_hello *out, size_t *need);

/* Take an SSL 2.0 SERVER-HELLO from the front of *stream. As above; *need is at most
 * SSLV2_HEADER_MAX + SSLV2_SERVER_HELLO_MAX. */
MUST_USE enum record_status sslv2_server_hello_next(struct bytes *stream,
                                                    struct sslv2_server_hello *out, size_t *need);

/* Take an SSL 2.0 ERROR message, which is five octets, from the front of *stream; *out is one of
 * enum sslv2_error. As above. */
MUST_USE enum record_status sslv2_error_next(struct bytes *stream, uint16_t *out, size_t *need);

/* Take the next cipher spec off *cipher_specs; false at the end. A value below 0x10000 is a TLS
 * cipher suite, anything above is SSL 2.0's own (0x010080 is SSL_CK_RC4_128_WITH_MD5). */
MUST_USE bool sslv2_cipher_spec_next(struct bytes *cipher_specs, uint32_t *out);

/* The name of an error code, or NULL. Static storage. */
const char *sslv2_error_name(uint16_t error);

#endif
