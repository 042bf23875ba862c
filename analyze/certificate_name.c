/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/sha256.h>

#include "analyze/certificate_parts.h"
#include "analyze/der.h"
#include "analyze/text.h"
#include "analyze/utf8.h"
#include "dissect/ascii.h"

enum {
    SHOWN_MAX = 32,      /* attributes that are shown; more than that fit no text */
    PENDING_SIZE = 256,  /* octets given to the digest at once */
    CHARACTER_SIZE = 4,  /* octets of one character in UTF-8 */
    REPLACEMENT = 0xfffd /* U+FFFD, for what is no character */
};

/* AttributeTypeAndValue, RFC 5280 section 4.1.2.4. */
struct attribute {
    struct bytes type; /* OID */
    uint8_t tag;
    struct bytes value;
    bool begins_rdn; /* the first of its RelativeDistinguishedName */
};

struct name_cursor {
    struct bytes rdns;
    struct bytes set; /* what is left of the current RelativeDistinguishedName */
};

/* Take the next attribute; false at the end, and *malformed set when that comes too early. */
static bool attribute_next(struct name_cursor *cursor, struct attribute *out, bool *malformed)
{
    struct bytes pair;
    bool begins = cursor->set.len == 0;

    if (begins && cursor->rdns.len == 0)
        return false;
    *out = (struct attribute){.begins_rdn = begins};
    *malformed = (begins && !der_take(&cursor->rdns, DER_SET, &cursor->set))
                 || !der_take(&cursor->set, DER_SEQUENCE, &pair)
                 || !der_take(&pair, DER_OID, &out->type)
                 || !der_next(&pair, &out->tag, &out->value) || pair.len != 0;
    return !*malformed;
}

/* RFC 4514 section 3 has names for the most usual types; the further ones are OpenSSL's. */
static const struct {
    uint8_t length;
    uint8_t oid[10];
    const char *name;
} type_names[] = {
    {3, {0x55, 0x04, 0x03}, "CN"},
    {3, {0x55, 0x04, 0x0a}, "O"},
    {3, {0x55, 0x04, 0x0b}, "OU"},
    {3, {0x55, 0x04, 0x06}, "C"},
    {3, {0x55, 0x04, 0x08}, "ST"},
    {3, {0x55, 0x04, 0x07}, "L"},
    {3, {0x55, 0x04, 0x09}, "STREET"},
    {10, {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19}, "DC"},
    {10, {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01}, "UID"},
    {9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01}, "emailAddress"},
    {3, {0x55, 0x04, 0x04}, "SN"},
    {3, {0x55, 0x04, 0x05}, "serialNumber"},
    {3, {0x55, 0x04, 0x0c}, "title"},
    {3, {0x55, 0x04, 0x0f}, "businessCategory"},
    {3, {0x55, 0x04, 0x11}, "postalCode"},
    {3, {0x55, 0x04, 0x2a}, "GN"},
    {3, {0x55, 0x04, 0x2e}, "dnQualifier"},
    {3, {0x55, 0x04, 0x61}, "organizationIdentifier"},
};

/* One arc of an object identifier: seven bits an octet, the top bit says that more follow. */
static bool arc_next(struct bytes *oid, uint64_t *out)
{
    uint64_t arc = 0;
    uint8_t octet;

    do {
        if (arc > UINT64_MAX >> 7 || !bytes_u8(oid, &octet))
            return false;
        arc = arc << 7 | (octet & 0x7f);
    } while ((octet & 0x80) != 0);
    *out = arc;
    return true;
}

void certificate_add_oid(struct text *text, struct bytes oid)
{
    uint64_t arc;

    /* The first two arcs share a number: 40 times the first, which is 0 to 2, and the second. */
    if (!arc_next(&oid, &arc)) {
        text_add(text, "OID");
        return;
    }
    uint64_t first = arc < 80 ? arc / 40 : 2;

    text_add(text, "%llu.%llu", (unsigned long long)first, (unsigned long long)(arc - 40 * first));
    while (oid.len > 0 && arc_next(&oid, &arc))
        text_add(text, ".%llu", (unsigned long long)arc);
}

