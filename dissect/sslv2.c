/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/sslv2.h"

enum { MESSAGE_ERROR = 0, MESSAGE_CLIENT_HELLO = 1, MESSAGE_SERVER_HELLO = 4 };

enum {
    TWO_OCTETS_BIT = 0x80,  /* the header has two octets, else three */
    ESCAPE_BIT = 0x40,      /* in a header of three: the record is out of band */
    CLIENT_HELLO_FIXED = 9, /* octets of the fields before the three lists */
    SERVER_HELLO_FIXED = 11,
    ERROR_LENGTH = 3,
    SESSION_ID_SSL2 = 16,
    SESSION_ID_SSL3 = 32,
    CHALLENGE_MIN = 16,
    CHALLENGE_MAX = 32,
    CONNECTION_ID_MIN = 16,
    CONNECTION_ID_MAX = 32,
    CERTIFICATE_TYPE_MAX = 1
};

/* What is known of a message before it is there. */
struct kind {
    uint8_t type;
    size_t length_min;
    size_t length_max;
    bool has_short_header; /* whether the three-octet header is taken too */
    /* Whether in, the octets after the type as far as they are there, can be the beginning of a
     * message of this length. */
    bool (*fits)(struct bytes in, size_t length);
};

static bool version_fits(uint16_t version)
{
    return version == TLS_VERSION_SSL2
           || (version >= TLS_VERSION_SSL3 && version <= TLS_VERSION_1_3);
}

static bool client_hello_fits(struct bytes in, size_t length)
{
    uint16_t version, cipher_specs, session_id, challenge;

    if (!bytes_u16(&in, &version))
        return in.len == 0 || in.data[0] == 0 || in.data[0] == TLS_VERSION_SSL3 >> 8;
    if (!version_fits(version))
        return false;
    if (!bytes_u16(&in, &cipher_specs) || !bytes_u16(&in, &session_id)
        || !bytes_u16(&in, &challenge))
        return true;
    return cipher_specs > 0 && cipher_specs % SSLV2_CIPHER_SPEC_SIZE == 0
           && (session_id == 0 || session_id == SESSION_ID_SSL2 || session_id == SESSION_ID_SSL3)
           && challenge >= CHALLENGE_MIN && challenge <= CHALLENGE_MAX
           && length == (size_t)CLIENT_HELLO_FIXED + cipher_specs + session_id + challenge;
}

static bool server_hello_fits(struct bytes in, size_t length)
{
    uint8_t is_hit, certificate_type;
    uint16_t version, certificate, cipher_specs, connection_id;

    if (!bytes_u8(&in, &is_hit))
        return true;
    if (is_hit > 1)
        return false;
    if (!bytes_u8(&in, &certificate_type))
        return true;
    if (certificate_type > CERTIFICATE_TYPE_MAX)
        return false;
    if (!bytes_u16(&in, &version))
        return in.len == 0 || in.data[0] == 0;
    if (version != TLS_VERSION_SSL2)
        return false;
    if (!bytes_u16(&in, &certificate) || !bytes_u16(&in, &cipher_specs)
        || !bytes_u16(&in, &connection_id))
        return true;
    return cipher_specs % SSLV2_CIPHER_SPEC_SIZE == 0 && connection_id >= CONNECTION_ID_MIN
           && connection_id <= CONNECTION_ID_MAX
           && length == (size_t)SERVER_HELLO_FIXED + certificate + cipher_specs + connection_id;
}

static bool error_fits(struct bytes in, size_t length)
{
    uint16_t error;

    (void)length;
    if (!bytes_u16(&in, &error))
        return in.len == 0 || in.data[0] == 0;
    return sslv2_error_name(error) != NULL;
}

static const struct kind client_hello = {
    .type = MESSAGE_CLIENT_HELLO,
    .length_min = CLIENT_HELLO_FIXED,
    .length_max = SSLV2_CLIENT_HELLO_MAX,
    .has_short_header = true,
    .fits = client_hello_fits,
};
static const struct kind server_hello = {
    .type = MESSAGE_SERVER_HELLO,
    .length_min = SERVER_HELLO_FIXED,
    .length_max = SSLV2_SERVER_HELLO_MAX,
    .fits = server_hello_fits,
};
static const struct kind error_message = {
    .type = MESSAGE_ERROR,
    .length_min = ERROR_LENGTH,
    .length_max = ERROR_LENGTH,
    .fits = error_fits,
};

/* Whether this can be the first octet of the message's record header. */
static bool first_octet_fits(uint8_t first, const struct kind *kind)
{
    if ((first & TWO_OCTETS_BIT) != 0)
        return (first & ~TWO_OCTETS_BIT) <= kind->length_max >> 8;
    return kind->has_short_header && (first & ESCAPE_BIT) == 0 && first <= kind->length_max >> 8;
}

/* Read the record header. RECORD_PARTIAL if it is not whole. */
static enum record_status header_take(struct bytes *in, const struct kind *kind, size_t *length)
{
    uint8_t first, second;
    uint8_t padding = 0;

