/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls.h -- numbers of the TLS wire format, in the spelling of the IANA registries.
 *
 * Constants, and the test for GREASE. Every value is in host order, every length in octets. The
 * registries are "TLS Parameters" and "TLS ExtensionType Values"; what is not in them but met on
 * the wire (NPN, channel ID, ALPS, early drafts) is marked so. Readable names: dissect/names.h.
 */
#ifndef TLSWHY_DISSECT_TLS_H
#define TLSWHY_DISSECT_TLS_H

#include <stdbool.h>
#include <stdint.h>

/* ContentType, RFC 8446 section 5.1. */
enum tls_content_type {
    TLS_CONTENT_CHANGE_CIPHER_SPEC = 20,
    TLS_CONTENT_ALERT = 21,
    TLS_CONTENT_HANDSHAKE = 22,
    TLS_CONTENT_APPLICATION_DATA = 23,
    TLS_CONTENT_HEARTBEAT = 24,               /* RFC 6520 */
    TLS_CONTENT_TLS12_CID = 25,               /* RFC 9146, DTLS only */
    TLS_CONTENT_ACK = 26,                     /* RFC 9147, DTLS only */
    TLS_CONTENT_RETURN_ROUTABILITY_CHECK = 27 /* RFC 9853, DTLS only */
};

/* ProtocolVersion, RFC 8446 section 4.2.1 and its predecessors. */
enum tls_version {
    TLS_VERSION_SSL2 = 0x0002, /* as in the SSL 2.0 CLIENT-HELLO, RFC 6101 appendix E */
    TLS_VERSION_SSL3 = 0x0300, /* RFC 6101 */
    TLS_VERSION_1_0 = 0x0301,  /* RFC 2246 */
    TLS_VERSION_1_1 = 0x0302,  /* RFC 4346 */
    TLS_VERSION_1_2 = 0x0303,  /* RFC 5246 */
    TLS_VERSION_1_3 = 0x0304   /* RFC 8446 */
};

/* Drafts of TLS 1.3 put 0x7f and the draft's number in supported_versions. */
#define TLS_VERSION_1_3_DRAFT_MASK 0xff00
#define TLS_VERSION_1_3_DRAFT      0x7f00

/* HandshakeType, RFC 8446 section 4 and the registry. */
enum tls_handshake_type {
    TLS_HANDSHAKE_HELLO_REQUEST = 0,
    TLS_HANDSHAKE_CLIENT_HELLO = 1,
    TLS_HANDSHAKE_SERVER_HELLO = 2,
    TLS_HANDSHAKE_HELLO_VERIFY_REQUEST = 3, /* DTLS only */
    TLS_HANDSHAKE_NEW_SESSION_TICKET = 4,
    TLS_HANDSHAKE_END_OF_EARLY_DATA = 5,
    /* Drafts of TLS 1.3 only: in RFC 8446 a HelloRetryRequest is a server_hello (2) whose random
     * is TLS_HELLO_RETRY_REQUEST_RANDOM. */
    TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED = 6,
    TLS_HANDSHAKE_ENCRYPTED_EXTENSIONS = 8,
    TLS_HANDSHAKE_REQUEST_CONNECTION_ID = 9, /* DTLS only */
    TLS_HANDSHAKE_NEW_CONNECTION_ID = 10,    /* DTLS only */
    TLS_HANDSHAKE_CERTIFICATE = 11,
    TLS_HANDSHAKE_SERVER_KEY_EXCHANGE = 12,
    TLS_HANDSHAKE_CERTIFICATE_REQUEST = 13,
    TLS_HANDSHAKE_SERVER_HELLO_DONE = 14,
    TLS_HANDSHAKE_CERTIFICATE_VERIFY = 15,
    TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE = 16,
    TLS_HANDSHAKE_CLIENT_CERTIFICATE_REQUEST = 17,
    TLS_HANDSHAKE_FINISHED = 20,
    TLS_HANDSHAKE_CERTIFICATE_URL = 21,
    TLS_HANDSHAKE_CERTIFICATE_STATUS = 22,
    TLS_HANDSHAKE_SUPPLEMENTAL_DATA = 23,
    TLS_HANDSHAKE_KEY_UPDATE = 24,
    TLS_HANDSHAKE_COMPRESSED_CERTIFICATE = 25,
    TLS_HANDSHAKE_EKT_KEY = 26,
    TLS_HANDSHAKE_NEXT_PROTOCOL = 67, /* NPN draft, unassigned */
    TLS_HANDSHAKE_CHANNEL_ID = 203,   /* channel ID draft, unassigned */
    TLS_HANDSHAKE_MESSAGE_HASH = 254  /* transcript only, never on the wire */
};