static const char *type_name(struct bytes type)
{
    for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++)
        if (bytes_equal(type, bytes_of(type_names[i].oid, type_names[i].length)))
            return type_names[i].name;
    return NULL;
}

static size_t utf8_encode(uint32_t code_point, uint8_t out[CHARACTER_SIZE])
{
    static const uint8_t lead[] = {0, 0x00, 0xc0, 0xe0, 0xf0};
    size_t length;

    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
        code_point = REPLACEMENT;
    length = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    out[0] = (uint8_t)(lead[length] | code_point);
    return length;
}

/* Octets of a character in a string type; 0: its octets are UTF-8 or ASCII already. */
static size_t character_width(uint8_t tag)
{
    if (tag == DER_BMP_STRING)
        return 2;
    if (tag == DER_UNIVERSAL_STRING)
        return 4;
    return tag == DER_TELETEX_STRING ? 1 : 0;
}

static bool is_string(uint8_t tag)
{
    return tag == DER_UTF8_STRING || tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING
           || tag == DER_TELETEX_STRING || tag == DER_BMP_STRING || tag == DER_UNIVERSAL_STRING
           || tag == DER_NUMERIC_STRING || tag == DER_VISIBLE_STRING;
}

/* Take the next character of a string off *value as UTF-8. An octet that is no character is
 * given as it is. The length is 0 at the end. */
static size_t character_next(uint8_t tag, struct bytes *value, uint8_t out[CHARACTER_SIZE])
{
    size_t width = character_width(tag);
    uint32_t code_point;
    uint64_t number;
    struct bytes octets;
    size_t length;

    if (width > 0)
        return bytes_uint(value, width, &number) ? utf8_encode((uint32_t)number, out) : 0;
    length = utf8_character(*value, &code_point);
    if (!bytes_take(value, length > 0 ? length : 1, &octets))
        return 0;
    memcpy(out, octets.data, octets.len);
    return octets.len;
}

/* --- the text --- */

/* What RFC 4514 section 2.4 escapes with a backslash; the backslash itself becomes \x5c. */
static bool is_special(uint8_t octet)
{
    return octet != '\0' && strchr("\"+,;<>", octet) != NULL;
}

static void add_value(struct text *text, const struct attribute *attribute, bool escape)
{
    struct bytes value = attribute->value;
    uint8_t character[CHARACTER_SIZE];
    size_t length;

    if (!is_string(attribute->tag)) {
        text_add(text, "#%02x", attribute->tag);
        for (size_t i = 0; i < value.len && !text->cut; i++)
            text_add(text, "%02x", value.data[i]);
        return;
    }
    while (!text->cut && (length = character_next(attribute->tag, &value, character)) > 0) {
        if (escape && is_special(character[0]))
            text_add(text, "\\%c", character[0]);
        else
            text_add_untrusted(text, bytes_of(character, length));
    }
}

static void add_attribute(struct text *text, const struct attribute *attribute)
{
    const char *name = type_name(attribute->type);

    if (name != NULL)
        text_add(text, "%s", name);
    else
        certificate_add_oid(text, attribute->type);
    text_add(text, "=");
    add_value(text, attribute, true);
}

/* RFC 4514 section 2.1: the last RelativeDistinguishedName first. */
static void write_text(const struct attribute *shown, size_t count, char *out)
{
    struct text text = text_begin(out, CERTIFICATE_TEXT_SIZE);
    size_t end = count;

    while (end > 0) {
        size_t begin = end - 1;

        while (!shown[begin].begins_rdn)
            begin--;
        text_add(&text, end < count ? "," : "");
        for (size_t i = begin; i < end; i++) {
            text_add(&text, i > begin ? "+" : "");
            add_attribute(&text, &shown[i]);
        }
        end = begin;
    }
}

