/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/host_name.h"

#include "dissect/ascii.h"

static bool has_other_characters(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_is_alphanumeric(name.data[i]) && name.data[i] != '-' && name.data[i] != '.')
            return true;
    return false;
}

static bool ends_with_dot(struct bytes name)
{
    return name.data[name.len - 1] == '.';
}

/* A label is empty, or begins or ends with a hyphen. */
static bool has_odd_label(struct bytes name)
{
    uint8_t before = '.';

    for (size_t i = 0; i <= name.len; i++) {
        uint8_t octet = i < name.len ? name.data[i] : '.';

        if ((before == '.' || octet == '.') && (before == '-' || octet == '-' || before == octet))
            return true;
        before = octet;
    }
    return false;
}

const char *host_name_oddity(struct bytes name)
{
    static const struct {
        bool (*is_so)(struct bytes name);
        const char *text;
    } rows[] = {
        {has_other_characters, "it has other characters than letters, digits and hyphens"},
        {ends_with_dot, "it ends with a dot"},
        {has_odd_label, "a label of it is empty, or begins or ends with a hyphen"},
    };

    for (size_t i = 0; name.len > 0 && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].is_so(name))
            return rows[i].text;
    return NULL;
}
