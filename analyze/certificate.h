/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificate.h -- what an X.509 certificate says (RFC 5280), facts copied out.
 *
 * wolfSSL reads the certificate; no signature is verified. The extensions that its packaged
 * builds do not hand out, names and the key are taken from the DER by our own reader. A struct
 * certificate holds no view into the DER and no type of wolfSSL: it may be kept and copied.
 *
 * All text is chosen by whoever made the certificate. The distinguished names and URLs kept here
 * as C strings are printable UTF-8 (everything else escaped); names of the subjectAltName are
 * octets as they are.
 */
#ifndef TLSWHY_ANALYZE_CERTIFICATE_H
#define TLSWHY_ANALYZE_CERTIFICATE_H

#include "dissect/bytes.h"

enum {
    /* Octets of DER that are read; TLS allows 2^24-1, real certificates end below 64 KiB. */
    CERTIFICATE_DER_MAX = 1 << 20,
    /* Octets of DER that wolfSSL is given, and names in it: the time it takes grows with the
     * square of the names. */
    CERTIFICATE_WOLFSSL_MAX = 64 * 1024,
    CERTIFICATE_WOLFSSL_NAMES_MAX = 1024,
    CERTIFICATE_TEXT_SIZE = 256,        /* a distinguished name as text, NUL counted */
    CERTIFICATE_URL_SIZE = 256,         /* a URL of authorityInfoAccess, NUL counted */
    CERTIFICATE_NAMES_MAX = 256,        /* names of subjectAltName kept; public CAs allow 100 */
    CERTIFICATE_NAME_OCTETS = 8192,     /* octets of all of them together */
    CERTIFICATE_OID_SIZE = 64,          /* an object identifier as text, NUL counted */
    CERTIFICATE_SERIAL_MAX = 20,        /* octets of a serial number, RFC 5280 section 4.1.2.2 */
    CERTIFICATE_KEY_ID_MAX = 32,        /* octets of a key identifier kept; 20 as a rule */
    CERTIFICATE_NAME_ID_LEN = 20,       /* octets of a name's identity */
    CERTIFICATE_CONSTRAINTS_MAX = 1024, /* octets of nameConstraints kept; real ones have 300 */
    CERTIFICATE_EXTENSIONS_MAX = 128,   /* with more it is CERTIFICATE_OUTER; real ones have ~10 */
    CERTIFICATE_SHA1_LEN = 20,
    CERTIFICATE_SHA256_LEN = 32
};

/* How much of a certificate could be read. */
enum certificate_reading {
    CERTIFICATE_READ,      /* all members are set */
    CERTIFICATE_OUTER,     /* wolfSSL refused it: what our own reader takes from the DER is set
                              (names, serial, validity, key and most extensions); signature,
                              constraints and usages are not known */
    CERTIFICATE_UNREADABLE /* only the fingerprints, the length and the reason are set */
};

enum certificate_key {
    KEY_UNKNOWN, /* an algorithm that has no member here */
    KEY_RSA,
    KEY_RSA_PSS,
    KEY_EC,
    KEY_ED25519,
    KEY_ED448,
    KEY_DSA,
    KEY_DH
};

enum certificate_digest {
    DIGEST_UNKNOWN, /* an algorithm not known here */
    DIGEST_MD2,
    DIGEST_MD5,
    DIGEST_SHA1,
    DIGEST_SHA224,
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_SHA3,
    DIGEST_INTRINSIC /* Ed25519 and Ed448 hash in their own way */
};

/* keyUsage, RFC 5280 section 4.2.1.3. */
enum certificate_key_usage {
    USAGE_DIGITAL_SIGNATURE = 1 << 0,
    USAGE_NON_REPUDIATION = 1 << 1,
    USAGE_KEY_ENCIPHERMENT = 1 << 2,
    USAGE_DATA_ENCIPHERMENT = 1 << 3,
    USAGE_KEY_AGREEMENT = 1 << 4,
    USAGE_KEY_CERT_SIGN = 1 << 5,
    USAGE_CRL_SIGN = 1 << 6,
    USAGE_ENCIPHER_ONLY = 1 << 7,
    USAGE_DECIPHER_ONLY = 1 << 8
};

