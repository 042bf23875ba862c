/* SPDX-License-Identifier: GPL-2.0-or-later */

/* extensions_parse() of dissect/extension.h: a table with one row for each extension, and the
 * grammars of those that are more than a list. */
#include "dissect/extension.h"

#define IN_CH   EXTENSION_IN_CLIENT_HELLO
#define IN_SH   EXTENSION_IN_SERVER_HELLO
#define IN_HRR  EXTENSION_IN_HELLO_RETRY_REQUEST
#define IN_EE   EXTENSION_IN_ENCRYPTED_EXTENSIONS
#define IN_CERT EXTENSION_IN_CERTIFICATE
#define IN_CREQ EXTENSION_IN_CERTIFICATE_REQUEST
#define IN_NST  EXTENSION_IN_NEW_SESSION_TICKET

/* A vector of the next width octets' length, not empty, that is all there is. */
static bool only_vector(struct bytes in, size_t width, struct bytes *out)
{
    return bytes_vector(&in, width, out) && out->len > 0 && in.len == 0;
}

/* RFC 6066 section 3. Of several host names, which the RFC forbids, the first counts; name types
 * but host_name were never defined and are passed over. */
static bool server_name_parse(struct bytes in, enum extension_context context,
                              struct hello_extensions *out)
{
    struct bytes list, name;
    uint8_t type;

    if (context != IN_CH)
        return in.len == 0;
    if (!only_vector(in, 2, &list))
        return false;
    while (bytes_u8(&list, &type) && bytes_vector(&list, 2, &name)) {
        if (name.len == 0)
            return false;
        if (type == TLS_NAME_TYPE_HOST_NAME && out->server_name.host_name.len == 0)
            out->server_name.host_name = name;
    }
    return list.len == 0;
}

/* RFC 8446 section 4.2.1 */
static bool supported_versions_parse(struct bytes in, enum extension_context context,
                                     struct hello_extensions *out)
{
    if (context == IN_CH)
        return only_vector(in, 1, &out->supported_versions.versions)
               && out->supported_versions.versions.len % 2 == 0;
    return bytes_u16(&in, &out->supported_versions.selected) && in.len == 0;
}

/* RFC 8446 section 4.2.8, KeyShareClientHello. An empty list asks for a HelloRetryRequest. */
static bool key_shares_parse(struct bytes in, struct hello_extensions *out)
{
    struct bytes rest;
    struct key_share share;

    if (!bytes_vector(&in, 2, &out->key_share.shares) || in.len > 0)
        return false;
    rest = out->key_share.shares;
    while (key_share_next(&rest, &share))
        ;
    return rest.len == 0;
}

/* RFC 8446 section 4.2.8 */
static bool key_share_parse(struct bytes in, enum extension_context context,
                            struct hello_extensions *out)
{
    struct key_share share;

    if (context == IN_CH)
        return key_shares_parse(in, out);
    if (context == IN_HRR)
        return bytes_u16(&in, &out->key_share.group) && in.len == 0;
    if (!key_share_next(&in, &share) || in.len > 0)
        return false;
    out->key_share.group = share.group;
    out->key_share.key_length = share.key_exchange.len;
    return true;
}

/* RFC 8446 section 4.2.11, OfferedPsks */
static bool offered_psks_parse(struct bytes in, struct hello_extensions *out)
{
    struct bytes identities, binders, value;
    uint32_t age;

    if (!bytes_vector(&in, 2, &identities) || !bytes_vector(&in, 2, &binders) || in.len > 0)
        return false;
    while (bytes_vector(&identities, 2, &value) && value.len > 0 && bytes_u32(&identities, &age)) {
        if (out->pre_shared_key.identities++ == 0 && age == 0)
            out->pre_shared_key.external = value;
    }
    while (bytes_vector(&binders, 1, &value) && value.len >= 32)
        out->pre_shared_key.binders++;
    return identities.len == 0 && binders.len == 0 && out->pre_shared_key.identities > 0
           && out->pre_shared_key.binders == out->pre_shared_key.identities;
}

/* RFC 8446 section 4.2.11 */
static bool pre_shared_key_parse(struct bytes in, enum extension_context context,
                                 struct hello_extensions *out)
{
    if (context == IN_CH)
        return offered_psks_parse(in, out);
    return bytes_u16(&in, &out->pre_shared_key.selected) && in.len == 0;
}