/* AlertLevel, RFC 8446 section 6. */
enum tls_alert_level { TLS_ALERT_LEVEL_WARNING = 1, TLS_ALERT_LEVEL_FATAL = 2 };

/* AlertDescription, RFC 8446 section 6 and the registry. */
enum tls_alert_description {
    TLS_ALERT_CLOSE_NOTIFY = 0,
    TLS_ALERT_UNEXPECTED_MESSAGE = 10,
    TLS_ALERT_BAD_RECORD_MAC = 20,
    TLS_ALERT_DECRYPTION_FAILED = 21, /* reserved since TLS 1.1 */
    TLS_ALERT_RECORD_OVERFLOW = 22,
    TLS_ALERT_DECOMPRESSION_FAILURE = 30, /* reserved in TLS 1.3 */
    TLS_ALERT_HANDSHAKE_FAILURE = 40,
    TLS_ALERT_NO_CERTIFICATE = 41, /* SSL 3.0 only */
    TLS_ALERT_BAD_CERTIFICATE = 42,
    TLS_ALERT_UNSUPPORTED_CERTIFICATE = 43,
    TLS_ALERT_CERTIFICATE_REVOKED = 44,
    TLS_ALERT_CERTIFICATE_EXPIRED = 45,
    TLS_ALERT_CERTIFICATE_UNKNOWN = 46,
    TLS_ALERT_ILLEGAL_PARAMETER = 47,
    TLS_ALERT_UNKNOWN_CA = 48,
    TLS_ALERT_ACCESS_DENIED = 49,
    TLS_ALERT_DECODE_ERROR = 50,
    TLS_ALERT_DECRYPT_ERROR = 51,
    TLS_ALERT_TOO_MANY_CIDS_REQUESTED = 52, /* DTLS only */
    TLS_ALERT_EXPORT_RESTRICTION = 60,      /* TLS 1.0 only */
    TLS_ALERT_PROTOCOL_VERSION = 70,
    TLS_ALERT_INSUFFICIENT_SECURITY = 71,
    TLS_ALERT_INTERNAL_ERROR = 80,
    TLS_ALERT_INAPPROPRIATE_FALLBACK = 86, /* RFC 7507 */
    TLS_ALERT_USER_CANCELED = 90,
    TLS_ALERT_NO_RENEGOTIATION = 100,
    TLS_ALERT_MISSING_EXTENSION = 109,
    TLS_ALERT_UNSUPPORTED_EXTENSION = 110,
    TLS_ALERT_CERTIFICATE_UNOBTAINABLE = 111, /* RFC 6066 */
    TLS_ALERT_UNRECOGNIZED_NAME = 112,
    TLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE = 113,
    TLS_ALERT_BAD_CERTIFICATE_HASH_VALUE = 114, /* RFC 6066 */
    TLS_ALERT_UNKNOWN_PSK_IDENTITY = 115,
    TLS_ALERT_CERTIFICATE_REQUIRED = 116,
    TLS_ALERT_GENERAL_ERROR = 117,
    TLS_ALERT_NO_APPLICATION_PROTOCOL = 120, /* RFC 7301 */
    TLS_ALERT_ECH_REQUIRED = 121
};