/* extKeyUsage, RFC 5280 section 4.2.1.12. */
enum certificate_purpose {
    PURPOSE_SERVER_AUTH = 1 << 0,
    PURPOSE_CLIENT_AUTH = 1 << 1,
    PURPOSE_CODE_SIGNING = 1 << 2,
    PURPOSE_EMAIL_PROTECTION = 1 << 3,
    PURPOSE_TIME_STAMPING = 1 << 4,
    PURPOSE_OCSP_SIGNING = 1 << 5,
    PURPOSE_ANY = 1 << 6,
    PURPOSE_OTHER = 1 << 7 /* at least one that has no member here */
};

/* GeneralName in subjectAltName, RFC 5280 section 4.2.1.6. The values are the DER tags. */
enum certificate_name_type {
    NAME_MAIL = 1, /* rfc822Name */
    NAME_DNS = 2,
    NAME_URI = 6,
    NAME_IP = 7 /* 4 or 16 octets in network order, or what was there instead */
};

struct certificate_name {
    uint8_t type;    /* enum certificate_name_type */
    uint16_t offset; /* into name_octets */
    uint16_t length;
};

/* The identity of a distinguished name: equal for names that match by RFC 5280 section 7.1 (case
 * and spaces folded, string type ignored). The beginning of a SHA-256 digest. */
struct certificate_name_id {
    uint8_t octets[CERTIFICATE_NAME_ID_LEN];
};

struct certificate_key_id {
    uint8_t length; /* 0: the extension is absent; above CERTIFICATE_KEY_ID_MAX: cut to it */
    uint8_t octets[CERTIFICATE_KEY_ID_MAX];
};

/* The digests by which OCSP names an issuer (RFC 6960 section 4.1.1). */
struct certificate_digests {
    uint8_t sha1[CERTIFICATE_SHA1_LEN];
    uint8_t sha256[CERTIFICATE_SHA256_LEN];
};

struct certificate {
    /* Always set. */
    enum certificate_reading reading;
    const char *reason; /* why it is not CERTIFICATE_READ; static, NULL if it is */
    uint32_t length;    /* octets of DER */
    uint8_t sha1[CERTIFICATE_SHA1_LEN];
    uint8_t sha256[CERTIFICATE_SHA256_LEN];

    /* Set unless CERTIFICATE_UNREADABLE. */
    uint8_t version;                                /* 1, 2 or 3 */
    char subject[CERTIFICATE_TEXT_SIZE];            /* RFC 4514: "CN=a,O=b"; "" for an empty name */
    char issuer[CERTIFICATE_TEXT_SIZE];             /* cut with "..." where too long */
    char common_name[CERTIFICATE_TEXT_SIZE];        /* last of the subject; "": none */
    char issuer_common_name[CERTIFICATE_TEXT_SIZE]; /* last of the issuer; "": none */
    struct certificate_name_id subject_id;
    struct certificate_name_id issuer_id;
    struct certificate_digests issuer_digests; /* of the issuer's Name in DER */
    struct certificate_digests key_digests;    /* of the octets of the key, without algorithm */
    bool self_issued;                          /* subject and issuer are the same name */
    uint8_t serial[CERTIFICATE_SERIAL_MAX];    /* magnitude, network order */
    uint8_t serial_length;
    bool serial_bad;    /* negative, zero or longer than 20 octets; cut to its last ones */
    bool has_validity;  /* both times could be read: the next two are set */
    int64_t not_before; /* seconds since 1970-01-01T00:00:00Z; years 0 to 9999 */
    int64_t not_after;
    uint16_t extensions;      /* how many were looked at */
    bool duplicate_extension; /* two of one kind, which RFC 5280 section 4.2 forbids */
    bool unknown_critical;    /* a critical extension that this program does not know */
    char critical_oid[CERTIFICATE_OID_SIZE]; /* the first of them, "1.2.3"; cut with "..." where
                                                too long; "": none */
    bool malformed_extension; /* one of the following could not be read: it counts as absent */
    struct certificate_key_id subject_key_id;
    struct certificate_key_id authority_key_id;
    bool has_name_constraints;   /* and it is a SEQUENCE */
    uint16_t constraints_length; /* octets of it in constraints; 0: longer than is kept */
    bool must_staple;            /* TLS feature status_request, RFC 7633 */
    bool has_sct_list;           /* embedded CT timestamps, RFC 6962 */
    uint16_t sct_count;
    uint16_t policy_count;                 /* policies listed in certificatePolicies */
    char ocsp_url[CERTIFICATE_URL_SIZE];   /* first of its kind in authorityInfoAccess; "": none */
    char issuer_url[CERTIFICATE_URL_SIZE]; /* caIssuers */
    char crl_url[CERTIFICATE_URL_SIZE];    /* first URL of cRLDistributionPoints */
    bool has_subject_alt_name;             /* and it could be read */
    uint16_t name_count;                   /* in names */
    uint32_t names_cut;                    /* names of the four types that found no room */
    uint32_t names_other;                  /* names of other types: directoryName, otherName, ... */