/* RFC 7301 section 3.1: a list from the client, one name from the server. */
static bool alpn_parse(struct bytes in, enum extension_context context,
                       struct hello_extensions *out)
{
    struct bytes rest, name;
    size_t count = 0;

    if (!only_vector(in, 2, &out->alpn.protocols))
        return false;
    for (rest = out->alpn.protocols; list_name_next(&rest, &name); count++)
        ;
    return rest.len == 0 && (context == IN_CH || count == 1);
}

/* draft-agl-tls-nextprotoneg: nothing from the client, from the server names to the end. */
static bool npn_parse(struct bytes in, enum extension_context context, struct hello_extensions *out)
{
    struct bytes name;

    if (context == IN_CH)
        return in.len == 0;
    out->npn.protocols = in;
    while (list_name_next(&in, &name))
        ;
    return in.len == 0;
}

/* RFC 8446 section 4.2.10 */
static bool early_data_parse(struct bytes in, enum extension_context context,
                             struct hello_extensions *out)
{
    if (context != IN_NST)
        return in.len == 0;
    return bytes_u32(&in, &out->early_data.max_size) && in.len == 0;
}

/* RFC 5077 section 3.2: a ticket of the client, nothing from the server. */
static bool session_ticket_parse(struct bytes in, enum extension_context context,
                                 struct hello_extensions *out)
{
    out->session_ticket.ticket = in;
    return context == IN_CH || in.len == 0;
}

/* RFC 6066 section 8, OCSPStatusRequest: responder_id_list and request_extensions. */
static bool ocsp_request_is_whole(struct bytes in)
{
    struct bytes responders, extensions;

    return bytes_vector(&in, 2, &responders) && bytes_vector(&in, 2, &extensions) && in.len == 0;
}

/* RFC 6066 section 8; RFC 8446 section 4.4.2.1 for CertificateRequest and Certificate. */
static bool status_request_parse(struct bytes in, enum extension_context context,
                                 struct hello_extensions *out)
{
    if (context != IN_CH && context != IN_CERT)
        return in.len == 0;
    if (!bytes_u8(&in, &out->status_request.type))
        return false;
    out->status_request.request = in;
    if (context == IN_CERT)
        return only_vector(in, 3, &out->status_request.request);
    return out->status_request.type != TLS_CERTIFICATE_STATUS_TYPE_OCSP
           || ocsp_request_is_whole(in);
}

/* RFC 6961 section 2.2: a list of requests, each with its own length. */
static bool status_request_v2_parse(struct bytes in, enum extension_context context,
                                    struct hello_extensions *out)
{
    struct bytes list, request;
    uint8_t type;

    if (context != IN_CH)
        return in.len == 0;
    if (!only_vector(in, 2, &list))
        return false;
    while (bytes_u8(&list, &type) && bytes_vector(&list, 2, &request)) {
        out->status_request_v2.has_ocsp |= type == TLS_CERTIFICATE_STATUS_TYPE_OCSP;
        out->status_request_v2.has_ocsp_multi |= type == TLS_CERTIFICATE_STATUS_TYPE_OCSP_MULTI;
    }
    return list.len == 0;
}

/* RFC 6066 section 4 */
static bool max_fragment_length_parse(struct bytes in, enum extension_context context,
                                      struct hello_extensions *out)
{
    (void)context;
    return bytes_u8(&in, &out->max_fragment_length.code) && in.len == 0;
}

/* RFC 8449 section 4 */
static bool record_size_limit_parse(struct bytes in, enum extension_context context,
                                    struct hello_extensions *out)
{
    (void)context;
    return bytes_u16(&in, &out->record_size_limit.limit) && in.len == 0;
}

#define ECH_OUTER               0
#define ECH_INNER               1
#define ECH_CONFIRMATION_LENGTH 8 /* of a HelloRetryRequest, RFC 9849 section 7.2.1 */

/* RFC 9849 section 5, ECHClientHello */
static bool ech_client_parse(struct bytes in, struct hello_extensions *out)
{
    struct bytes enc, payload;
    uint8_t type;

    if (!bytes_u8(&in, &type) || type > ECH_INNER)
        return false;
    if (type == ECH_INNER)
        return in.len == 0;
    if (!bytes_u16(&in, &out->encrypted_client_hello.kdf)
        || !bytes_u16(&in, &out->encrypted_client_hello.aead)
        || !bytes_u8(&in, &out->encrypted_client_hello.config_id) || !bytes_vector(&in, 2, &enc)
        || !bytes_vector(&in, 2, &payload))
        return false;
    out->encrypted_client_hello.payload_length = payload.len;
    return payload.len > 0 && in.len == 0;
}

