/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/public_name.h"

#include "dissect/ascii.h"

#include <strings.h>

static const char *const private_domains[] = {
    "test", "example",  "invalid", "localhost", "local",       "onion",  "alt",
    "arpa", "internal", "home",    "corp",      "mail",        "lan",    "intranet",
    "priv", "private",  "domain",  "localnet",  "localdomain", "intern", "workgroup",
};

static bool is_private(struct bytes label)
{
    for (size_t i = 0; i < sizeof(private_domains) / sizeof(private_domains[0]); i++)
        if (label.len == strlen(private_domains[i])
            && strncasecmp((const char *)label.data, private_domains[i], label.len) == 0)
            return true;
    return false;
}

/* A top-level domain is letters, or the A-label of such (RFC 3696 section 2): never digits alone,
 * which keeps IPv4 addresses out. */
static bool is_top_level(struct bytes label)
{
    bool has_letter = false;

    for (size_t i = 0; i < label.len; i++) {
        if (!ascii_is_alphanumeric(label.data[i]) && label.data[i] != '-')
            return false;
        has_letter = has_letter || ascii_is_letter(label.data[i]);
    }
    return has_letter && label.len >= 2;
}

bool public_name_is(struct bytes name)
{
    struct bytes last;
    size_t start;

    if (name.len > 0 && name.data[name.len - 1] == '.') /* the root, written out */
        name.len--;
    start = name.len;
    while (start > 0 && name.data[start - 1] != '.')
        start--;
    if (start < 2) /* one label, or nothing before the dot */
        return false;
    last = bytes_of(name.data + start, name.len - start);
    return is_top_level(last) && !is_private(last);
}