static void write_common_name(const struct attribute *attribute, char *out)
{
    struct text text = text_begin(out, CERTIFICATE_TEXT_SIZE);

    if (attribute->type.len > 0)
        add_value(&text, attribute, false);
}

/* --- the identity --- */

/* A SHA-256 digest that is fed a character at a time. */
struct identity {
    wc_Sha256 sha256;
    uint8_t pending[PENDING_SIZE];
    size_t length;
    bool is_good;
};

static void identity_flush(struct identity *identity)
{
    identity->is_good =
        identity->is_good
        && wc_Sha256Update(&identity->sha256, identity->pending, (word32)identity->length) == 0;
    identity->length = 0;
}

static void identity_add(struct identity *identity, struct bytes octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        if (identity->length == PENDING_SIZE)
            identity_flush(identity);
        identity->pending[identity->length++] = octets.data[i];
    }
}

/* A mark between parts: octets that no UTF-8 text contains. */
static void identity_add_mark(struct identity *identity, uint8_t mark)
{
    identity_add(identity, bytes_of(&mark, 1));
}

static bool is_space(uint8_t octet)
{
    return octet == ' ' || (octet >= '\t' && octet <= '\r');
}

/* RFC 5280 section 7.1: without case, without spaces around, one space for several within. */
static void identity_add_string(struct identity *identity, uint8_t tag, struct bytes value)
{
    uint8_t character[CHARACTER_SIZE];
    size_t length;
    bool began = false;
    bool space = false;

    while ((length = character_next(tag, &value, character)) > 0) {
        if (is_space(character[0])) {
            space = began;
            continue;
        }
        if (space)
            identity_add(identity, bytes_of(" ", 1));
        character[0] = ascii_lower(character[0]);
        identity_add(identity, bytes_of(character, length));
        began = true;
        space = false;
    }
}

static void identity_add_attribute(struct identity *identity, const struct attribute *attribute)
{
    uint8_t length = (uint8_t)attribute->type.len;

    identity_add_mark(identity, attribute->begins_rdn ? 0xfe : 0xff);
    identity_add_mark(identity, length);
    identity_add(identity, attribute->type);
    if (is_string(attribute->tag)) {
        identity_add_string(identity, attribute->tag, attribute->value);
        return;
    }
    identity_add_mark(identity, 0xfd);
    identity_add_mark(identity, attribute->tag);
    identity_add(identity, attribute->value);
}

static void identity_end(struct identity *identity, struct certificate_name_id *out)
{
    uint8_t digest[WC_SHA256_DIGEST_SIZE] = {0};

    identity_flush(identity);
    identity->is_good = identity->is_good && wc_Sha256Final(&identity->sha256, digest) == 0;
    wc_Sha256Free(&identity->sha256);
    memcpy(out->octets, digest, CERTIFICATE_NAME_ID_LEN);
}

bool certificate_distinguished_name_read(struct bytes rdns, struct certificate_name_text *out)
{
    static const uint8_t common_name_oid[] = {0x55, 0x04, 0x03};
    struct name_cursor cursor = {.rdns = rdns};
    struct attribute shown[SHOWN_MAX];
    struct attribute attribute;
    struct attribute common_name = {0};
    struct identity identity = {.length = 0};
    size_t count = 0;
    bool malformed = false;

    identity.is_good = wc_InitSha256(&identity.sha256) == 0;
    while (attribute_next(&cursor, &attribute, &malformed)) {
        identity_add_attribute(&identity, &attribute);
        if (bytes_equal(attribute.type, bytes_of(common_name_oid, sizeof(common_name_oid))))
            common_name = attribute;
        if (count < SHOWN_MAX)
            shown[count++] = attribute;
    }
    identity_end(&identity, &out->id);
    if (malformed || !identity.is_good)
        return false;
    if (out->text != NULL)
        write_text(shown, count, out->text);
    if (out->common_name != NULL)
        write_common_name(&common_name, out->common_name);
    return true;
}