/* RFC 9849 section 5. The retry configurations in EncryptedExtensions are not taken apart. */
static bool ech_parse(struct bytes in, enum extension_context context, struct hello_extensions *out)
{
    if (context == IN_CH)
        return ech_client_parse(in, out);
    return context != IN_HRR || in.len == ECH_CONFIRMATION_LENGTH;
}

/* RFC 6962 section 3.3.1: nothing from the client, a SignedCertificateTimestampList otherwise. */
static bool sct_parse(struct bytes in, enum extension_context context, struct hello_extensions *out)
{
    if (context == IN_CH || context == IN_CREQ)
        return in.len == 0;
    return only_vector(in, 2, &out->signed_certificate_timestamp.list);
}

/* RFC 9345 section 4.1: signature schemes, or in Certificate the credential itself. */
static bool delegated_credential_parse(struct bytes in, enum extension_context context,
                                       struct hello_extensions *out)
{
    if (context == IN_CERT)
        return in.len > 0;
    return only_vector(in, 2, &out->delegated_credential.list)
           && out->delegated_credential.list.len % 2 == 0;
}

/* RFC 8446 section 4.2.4 */
static bool certificate_authorities_parse(struct bytes in, enum extension_context context,
                                          struct hello_extensions *out)
{
    struct bytes rest, name;

    (void)context;
    if (!only_vector(in, 2, &out->certificate_authorities.list))
        return false;
    rest = out->certificate_authorities.list;
    while (distinguished_name_next(&rest, &name))
        ;
    return rest.len == 0;
}

/* How the data of an extension without a parser of its own is laid out. */
struct layout {
    size_t prefix;  /* octets of length before the list; 0: the data itself is the list */
    size_t item;    /* octets of an entry, 1 or 2; the list has whole ones. 0: no data at all */
    bool has_entry; /* the list may not be empty */
};

static const struct layout empty = {.prefix = 0, .item = 0};
static const struct layout opaque = {.prefix = 0, .item = 1};
static const struct layout opaque_8 = {.prefix = 1, .item = 1};
static const struct layout opaque_16 = {.prefix = 2, .item = 1, .has_entry = true};
static const struct layout list_8_of_8 = {.prefix = 1, .item = 1, .has_entry = true};
static const struct layout list_8_of_16 = {.prefix = 1, .item = 2, .has_entry = true};
static const struct layout list_16_of_16 = {.prefix = 2, .item = 2, .has_entry = true};

static bool layout_parse(const struct layout *layout, struct bytes in, struct bytes *out)
{
    *out = in;
    if (layout->item == 0)
        return in.len == 0;
    if (layout->prefix > 0 && (!bytes_vector(&in, layout->prefix, out) || in.len > 0))
        return false;
    return (out->len & (layout->item - 1)) == 0 && (out->len > 0 || !layout->has_entry);
}

/* One extension: which messages it may appear in (the IANA registry, and the defining RFC for
 * versions before 1.3), where its fields are, and how it is read: by parse, or else as a struct
 * extension_list of this layout. */
struct row {
    int contexts; /* a set of enum extension_context; 0: no row */
    size_t offset;
    size_t size;
    bool (*parse)(struct bytes in, enum extension_context context, struct hello_extensions *out);
    const struct layout *layout;
};

/* Of a member of struct hello_extensions. */
#define FIELD(member)                                                                              \
    offsetof(struct hello_extensions, member), sizeof(((struct hello_extensions *)0)->member)