    if (!bytes_u8(in, &first))
        return RECORD_PARTIAL;
    if (!first_octet_fits(first, kind))
        return RECORD_ALIEN;
    if (!bytes_u8(in, &second))
        return RECORD_PARTIAL;
    *length = (size_t)(first & ~TWO_OCTETS_BIT) << 8 | second;
    if (*length < kind->length_min || *length > kind->length_max)
        return RECORD_ALIEN;
    if ((first & TWO_OCTETS_BIT) == 0 && !bytes_u8(in, &padding))
        return RECORD_PARTIAL;
    return padding == 0 ? RECORD_OK : RECORD_ALIEN;
}

/* Cut the message of this kind off the front of *stream: *out is all of it, type included. */
static enum record_status message_cut(struct bytes *stream, const struct kind *kind,
                                      struct bytes *out, size_t *need)
{
    struct bytes in = *stream;
    struct bytes fields;
    size_t length;
    uint8_t type;
    enum record_status status = header_take(&in, kind, &length);

    if (status != RECORD_OK) {
        *need = status == RECORD_PARTIAL ? SSLV2_HEADER_MAX : *need;
        return status;
    }
    fields = in;
    if (bytes_u8(&fields, &type) && (type != kind->type || !kind->fits(fields, length)))
        return RECORD_ALIEN;
    if (!bytes_take(&in, length, out)) {
        *need = stream->len - in.len + length;
        return RECORD_PARTIAL;
    }
    *stream = in;
    return RECORD_OK;
}

enum record_status sslv2_client_hello_next(struct bytes *stream, struct sslv2_client_hello *out,
                                           size_t *need)
{
    struct bytes next = *stream;
    struct bytes in;
    struct sslv2_client_hello hello;
    uint16_t cipher_specs, session_id, challenge;
    enum record_status status = message_cut(&next, &client_hello, &in, need);

    if (status != RECORD_OK)
        return status;
    hello.message = in;
    /* client_hello_fits() has compared the lengths, so none of these can fail. */
    if (!bytes_skip(&in, 1) || !bytes_u16(&in, &hello.version) || !bytes_u16(&in, &cipher_specs)
        || !bytes_u16(&in, &session_id) || !bytes_u16(&in, &challenge)
        || !bytes_take(&in, cipher_specs, &hello.cipher_specs)
        || !bytes_take(&in, session_id, &hello.session_id)
        || !bytes_take(&in, challenge, &hello.challenge))
        return RECORD_ALIEN;
    *out = hello;
    *stream = next;
    return RECORD_OK;
}

enum record_status sslv2_server_hello_next(struct bytes *stream, struct sslv2_server_hello *out,
                                           size_t *need)
{
    struct bytes next = *stream;
    struct bytes in;
    struct sslv2_server_hello hello;
    uint16_t certificate, cipher_specs, connection_id;
    enum record_status status = message_cut(&next, &server_hello, &in, need);

    if (status != RECORD_OK)
        return status;
    /* As above, with server_hello_fits(). */
    if (!bytes_skip(&in, 2) || !bytes_u8(&in, &hello.certificate_type)
        || !bytes_u16(&in, &hello.version) || !bytes_u16(&in, &certificate)
        || !bytes_u16(&in, &cipher_specs) || !bytes_u16(&in, &connection_id)
        || !bytes_take(&in, certificate, &hello.certificate)
        || !bytes_take(&in, cipher_specs, &hello.cipher_specs)
        || !bytes_take(&in, connection_id, &hello.connection_id))
        return RECORD_ALIEN;
    *out = hello;
    *stream = next;
    return RECORD_OK;
}

enum record_status sslv2_error_next(struct bytes *stream, uint16_t *out, size_t *need)
{
    struct bytes next = *stream;
    struct bytes in;
    enum record_status status = message_cut(&next, &error_message, &in, need);

    if (status != RECORD_OK)
        return status;
    if (!bytes_skip(&in, 1) || !bytes_u16(&in, out))
        return RECORD_ALIEN;
    *stream = next;
    return RECORD_OK;
}

bool sslv2_cipher_spec_next(struct bytes *cipher_specs, uint32_t *out)
{
    return bytes_u24(cipher_specs, out);
}

const char *sslv2_error_name(uint16_t error)
{
    switch (error) {
    case SSLV2_ERROR_NO_CIPHER:
        return "NO-CIPHER-ERROR";
    case SSLV2_ERROR_NO_CERTIFICATE:
        return "NO-CERTIFICATE-ERROR";
    case SSLV2_ERROR_BAD_CERTIFICATE:
        return "BAD-CERTIFICATE-ERROR";
    case SSLV2_ERROR_UNSUPPORTED_CERTIFICATE_TYPE:
        return "UNSUPPORTED-CERTIFICATE-TYPE-ERROR";
    default:
        return NULL;
    }
}