/* ExtensionType, RFC 8446 section 4.2 and the registry. */
enum tls_extension_type {
    TLS_EXTENSION_SERVER_NAME = 0,
    TLS_EXTENSION_MAX_FRAGMENT_LENGTH = 1,
    TLS_EXTENSION_CLIENT_CERTIFICATE_URL = 2,
    TLS_EXTENSION_TRUSTED_CA_KEYS = 3,
    TLS_EXTENSION_TRUNCATED_HMAC = 4,
    TLS_EXTENSION_STATUS_REQUEST = 5,
    TLS_EXTENSION_USER_MAPPING = 6,
    TLS_EXTENSION_CLIENT_AUTHZ = 7,
    TLS_EXTENSION_SERVER_AUTHZ = 8,
    TLS_EXTENSION_CERT_TYPE = 9,
    TLS_EXTENSION_SUPPORTED_GROUPS = 10,
    TLS_EXTENSION_EC_POINT_FORMATS = 11,
    TLS_EXTENSION_SRP = 12,
    TLS_EXTENSION_SIGNATURE_ALGORITHMS = 13,
    TLS_EXTENSION_USE_SRTP = 14,
    TLS_EXTENSION_HEARTBEAT = 15,
    TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16,
    TLS_EXTENSION_STATUS_REQUEST_V2 = 17,
    TLS_EXTENSION_SIGNED_CERTIFICATE_TIMESTAMP = 18,
    TLS_EXTENSION_CLIENT_CERTIFICATE_TYPE = 19,
    TLS_EXTENSION_SERVER_CERTIFICATE_TYPE = 20,
    TLS_EXTENSION_PADDING = 21,
    TLS_EXTENSION_ENCRYPT_THEN_MAC = 22,
    TLS_EXTENSION_EXTENDED_MASTER_SECRET = 23,
    TLS_EXTENSION_TOKEN_BINDING = 24,
    TLS_EXTENSION_CACHED_INFO = 25,
    TLS_EXTENSION_TLS_LTS = 26,
    TLS_EXTENSION_COMPRESS_CERTIFICATE = 27,
    TLS_EXTENSION_RECORD_SIZE_LIMIT = 28,
    TLS_EXTENSION_PWD_PROTECT = 29,
    TLS_EXTENSION_PWD_CLEAR = 30,
    TLS_EXTENSION_PASSWORD_SALT = 31,
    TLS_EXTENSION_TICKET_PINNING = 32,
    TLS_EXTENSION_TLS_CERT_WITH_EXTERN_PSK = 33,
    TLS_EXTENSION_DELEGATED_CREDENTIAL = 34,
    TLS_EXTENSION_SESSION_TICKET = 35,
    TLS_EXTENSION_TLMSP = 36,
    TLS_EXTENSION_TLMSP_PROXYING = 37,
    TLS_EXTENSION_TLMSP_DELEGATE = 38,
    TLS_EXTENSION_SUPPORTED_EKT_CIPHERS = 39,
    TLS_EXTENSION_KEY_SHARE_DRAFT = 40, /* reserved: key_share of early TLS 1.3 drafts */
    TLS_EXTENSION_PRE_SHARED_KEY = 41,
    TLS_EXTENSION_EARLY_DATA = 42,
    TLS_EXTENSION_SUPPORTED_VERSIONS = 43,
    TLS_EXTENSION_COOKIE = 44,
    TLS_EXTENSION_PSK_KEY_EXCHANGE_MODES = 45,
    TLS_EXTENSION_TICKET_EARLY_DATA_INFO = 46, /* reserved: early TLS 1.3 drafts */
    TLS_EXTENSION_CERTIFICATE_AUTHORITIES = 47,
    TLS_EXTENSION_OID_FILTERS = 48,
    TLS_EXTENSION_POST_HANDSHAKE_AUTH = 49,
    TLS_EXTENSION_SIGNATURE_ALGORITHMS_CERT = 50,
    TLS_EXTENSION_KEY_SHARE = 51,
    TLS_EXTENSION_TRANSPARENCY_INFO = 52,
    TLS_EXTENSION_CONNECTION_ID_DEPRECATED = 53,
    TLS_EXTENSION_CONNECTION_ID = 54,
    TLS_EXTENSION_EXTERNAL_ID_HASH = 55,
    TLS_EXTENSION_EXTERNAL_SESSION_ID = 56,
    TLS_EXTENSION_QUIC_TRANSPORT_PARAMETERS = 57,
    TLS_EXTENSION_TICKET_REQUEST = 58,
    TLS_EXTENSION_DNSSEC_CHAIN = 59,
    TLS_EXTENSION_SEQUENCE_NUMBER_ENCRYPTION_ALGORITHMS = 60,
    TLS_EXTENSION_RRC = 61,
    TLS_EXTENSION_TLS_FLAGS = 62,
    TLS_EXTENSION_NEXT_PROTOCOL_NEGOTIATION = 0x3374,       /* NPN draft, unassigned */
    TLS_EXTENSION_APPLICATION_SETTINGS_OLD = 0x4469,        /* ALPS draft, unassigned */
    TLS_EXTENSION_APPLICATION_SETTINGS = 0x44cd,            /* ALPS draft, unassigned */
    TLS_EXTENSION_CHANNEL_ID_OLD = 0x754f,                  /* channel ID draft, unassigned */
    TLS_EXTENSION_CHANNEL_ID = 0x7550,                      /* channel ID draft, unassigned */
    TLS_EXTENSION_TRUST_ANCHORS = 0xca34,                   /* draft, unassigned */
    TLS_EXTENSION_ECH_OUTER_EXTENSIONS = 0xfd00,            /* RFC 9849 */
    TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO = 0xfe0d,          /* RFC 9849 */
    TLS_EXTENSION_RENEGOTIATION_INFO = 0xff01,              /* RFC 5746 */
    TLS_EXTENSION_QUIC_TRANSPORT_PARAMETERS_DRAFT = 0xffa5, /* QUIC drafts, unassigned */
    TLS_EXTENSION_ENCRYPTED_SERVER_NAME = 0xffce            /* ESNI drafts, unassigned */
};

