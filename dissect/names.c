/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/names.h"

#include <stdio.h>

#include "dissect/suite.h"
#include "dissect/tls.h"

struct name {
    uint32_t value;
    const char *text;
};

/* clang-format off */
#define NAME(value, text) {(value), (text)},
static const struct name alerts[] = {
#include "dissect/def/alert.def"
};
static const struct name alert_levels[] = {
#include "dissect/def/alert_level.def"
};
static const struct name extensions[] = {
#include "dissect/def/extension.def"
};
static const struct name groups[] = {
#include "dissect/def/group.def"
};
static const struct name handshake_types[] = {
#include "dissect/def/handshake_type.def"
};
static const struct name signature_schemes[] = {
#include "dissect/def/signature_scheme.def"
};
static const struct name ssl2_cipher_kinds[] = {
#include "dissect/def/ssl2_cipher_kind.def"
};
static const struct name tlcp_suites[] = {
#include "dissect/def/tlcp_suite.def"
};
static const struct name versions[] = {
#include "dissect/def/version.def"
};
#undef NAME
/* clang-format on */

static const char *find(const struct name *table, size_t count, uint32_t value)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (table[middle].value == value)
            return table[middle].text;
        if (table[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* For the registries in which RFC 8701 reserves two-octet values. */
static const char *find_or_grease(const struct name *table, size_t count, uint16_t value)
{
    return tls_is_grease(value) ? "GREASE" : find(table, count, value);
}

const char *names_cipher_suite(uint16_t value)
{
    const struct suite *suite = suite_find(value);

    return suite ? suite->name
                 : find_or_grease(tlcp_suites, sizeof(tlcp_suites) / sizeof(tlcp_suites[0]), value);
}

const char *names_ssl2_cipher_kind(uint32_t value)
{
    if (value <= UINT16_MAX)
        return names_cipher_suite((uint16_t)value);
    return find(ssl2_cipher_kinds, sizeof(ssl2_cipher_kinds) / sizeof(ssl2_cipher_kinds[0]), value);
}

const char *names_alert(uint8_t value)
{
    return find(alerts, sizeof(alerts) / sizeof(alerts[0]), value);
}

const char *names_alert_level(uint8_t value)
{
    return find(alert_levels, sizeof(alert_levels) / sizeof(alert_levels[0]), value);
}

const char *names_extension(uint16_t value)
{
    return find_or_grease(extensions, sizeof(extensions) / sizeof(extensions[0]), value);
}

const char *names_group(uint16_t value)
{
    return find_or_grease(groups, sizeof(groups) / sizeof(groups[0]), value);
}

const char *names_handshake_type(uint8_t value)
{
    return find(handshake_types, sizeof(handshake_types) / sizeof(handshake_types[0]), value);
}

const char *names_signature_scheme(uint16_t value)
{
    return find_or_grease(signature_schemes,
                          sizeof(signature_schemes) / sizeof(signature_schemes[0]), value);
}

const char *names_version(uint16_t value)
{
    return find_or_grease(versions, sizeof(versions) / sizeof(versions[0]), value);
}

const char *names_or_hex(char *buffer, size_t size, const char *name, unsigned value,
                         unsigned digits)
{
    if (name)
        return name;
    snprintf(buffer, size, "0x%0*x", (int)(digits < 8 ? digits : 8), value);
    return buffer;
}