/* By type: those in use have low numbers. */
static const struct row rows[] = {
    [TLS_EXTENSION_SERVER_NAME] = {IN_CH | IN_SH | IN_EE, FIELD(server_name), server_name_parse,
                                   NULL},
    [TLS_EXTENSION_MAX_FRAGMENT_LENGTH] = {IN_CH | IN_SH | IN_EE, FIELD(max_fragment_length),
                                           max_fragment_length_parse, NULL},
    [TLS_EXTENSION_STATUS_REQUEST] = {IN_CH | IN_SH | IN_CERT | IN_CREQ, FIELD(status_request),
                                      status_request_parse, NULL},
    [TLS_EXTENSION_SUPPORTED_GROUPS] = {IN_CH | IN_EE, FIELD(supported_groups), NULL,
                                        &list_16_of_16},
    [TLS_EXTENSION_EC_POINT_FORMATS] = {IN_CH | IN_SH, FIELD(ec_point_formats), NULL, &list_8_of_8},
    [TLS_EXTENSION_SIGNATURE_ALGORITHMS] = {IN_CH | IN_CREQ, FIELD(signature_algorithms), NULL,
                                            &list_16_of_16},
    [TLS_EXTENSION_APPLICATION_LAYER_PROTOCOL_NEGOTIATION] = {IN_CH | IN_SH | IN_EE, FIELD(alpn),
                                                              alpn_parse, NULL},
    [TLS_EXTENSION_STATUS_REQUEST_V2] = {IN_CH | IN_SH, FIELD(status_request_v2),
                                         status_request_v2_parse, NULL},
    [TLS_EXTENSION_SIGNED_CERTIFICATE_TIMESTAMP] = {IN_CH | IN_SH | IN_CERT | IN_CREQ,
                                                    FIELD(signed_certificate_timestamp), sct_parse,
                                                    NULL},
    [TLS_EXTENSION_PADDING] = {IN_CH, FIELD(padding), NULL, &opaque},
    [TLS_EXTENSION_ENCRYPT_THEN_MAC] = {IN_CH | IN_SH, FIELD(encrypt_then_mac), NULL, &empty},
    [TLS_EXTENSION_EXTENDED_MASTER_SECRET] = {IN_CH | IN_SH, FIELD(extended_master_secret), NULL,
                                              &empty},
    [TLS_EXTENSION_COMPRESS_CERTIFICATE] = {IN_CH | IN_CREQ, FIELD(compress_certificate), NULL,
                                            &list_8_of_16},
    [TLS_EXTENSION_RECORD_SIZE_LIMIT] = {IN_CH | IN_SH | IN_EE, FIELD(record_size_limit),
                                         record_size_limit_parse, NULL},
    [TLS_EXTENSION_DELEGATED_CREDENTIAL] = {IN_CH | IN_CERT | IN_CREQ, FIELD(delegated_credential),
                                            delegated_credential_parse, NULL},
    [TLS_EXTENSION_SESSION_TICKET] = {IN_CH | IN_SH, FIELD(session_ticket), session_ticket_parse,
                                      NULL},
    [TLS_EXTENSION_KEY_SHARE_DRAFT] = {IN_CH | IN_SH | IN_HRR, FIELD(key_share), key_share_parse,
                                       NULL},
    [TLS_EXTENSION_PRE_SHARED_KEY] = {IN_CH | IN_SH, FIELD(pre_shared_key), pre_shared_key_parse,
                                      NULL},
    [TLS_EXTENSION_EARLY_DATA] = {IN_CH | IN_EE | IN_NST, FIELD(early_data), early_data_parse,
                                  NULL},
    [TLS_EXTENSION_SUPPORTED_VERSIONS] = {IN_CH | IN_SH | IN_HRR, FIELD(supported_versions),
                                          supported_versions_parse, NULL},
    [TLS_EXTENSION_COOKIE] = {IN_CH | IN_HRR, FIELD(cookie), NULL, &opaque_16},
    [TLS_EXTENSION_PSK_KEY_EXCHANGE_MODES] = {IN_CH, FIELD(psk_key_exchange_modes), NULL,
                                              &list_8_of_8},
    [TLS_EXTENSION_CERTIFICATE_AUTHORITIES] = {IN_CH | IN_CREQ, FIELD(certificate_authorities),
                                               certificate_authorities_parse, NULL},
    [TLS_EXTENSION_POST_HANDSHAKE_AUTH] = {IN_CH, FIELD(post_handshake_auth), NULL, &empty},
    [TLS_EXTENSION_SIGNATURE_ALGORITHMS_CERT] = {IN_CH | IN_CREQ, FIELD(signature_algorithms_cert),
                                                 NULL, &list_16_of_16},
    [TLS_EXTENSION_KEY_SHARE] = {IN_CH | IN_SH | IN_HRR, FIELD(key_share), key_share_parse, NULL},
};

/* And the few with high ones. */
static const struct {
    uint16_t type;
    struct row row;
} high_rows[] = {
    {TLS_EXTENSION_NEXT_PROTOCOL_NEGOTIATION, {IN_CH | IN_SH, FIELD(npn), npn_parse, NULL}},
    {TLS_EXTENSION_ENCRYPTED_CLIENT_HELLO,
     {IN_CH | IN_HRR | IN_EE, FIELD(encrypted_client_hello), ech_parse, NULL}},
    {TLS_EXTENSION_RENEGOTIATION_INFO, {IN_CH | IN_SH, FIELD(renegotiation_info), NULL, &opaque_8}},
};

