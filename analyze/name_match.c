/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/name_match.h"

#include "dissect/ascii.h"

#include <arpa/inet.h>

enum { DNS_NAME_MAX = 255 }; /* octets of a name, RFC 1035 section 2.3.4 */

static bool equal_without_case(struct bytes a, struct bytes b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
            return false;
    return true;
}

/* A trailing dot says that the name asked for is absolute, which it is anyway. */
static struct bytes without_root(struct bytes name)
{
    if (name.len > 1 && name.data[name.len - 1] == '.')
        name.len--;
    return name;
}

/* Drop the first label and the dot after it. False when there is no dot, or no label. */
static bool skip_label(struct bytes *name)
{
    const uint8_t *dot = name->len > 0 ? memchr(name->data, '.', name->len) : NULL;

    return dot != NULL && dot != name->data && bytes_skip(name, (size_t)(dot - name->data) + 1);
}

static bool contains_octet(struct bytes in, uint8_t octet)
{
    return in.len > 0 && memchr(in.data, octet, in.len) != NULL;
}

/* RFC 9525 section 6.3: "*" is the whole left-most label, and stands for one. */
static bool wildcard_matches(struct bytes pattern, struct bytes reference)
{
    struct bytes rest = reference;
    struct bytes parent = pattern;

    if (!skip_label(&parent) || !skip_label(&rest))
        return false;
    /* "*.com" would stand for all of a top-level domain: clients refuse it. */
    if (!contains_octet(parent, '.') || contains_octet(parent, '*'))
        return false;
    return equal_without_case(parent, rest);
}

bool name_match_dns(struct bytes pattern, struct bytes reference)
{
    reference = without_root(reference);
    if (pattern.len == 0 || reference.len == 0)
        return false;
    if (bytes_start_with(pattern, "*."))
        return wildcard_matches(pattern, reference);
    return equal_without_case(pattern, reference);
}

bool name_match_is_address(struct bytes reference, uint8_t *address, size_t *length)
{
    char text[INET6_ADDRSTRLEN];

    if (reference.len == 0 || reference.len >= sizeof(text) || contains_octet(reference, '\0'))
        return false;
    memcpy(text, reference.data, reference.len);
    text[reference.len] = '\0';
    *length = 4;
    if (inet_pton(AF_INET, text, address) == 1)
        return true;
    *length = 16;
    return inet_pton(AF_INET6, text, address) == 1;
}

/* What a reference name is compared with. */
struct wanted {
    uint8_t type; /* NAME_DNS or NAME_IP */
    struct bytes octets;
};

static bool name_fits(const struct wanted *wanted, struct bytes name)
{
    return wanted->type == NAME_DNS ? name_match_dns(name, wanted->octets)
                                    : bytes_equal(name, wanted->octets);
}

/* The common name counts only where no name of a kind that would be compared is there: RFC 6125
 * section 6.4.4, which RFC 9525 took away. */
static enum name_match common_name_match(const struct certificate *certificate,
                                         struct bytes reference, bool is_address)
{
    struct bytes common_name = bytes_of(certificate->common_name, strlen(certificate->common_name));
    bool matches =
        is_address ? bytes_equal(common_name, reference) : name_match_dns(common_name, reference);

    return matches ? NAME_MATCH_COMMON_NAME : NAME_MATCH_MISMATCH;
}

/* There may be names that are not known: some were cut, or the extension could not be read. */
static bool names_are_incomplete(const struct certificate *certificate)
{
    if (certificate->names_cut > 0)
        return true;
    return !certificate->has_subject_alt_name
           && (certificate->malformed_extension || certificate->reading != CERTIFICATE_READ);
}

enum name_match name_match_certificate(const struct certificate *certificate,
                                       struct bytes reference)
{
    uint8_t address[16];
    struct wanted wanted = {.type = NAME_DNS, .octets = reference};
    size_t length;
    bool has_type = false;

    if (certificate->reading == CERTIFICATE_UNREADABLE || reference.len == 0
        || reference.len > DNS_NAME_MAX)
        return NAME_MATCH_NOT_CHECKED;
    if (name_match_is_address(reference, address, &length))
        wanted = (struct wanted){.type = NAME_IP, .octets = bytes_of(address, length)};

    for (size_t i = 0; i < certificate->name_count; i++) {
        if (certificate->names[i].type != wanted.type)
            continue;
        has_type = true;
        if (name_fits(&wanted, certificate_name(certificate, i)))
            return NAME_MATCH_SAN;
    }
    if (names_are_incomplete(certificate))
        return NAME_MATCH_UNDECIDED;
    if (has_type)
        return NAME_MATCH_MISMATCH;
    return common_name_match(certificate, reference, wanted.type == NAME_IP);
}
