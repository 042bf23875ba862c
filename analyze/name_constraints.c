/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/name_constraints.h"

#include "analyze/der.h"
#include "analyze/name_match.h"
#include "dissect/ascii.h"

/* Subtrees looked at for one name: real constraints have some tens. */
enum { SUBTREES_MAX = 128 };

static bool ends_with(struct bytes name, struct bytes end)
{
    size_t before = name.len - end.len;

    if (end.len > name.len)
        return false;
    for (size_t i = 0; i < end.len; i++)
        if (ascii_lower(name.data[before + i]) != ascii_lower(end.data[i]))
            return false;
    return true;
}

bool name_constraints_dns_within(struct bytes name, struct bytes base)
{
    if (base.len == 0)
        return true;
    if (!ends_with(name, base))
        return false;
    if (name.len == base.len || base.data[0] == '.')
        return true;
    return name.data[name.len - base.len - 1] == '.';
}

bool name_constraints_address_within(struct bytes address, struct bytes subtree)
{
    if (subtree.len != 2 * address.len)
        return false;
    for (size_t i = 0; i < address.len; i++) {
        uint8_t mask = subtree.data[address.len + i];

        if (((address.data[i] ^ subtree.data[i]) & mask) != 0)
            return false;
    }
    return true;
}

/* One name to judge, and what was found of it among the subtrees. */
struct subject {
    uint8_t type;
    struct bytes octets;
    bool has_type; /* a subtree of this type is there */
    bool is_within;
    bool is_bad; /* a subtree that cannot be read */
};

/* GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0], maximum [1] }: the latter two are
 * not used in this profile. */
static void look_at_subtree(struct bytes subtree, struct subject *subject)
{
    struct bytes base;
    uint8_t tag;

    if (!der_next(&subtree, &tag, &base)) {
        subject->is_bad = true;
        return;
    }
    if (tag != (DER_CONTEXT | subject->type))
        return;
    subject->has_type = true;
    subject->is_within |= subject->type == NAME_DNS
                              ? name_constraints_dns_within(subject->octets, base)
                              : name_constraints_address_within(subject->octets, base);
}

/* GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF GeneralSubtree */
static void look_at_subtrees(struct bytes subtrees, struct subject *subject)
{
    struct bytes subtree;

    for (size_t i = 0; subtrees.len > 0; i++) {
        if (i == SUBTREES_MAX || !der_take(&subtrees, DER_SEQUENCE, &subtree)) {
            subject->is_bad = true;
            return;
        }
        look_at_subtree(subtree, subject);
    }
}

/* NameConstraints ::= SEQUENCE {
 *     permittedSubtrees [0] GeneralSubtrees OPTIONAL,
 *     excludedSubtrees  [1] GeneralSubtrees OPTIONAL } */
static enum constraints_verdict judge_name(struct bytes constraints, uint8_t type,
                                           struct bytes octets)
{
    struct subject permitted = {.type = type, .octets = octets};
    struct subject excluded = permitted;
    struct bytes subtrees;

    if (der_take_optional(&constraints, DER_CONTEXT_CONSTRUCTED | 0, &subtrees))
        look_at_subtrees(subtrees, &permitted);
    if (der_take_optional(&constraints, DER_CONTEXT_CONSTRUCTED | 1, &subtrees))
        look_at_subtrees(subtrees, &excluded);
    if (constraints.len > 0 || permitted.is_bad || excluded.is_bad)
        return CONSTRAINTS_UNKNOWN;
    if ((permitted.has_type && !permitted.is_within) || excluded.is_within)
        return CONSTRAINTS_VIOLATED;
    return CONSTRAINTS_MET;
}

static bool is_name_octet(uint8_t octet)
{
    return ascii_is_alphanumeric(octet) || octet == '-' || octet == '_' || octet == '*';
}

/* Labels of letters, digits and hyphens with dots between, two at least. */
static bool has_form_of_dns(struct bytes name)
{
    bool has_dot = false;

    if (name.len == 0 || name.data[0] == '.' || name.data[name.len - 1] == '.')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        bool is_dot = name.data[i] == '.';

        if (!is_dot && !is_name_octet(name.data[i]))
            return false;
        if (is_dot && name.data[i - 1] == '.')
            return false;
        has_dot |= is_dot;
    }
    return has_dot;
}

static enum constraints_verdict judge_common_name(struct bytes constraints,
                                                  const struct certificate *certificate)
{
    struct bytes name = bytes_of(certificate->common_name, strlen(certificate->common_name));

    return has_form_of_dns(name) ? judge_name(constraints, NAME_DNS, name) : CONSTRAINTS_MET;
}

enum constraints_verdict name_constraints_judge(const struct certificate *issuer,
                                                const struct certificate *certificate, bool is_leaf)
{
    struct bytes constraints = bytes_of(issuer->constraints, issuer->constraints_length);
    enum constraints_verdict worst = CONSTRAINTS_MET;
    bool has_dns = false;

    if (!issuer->has_name_constraints)
        return CONSTRAINTS_MET;
    if (constraints.len == 0)
        return CONSTRAINTS_UNKNOWN;
    for (size_t i = 0; i < certificate->name_count; i++) {
        uint8_t type = certificate->names[i].type;
        enum constraints_verdict verdict;

        if (type != NAME_DNS && type != NAME_IP)
            continue;
        has_dns |= type == NAME_DNS;
        verdict = judge_name(constraints, type, certificate_name(certificate, i));
        if (verdict == CONSTRAINTS_VIOLATED)
            return verdict;
        if (verdict == CONSTRAINTS_UNKNOWN)
            worst = verdict;
    }
    if (certificate->names_cut > 0)
        return CONSTRAINTS_UNKNOWN;
    if (worst == CONSTRAINTS_MET && is_leaf && !has_dns)
        return judge_common_name(constraints, certificate);
    return worst;
}