/* Suites that name no cipher but carry a signal. */
#define TLS_EMPTY_RENEGOTIATION_INFO_SCSV 0x00ff /* RFC 5746 section 3.3 */
#define TLS_FALLBACK_SCSV                 0x5600 /* RFC 7507 section 2 */

/* SignatureScheme, RFC 8446 section 4.2.3. */
#define TLS_RSA_PKCS1_SHA1         0x0201
#define TLS_RSA_PKCS1_SHA256       0x0401
#define TLS_RSA_PKCS1_SHA384       0x0501
#define TLS_RSA_PKCS1_SHA512       0x0601
#define TLS_ECDSA_SHA1             0x0203
#define TLS_ECDSA_SECP256R1_SHA256 0x0403
#define TLS_ECDSA_SECP384R1_SHA384 0x0503
#define TLS_ECDSA_SECP521R1_SHA512 0x0603
#define TLS_RSA_PSS_RSAE_SHA256    0x0804
#define TLS_RSA_PSS_RSAE_SHA384    0x0805
#define TLS_RSA_PSS_RSAE_SHA512    0x0806
#define TLS_ED25519                0x0807
#define TLS_ED448                  0x0808
#define TLS_RSA_PSS_PSS_SHA256     0x0809
#define TLS_RSA_PSS_PSS_SHA384     0x080a
#define TLS_RSA_PSS_PSS_SHA512     0x080b

/* SignatureAlgorithm, the second octet of what TLS 1.2 had instead, RFC 5246 section 7.4.1.4.1. */
#define TLS_SIGNATURE_ALGORITHM_RSA   1
#define TLS_SIGNATURE_ALGORITHM_DSA   2
#define TLS_SIGNATURE_ALGORITHM_ECDSA 3

/* CompressionMethod, RFC 3749. */
#define TLS_COMPRESSION_NULL    0
#define TLS_COMPRESSION_DEFLATE 1

