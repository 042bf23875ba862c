/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hello.h -- ClientHello, ServerHello and HelloRetryRequest.
 *
 *   struct {                                         RFC 8446 section 4.1.2
 *       ProtocolVersion legacy_version;
 *       Random random;                               32 octets
 *       opaque legacy_session_id<0..32>;
 *       CipherSuite cipher_suites<2..2^16-2>;
 *       opaque legacy_compression_methods<1..2^8-1>;
 *       Extension extensions<8..2^16-1>;             absent in old hellos
 *   } ClientHello;
 *
 *   struct {                                         RFC 8446 section 4.1.3
 *       ProtocolVersion legacy_version;
 *       Random random;
 *       opaque legacy_session_id_echo<0..32>;
 *       CipherSuite cipher_suite;
 *       uint8 legacy_compression_method;
 *       Extension extensions<6..2^16-1>;             absent in old hellos
 *   } ServerHello;
 *
 * The inputs are message bodies as dissect/message.h delivers them. Everything that comes out is
 * a view into them. Pure functions: no allocation, no state. What the extensions say is the
 * matter of dissect/extension.h; the functions here that need one look it up themselves.
 */
#ifndef TLSWHY_DISSECT_HELLO_H
#define TLSWHY_DISSECT_HELLO_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

struct client_hello {
    uint16_t legacy_version;
    struct bytes random;              /* TLS_RANDOM_LENGTH octets */
    struct bytes session_id;          /* at most TLS_SESSION_ID_MAX octets */
    struct bytes cipher_suites;       /* 16 bits each, at least one: list_u16_next() */
    struct bytes compression_methods; /* 8 bits each, at least one: list_u8_next() */
    bool has_extensions;              /* whether the extensions field is there, even if empty */
    struct bytes extensions;          /* its content, for extensions_parse() */
};

struct server_hello {
    uint16_t legacy_version; /* of TLS 1.3 drafts up to 21 their number, 0x7f.. or 0x0304 */
    struct bytes random;     /* TLS_RANDOM_LENGTH octets */
    struct bytes session_id; /* at most TLS_SESSION_ID_MAX octets */
    uint16_t cipher_suite;
    uint8_t compression_method;
    bool has_extensions;
    struct bytes extensions;
    bool is_hello_retry_request; /* by its random, RFC 8446 section 4.1.3 */
};

/* The end of ServerHello.random that says the server could do better, RFC 8446 section 4.1.3. */
enum downgrade { DOWNGRADE_NONE, DOWNGRADE_TO_1_2, DOWNGRADE_TO_1_1 };

/* Parse the body of a ClientHello. False, and *out unchanged, if it is malformed: a field is cut,
 * a length is outside the bounds above, or octets follow the extensions. The content of the
 * extensions is not judged here. */
MUST_USE bool client_hello_parse(struct bytes body, struct client_hello *out);

/* Parse the body of a ServerHello, of a HelloRetryRequest in the form of RFC 8446, or of a
 * ServerHello of the drafts of TLS 1.3 up to 21, which has neither session ID nor compression
 * method. False, and *out unchanged, if it is malformed. */
MUST_USE bool server_hello_parse(struct bytes body, struct server_hello *out);

/* Parse the body of a HelloRetryRequest of the drafts of TLS 1.3 up to 21, a message type of its
 * own (TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED). The random and the session ID are empty, the
 * suite is 0 where the draft has none (up to 18). False, and *out unchanged, if it is malformed.*/
MUST_USE bool draft_hello_retry_request_parse(struct bytes body, struct server_hello *out);

/* True for TLS 1.3 and its drafts (0x7f..). */
bool version_is_tls_1_3(uint16_t version);

/* The version negotiated: supported_versions if it is there and well-formed, else legacy_version
 * (RFC 8446 section 4.2.1). May be a draft, or a number that means nothing. */
uint16_t server_hello_version(const struct server_hello *hello);

/* Whether the client offers this version: by supported_versions if it is there and well-formed,
 * else everything up to legacy_version, down to SSL 3.0 (RFC 8446 section 4.2.1 and appendix
 * D). Without supported_versions the lower end is not on the wire; true says that nothing
 * excludes the version. */
bool client_hello_offers_version(const struct client_hello *hello, uint16_t version);

/* The highest version offered, GREASE (RFC 8701) left out; a draft of TLS 1.3 counts as
 * TLS_VERSION_1_3. Without supported_versions TLS 1.2 at most, whatever legacy_version says (RFC
 * 8446 section 4.2.1). 0 if the list has nothing but GREASE. */
uint16_t client_hello_version_max(const struct client_hello *hello);

/* The downgrade sentinel in the random of a ServerHello that negotiates TLS 1.2 or below. In
 * later versions, and in a HelloRetryRequest, it has no meaning and DOWNGRADE_NONE is returned. */
enum downgrade server_hello_downgrade(const struct server_hello *hello);

#endif
