/* SPDX-License-Identifier: GPL-2.0-or-later */

/* extension.h -- hello extensions, and the lists in them.
 *
 *   struct {                          RFC 8446 section 4.2
 *       ExtensionType extension_type; 2 octets
 *       opaque extension_data<0..2^16-1>;
 *   } Extension;
 *
 * extensions_parse() reads those that a diagnosis can need into typed fields; extension_next()
 * goes through all. Everything that comes out is a view into the input. Pure functions: no
 * allocation, no state.
 *
 * Nothing is taken for an offer that is not one: the values that GREASE (RFC 8701) reserves are
 * in the lists as they came, and list_u16_next() hands them out; tls_is_grease() tells.
 */
#ifndef TLSWHY_DISSECT_EXTENSION_H
#define TLSWHY_DISSECT_EXTENSION_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

/* The messages that carry extensions. One bit each, to be combined in a set. */
enum extension_context {
    EXTENSION_IN_CLIENT_HELLO = 1 << 0,
    EXTENSION_IN_SERVER_HELLO = 1 << 1, /* of any version */
    EXTENSION_IN_HELLO_RETRY_REQUEST = 1 << 2,
    EXTENSION_IN_ENCRYPTED_EXTENSIONS = 1 << 3,
    EXTENSION_IN_CERTIFICATE = 1 << 4,
    EXTENSION_IN_CERTIFICATE_REQUEST = 1 << 5,
    EXTENSION_IN_NEW_SESSION_TICKET = 1 << 6
};

enum extension_state {
    EXTENSION_ABSENT = 0,
    EXTENSION_WELL_FORMED,
    EXTENSION_MALFORMED /* it is there, its data breaks its grammar; its fields are zero */
};

/* Duplicates are looked for among this many extensions from the front, so that a long list costs
 * no more than its length. Real hellos have at most about 30; those beyond are parsed all the
 * same. */
#define EXTENSIONS_DUPLICATE_CHECK_MAX 64

#define EXTENSION_HEADER_LENGTH 4 /* octets: type and length */

struct extension {
    uint16_t type;
    struct bytes data;
};

struct key_share {
    uint16_t group;
    struct bytes key_exchange;
};

/* An extension that has no more than a list, or no data at all, in the field of that name. */
struct extension_list {
    enum extension_state state;
    struct bytes list;
};

/* What a message's extensions say. Lists have no length prefix any more: they are ready for
 * list_u16_next() and its kin. Where client and server send different things under one type,
 * fields that only one of them has are zero for the other. */
struct hello_extensions {
    size_t count;        /* all extensions, unknown ones and duplicates included */
    bool has_malformed;  /* at least one known extension is malformed */
    uint16_t malformed;  /* the type of the first of them */
    bool has_duplicate;  /* a type came twice; the first one is what is in the fields */
    uint16_t duplicate;  /* the first type that did */
    bool has_misplaced;  /* a known type is not allowed in this message */
    uint16_t misplaced;  /* the first type that is not */
    bool has_cut;        /* the list of extensions itself ends within an extension */
    uint64_t low_types;  /* the types below 64: one bit each */
    uint64_t high_types; /* a number for the others, GREASE left out, whatever their order */
    uint64_t high_bits;  /* extension_high_bit() of each of the others */