    enum certificate_key key;
    uint16_t key_bits;    /* 0: not known */
    uint16_t key_group;   /* TLS Supported Group of an EC key's curve; 0: none, or not known */
    const char *key_name; /* "RSA", "EC P-256", "Ed25519", ...; static, never NULL */

    /* Set if CERTIFICATE_READ. */
    enum certificate_digest digest;
    const char *signature_name; /* "sha256WithRSAEncryption", ...; static, never NULL */
    bool is_ca;
    bool constraints_are_critical; /* basicConstraints */
    bool has_path_length;
    uint8_t path_length; /* certificates allowed below, the leaf not counted */
    bool has_key_usage;
    uint16_t key_usage; /* enum certificate_key_usage */
    bool has_purposes;
    uint16_t purposes; /* enum certificate_purpose */

    /* NameConstraints in DER, without its header: as many octets as constraints_length says. */
    uint8_t constraints[CERTIFICATE_CONSTRAINTS_MAX];

    /* The names of subjectAltName, in its order: as many as name_count says are set. */
    struct certificate_name names[CERTIFICATE_NAMES_MAX];
    uint8_t name_octets[CERTIFICATE_NAME_OCTETS];
};

/* Read one certificate. *out is set as said above whatever der holds. Allocates nothing that
 * outlives the call. More than CERTIFICATE_DER_MAX octets are CERTIFICATE_UNREADABLE with a
 * fingerprint. */
void certificate_read(struct bytes der, struct certificate *out);

/* A name of the subjectAltName, 0 <= index < name_count: a view into certificate. */
struct bytes certificate_name(const struct certificate *certificate, size_t index);

/* The same as printable text: an IP address in its usual form, other names with what is not
 * printable escaped; cut with "..." to size octets (at least 4), NUL included. */
void certificate_name_text(const struct certificate *certificate, size_t index, char *out,
                           size_t size);

/* The identities of two names match. */
bool certificate_name_id_equal(const struct certificate_name_id *a,
                               const struct certificate_name_id *b);

/* Both identifiers are there and equal. */
bool certificate_key_id_equal(const struct certificate_key_id *a,
                              const struct certificate_key_id *b);

/* issuer may have issued certificate, judged by names and key identifiers alone (RFC 5280
 * sections 4.2.1.1 and 6.1.3): the names match, and the key identifiers do not contradict. */
bool certificate_may_issue(const struct certificate *issuer, const struct certificate *certificate);

/* "SHA-1", "SHA-256", ...; "unknown" for DIGEST_UNKNOWN. */
const char *certificate_digest_name(enum certificate_digest digest);

#endif