/* ClientCertificateType, RFC 5246 section 7.4.4 and RFC 8422 section 5.5. */
#define TLS_CERTIFICATE_TYPE_RSA_SIGN   1
#define TLS_CERTIFICATE_TYPE_ECDSA_SIGN 64

/* NameType of the server_name extension, RFC 6066 section 3. */
#define TLS_NAME_TYPE_HOST_NAME 0

/* CertificateStatusType, RFC 6066 section 8 and RFC 6961. */
#define TLS_CERTIFICATE_STATUS_TYPE_OCSP       1
#define TLS_CERTIFICATE_STATUS_TYPE_OCSP_MULTI 2

/* ECCurveType of ServerECDHParams, RFC 8422 section 5.4. */
#define TLS_EC_CURVE_TYPE_EXPLICIT_PRIME 1
#define TLS_EC_CURVE_TYPE_EXPLICIT_CHAR2 2
#define TLS_EC_CURVE_TYPE_NAMED_CURVE    3

/* PskKeyExchangeMode, RFC 8446 section 4.2.9. */
#define TLS_PSK_KE     0
#define TLS_PSK_DHE_KE 1

/* HeartbeatMode, RFC 6520 section 2. */
#define TLS_HEARTBEAT_PEER_ALLOWED_TO_SEND     1
#define TLS_HEARTBEAT_PEER_NOT_ALLOWED_TO_SEND 2

/* Lengths, in octets. */
#define TLS_RECORD_HEADER_LENGTH    5  /* RFC 8446 section 5.1 */
#define TLS_HANDSHAKE_HEADER_LENGTH 4  /* RFC 8446 section 4 */
#define TLS_ALERT_LENGTH            2  /* RFC 8446 section 6 */
#define TLS_RANDOM_LENGTH           32 /* RFC 8446 section 4.1.2 */
#define TLS_SESSION_ID_MAX          32 /* RFC 5246 section 7.4.1.2 */
#define TLS_VERIFY_DATA_LENGTH      12 /* of Finished before TLS 1.3, RFC 5246 section 7.4.9 */

/* The most a record's fragment may hold. The allowance is per protection: nothing is added to a
 * plain record, TLS 1.3 adds 256 (RFC 8446 section 5.2), everything older 2048: 1024 for the
 * compression and 1024 for the cipher (RFC 5246 sections 6.2.2 and 6.2.3). */
#define TLS_PLAINTEXT_MAX      16384 /* 2^14 */
#define TLS_1_3_CIPHERTEXT_MAX (TLS_PLAINTEXT_MAX + 256)
#define TLS_CIPHERTEXT_MAX     (TLS_PLAINTEXT_MAX + 2048)

/* ServerHello.random of a HelloRetryRequest: SHA-256 of "HelloRetryRequest", RFC 8446 section
 * 4.1.3. For the initializer of a const uint8_t [TLS_RANDOM_LENGTH]. */
#define TLS_HELLO_RETRY_REQUEST_RANDOM                                                             \
    {                                                                                              \
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,  \
            0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8,    \
            0xa8, 0x33, 0x9c                                                                       \
    }

/* The last eight octets of ServerHello.random when a server that could do better negotiates
 * TLS 1.2, or TLS 1.1 and below: "DOWNGRD" and 1 or 0, RFC 8446 section 4.1.3. For the
 * initializer of a const uint8_t [TLS_DOWNGRADE_SENTINEL_LENGTH]. */
#define TLS_DOWNGRADE_SENTINEL_LENGTH 8
#define TLS_DOWNGRADE_TO_1_2                                                                       \
    {                                                                                              \
        0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x01                                             \
    }
#define TLS_DOWNGRADE_TO_1_1                                                                       \
    {                                                                                              \
        0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x00                                             \
    }

/* Whether a two-octet code point (suite, group, extension, signature scheme, version) is one of
 * the sixteen that RFC 8701 section 2 reserves: 0x0a0a, 0x1a1a ... 0xfafa. A peer that sends one
 * offers nothing. */
static inline bool tls_is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

#endif