static const struct row *row_find(uint16_t type)
{
    if (type < sizeof(rows) / sizeof(rows[0]))
        return rows[type].contexts != 0 ? &rows[type] : NULL;
    for (size_t i = 0; i < sizeof(high_rows) / sizeof(high_rows[0]); i++)
        if (high_rows[i].type == type)
            return &high_rows[i].row;
    return NULL;
}

/* Note the first of a kind. */
static void note(uint16_t type, bool *has, uint16_t *first)
{
    if (!*has)
        *first = type;
    *has = true;
}

static bool row_parse(const struct row *row, struct bytes in, enum extension_context context,
                      void *field, struct hello_extensions *out)
{
    if (row->parse)
        return row->parse(in, context, out);
    return layout_parse(row->layout, in, &((struct extension_list *)field)->list);
}

/* Read one extension into its field, if it has one. Every field begins with its state. */
static void extension_parse(const struct extension *extension, enum extension_context context,
                            struct hello_extensions *out)
{
    const struct row *row = row_find(extension->type);
    void *field;
    enum extension_state *state;

    if (row == NULL)
        return;
    field = (uint8_t *)out + row->offset;
    state = field;
    if ((row->contexts & (int)context) == 0)
        note(extension->type, &out->has_misplaced, &out->misplaced);
    if (*state != EXTENSION_ABSENT)
        return;
    if (row_parse(row, extension->data, context, field, out)) {
        *state = EXTENSION_WELL_FORMED;
        return;
    }
    memset(field, 0, row->size);
    *state = EXTENSION_MALFORMED;
    note(extension->type, &out->has_malformed, &out->malformed);
}

/* Whether the type is among the count extensions at the front. */
static bool type_is_among(struct bytes extensions, size_t count, uint16_t type)
{
    struct extension extension;

    while (count-- > 0 && extension_next(&extensions, &extension)) {
        if (extension.type == type)
            return true;
    }
    return false;
}

/* Which types there are, for those who tell hellos apart: a set, for browsers shuffle them. A
 * sum of mere numbers would be that of others; multiplied twice, they no longer add up. */
static uint64_t type_number(uint16_t type)
{
    uint64_t number = type * UINT64_C(0x9e3779b97f4a7c15);

    return tls_is_grease(type) ? 0 : (number ^ number >> 32) * UINT64_C(0xff51afd7ed558ccd);
}

/* A type with the bit of an earlier one: of a few, look whether it is the same. */
NEVER_INLINE static void see_again(struct bytes all, size_t count, uint16_t type,
                                   struct hello_extensions *out)
{
    if (count < EXTENSIONS_DUPLICATE_CHECK_MAX && type_is_among(all, count, type))
        note(type, &out->has_duplicate, &out->duplicate);
}

bool extensions_parse_some(struct bytes extensions, enum extension_context context, uint64_t types,
                           struct hello_extensions *out)
{
    const struct bytes all = extensions;
    uint64_t low_types = 0; /* without its bit a type is new */
    uint64_t high_bits = 0; /* likewise */
    uint64_t high_types = 0;
    size_t count = 0;
    struct extension extension;

    memset(out, 0, sizeof *out);
    for (; extension_next(&extensions, &extension); count++) {
        const uint16_t type = extension.type;
        const uint64_t bit = type < 64 ? UINT64_C(1) << type : extension_high_bit(type);
        uint64_t *seen = type < 64 ? &low_types : &high_bits;

        if ((*seen & bit) != 0)
            see_again(all, count, type, out);
        *seen |= bit;
        if (type >= 64)
            high_types += type_number(type);
        if (type < 64 ? (types & bit) != 0 : types == EXTENSIONS_ALL)
            extension_parse(&extension, context, out);
    }
    out->count = count;
    out->low_types = low_types;
    out->high_types = high_types;
    out->high_bits = high_bits;
    out->has_cut = extensions.len > 0;
    return !out->has_cut;
}

bool extensions_parse(struct bytes extensions, enum extension_context context,
                      struct hello_extensions *out)
{
    return extensions_parse_some(extensions, context, EXTENSIONS_ALL, out);
}