    struct {
        enum extension_state state;
        struct bytes host_name; /* empty in the server's acknowledgement */
    } server_name;              /* RFC 6066 section 3 */
    struct {
        enum extension_state state;
        struct bytes versions; /* client: 16 bits each */
        uint16_t selected;     /* server */
    } supported_versions;      /* RFC 8446 section 4.2.1 */
    struct {
        enum extension_state state;
        struct bytes shares; /* client: key_share_next(); empty to ask for a retry */
        uint16_t group;      /* server; in a HelloRetryRequest the selected group */
        size_t key_length;   /* server, 0 in a HelloRetryRequest */
    } key_share;             /* RFC 8446 section 4.2.8 */
    struct {
        enum extension_state state;
        size_t identities;     /* client: how many are offered */
        size_t binders;        /* client */
        struct bytes external; /* client: the first identity, where its age is 0, as that of a key
                                  is which is no ticket; else empty */
        uint16_t selected;     /* server: index of the identity */
    } pre_shared_key;          /* RFC 8446 section 4.2.11 */
    struct {
        enum extension_state state;
        struct bytes protocols; /* client: the list; server: the one selected. list_name_next() */
    } alpn;                     /* RFC 7301 */
    struct {
        enum extension_state state;
        struct bytes protocols; /* server only: list_name_next() */
    } npn;
    struct {
        enum extension_state state;
        uint32_t max_size; /* NewSessionTicket only */
    } early_data;          /* RFC 8446 section 4.2.10 */
    struct {
        enum extension_state state;
        struct bytes ticket; /* client: empty to ask for one */
    } session_ticket;        /* RFC 5077 */
    struct {
        enum extension_state state;
        uint8_t type;         /* client: TLS_CERTIFICATE_STATUS_TYPE_OCSP; in Certificate too */
        struct bytes request; /* client: what follows the type; Certificate: the response */
    } status_request;         /* RFC 6066 section 8, RFC 8446 section 4.4.2.1 */
    struct {
        enum extension_state state;
        bool has_ocsp;       /* client: types offered */
        bool has_ocsp_multi; /* client */
    } status_request_v2;     /* RFC 6961 */
    struct {
        enum extension_state state;
        uint8_t code;      /* 1 to 4: 2^9 to 2^12 octets; anything else is illegal */
    } max_fragment_length; /* RFC 6066 section 4 */
    struct {
        enum extension_state state;
        uint16_t limit;  /* octets of plaintext */
    } record_size_limit; /* RFC 8449 */
    struct {
        enum extension_state state;
        uint16_t kdf; /* client, outer: HPKE KDF, AEAD, and the ECHConfig used */
        uint16_t aead;
        uint8_t config_id;
        size_t payload_length; /* client, outer; of a GREASE one too (RFC 9849 section 6.2) */
    } encrypted_client_hello;  /* RFC 9849 section 5 */
    struct extension_list supported_groups;             /* 16 bits each */
    struct extension_list signature_algorithms;         /* 16 bits each */
    struct extension_list signature_algorithms_cert;    /* 16 bits each */
    struct extension_list delegated_credential;         /* 16 bits each, client; RFC 9345 */
    struct extension_list psk_key_exchange_modes;       /* 8 bits each */
    struct extension_list ec_point_formats;             /* 8 bits each; RFC 8422 section 5.1.2 */
    struct extension_list compress_certificate;         /* 16 bits each; RFC 8879 */
    struct extension_list certificate_authorities;      /* distinguished_name_next() */
    struct extension_list cookie;                       /* opaque; RFC 8446 section 4.2.2 */
    struct extension_list renegotiation_info;           /* renegotiated_connection; RFC 5746 */
    struct extension_list signed_certificate_timestamp; /* server: SCTs; RFC 6962 section 3.3 */
    struct extension_list padding;                      /* RFC 7685: list.len is its length */
    struct extension_list extended_master_secret;       /* empty; RFC 7627 */
    struct extension_list encrypt_then_mac;             /* empty; RFC 7366 */
    struct extension_list post_handshake_auth;          /* empty; RFC 8446 section 4.2.6 */
};

/* The data of a client's server_name extension that names nobody: empty, an empty list, or a host
 * name of no octets, which RFC 6066 section 3 forbids. */
MUST_USE bool server_name_is_empty(struct bytes data);

/* Take the next extension from the front of *extensions. False at the end, and when what is left
 * is not a whole extension: then extensions->len is not 0. */
MUST_USE static inline bool extension_next(struct bytes *extensions, struct extension *out)
{
    struct bytes in = *extensions;
    struct bytes header;
    struct extension extension;
    uint16_t length;

    if (!bytes_take(&in, EXTENSION_HEADER_LENGTH, &header) || !bytes_u16(&header, &extension.type)
        || !bytes_u16(&header, &length) || !bytes_take(&in, length, &extension.data))
        return false;
    *out = extension;
    *extensions = in;
    return true;
}

/* One bit of 64 for a type from 64 on: those in use spread well. */
static inline uint64_t extension_high_bit(uint16_t type)
{
    return UINT64_C(1) << (type ^ type >> 6) % 64;
}

/* Look for the first extension of this type. False, and *data unchanged, if it is not there. */
MUST_USE bool extension_find(struct bytes extensions, uint16_t type, struct bytes *data);

/* Parse the extensions of a message of one kind. *out is always filled as far as the input goes.
 * An extension that is malformed, duplicate or misplaced is noted and the rest is parsed; false
 * only if the list is cut within an extension. */
MUST_USE bool extensions_parse(struct bytes extensions, enum extension_context context,
                               struct hello_extensions *out);

/* Likewise, but the fields of only these types are filled in: a set of EXTENSION_BIT(), for types
 * below 64, or EXTENSIONS_ALL. Those of others stay absent; they are counted all the same. */
#define EXTENSION_BIT(type) (UINT64_C(1) << (type))
#define EXTENSIONS_ALL      UINT64_MAX
MUST_USE bool extensions_parse_some(struct bytes extensions, enum extension_context context,
                                    uint64_t types, struct hello_extensions *out);

/* Readers of lists. Each takes one entry off the front and returns false at the end; an entry
 * that is cut counts as the end, which does not happen in lists that extensions_parse() passed.*/
MUST_USE bool list_u8_next(struct bytes *list, uint8_t *out);
MUST_USE bool list_u16_next(struct bytes *list, uint16_t *out);
MUST_USE bool list_name_next(struct bytes *list, struct bytes *out); /* RFC 7301 ProtocolName */
MUST_USE bool key_share_next(struct bytes *shares, struct key_share *out);
MUST_USE bool distinguished_name_next(struct bytes *names, struct bytes *out); /* DER */

/* Whether a list of such numbers, without its length, has this one. */
bool list_u8_contains(struct bytes list, uint8_t value);
bool list_u16_contains(struct bytes list, uint16_t value);

/* A number for a list of code points in their order, by which equal ones are recognised. All
 * values of GREASE are alike; an octet too many is left out. No secret: whoever wants to makes
 * lists of the same number. */
uint64_t list_u16_number(struct bytes list);

#endif
