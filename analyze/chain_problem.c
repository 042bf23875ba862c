/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/chain_problem.h"

#include "analyze/causes/causes.h"

enum {
    NAMES_MAX = 4,     /* of a certificate that fit in a sentence */
    NAME_TEXT_MAX = 80 /* octets of one of them */
};

/* "the certificate" or "the issuer's certificate CN=..." by its place in the path. */
static void add_which(struct text *text, const struct certificate *certificate, size_t depth)
{
    text_add_string(text, depth == 0 ? "the certificate" : "the issuer's certificate of ");
    if (depth > 0)
        text_add_string(text, certificate->subject);
}

static bool is_revoked(const struct chain_judgement *chain)
{
    return chain->revoked != NULL;
}

static void tell_revoked(const struct chain_judgement *chain, struct text *text)
{
    add_which(text, chain->revoked, chain->revoked_depth);
    text_add_string(text, " is revoked, says ");
    text_add_string(text, chain->revoked_by_staple ? "the stapled OCSP response" : "a CRL");
}

/* The issuer's name comes last: it can be so long that what follows is cut. */
void chain_problem_add_validity(struct text *text, const struct chain_judgement *chain)
{
    const struct certificate *certificate = chain->validity_of;
    bool is_past = chain->validity == VALIDITY_EXPIRED;

    text_add_string(text,
                    chain->validity_depth == 0 ? "the certificate" : "an issuer's certificate");
    text_add_string(text, is_past ? " expired on " : " is not valid before ");
    text_add_date(text, is_past ? certificate->not_after : certificate->not_before);
    text_add_string(text, ", ");
    text_add_seconds(text, chain->validity_off_by);
    text_add_string(text, is_past ? " before this packet" : " after this packet");
    if (chain->validity_depth == 0)
        return;
    text_add_string(text, ": ");
    text_add_string(text, certificate->subject);
}

static bool is_expired(const struct chain_judgement *chain)
{
    return chain->validity == VALIDITY_EXPIRED;
}

static bool is_not_yet_valid(const struct chain_judgement *chain)
{
    return chain->validity == VALIDITY_NOT_YET;
}

static void tell_validity(const struct chain_judgement *chain, struct text *text)
{
    chain_problem_add_validity(text, chain);
}

static bool is_self_signed(const struct chain_judgement *chain)
{
    return chain->end == CHAIN_END_SELF_SIGNED;
}

static void tell_self_signed(const struct chain_judgement *chain, struct text *text)
{
    text_add_string(text, "the certificate is its own issuer and not in the trust store: ");
    text_add_string(text, chain->leaf->subject);
}

static void tell_untrusted_root(const struct chain_judgement *chain, struct text *text)
{
    text_add_string(text, "the chain ends at a root that is not in the trust store: ");
    text_add_string(text, chain->last->issuer);
}

static bool lacks_issuer(const struct chain_judgement *chain)
{
    return chain->end == CHAIN_END_ISSUER_MISSING && !chain_ends_at_untrusted_root(chain);
}

static void tell_missing_issuer(const struct chain_judgement *chain, struct text *text)
{
    text_add_string(text, chain_lacks_intermediate(chain)
                              ? "the chain is incomplete: "
                              : "the chain is incomplete, or its root is private: ");
    text_add_string(text, chain->last->issuer[0] != '\0' ? chain->last->issuer
                                                         : "an issuer without a name");
    text_add_string(text, " is neither sent nor in the trust store");
    if (chain->issuer_url == NULL)
        return;
    text_add_string(text, "; it can be fetched from ");
    text_add_string(text, chain->issuer_url);
}

void chain_problem_add_names(struct text *text, const struct certificate *leaf)
{
    char name[NAME_TEXT_MAX];

    text_add_string(text, "the certificate stands for ");
    for (size_t i = 0; i < leaf->name_count && i < NAMES_MAX; i++) {
        certificate_name_text(leaf, i, name, sizeof(name));
        text_add_string(text, i > 0 ? ", " : "");
        text_add_string(text, name);
    }
    if (leaf->name_count > NAMES_MAX)
        text_add(text, " and %d more", leaf->name_count - NAMES_MAX);
    if (leaf->name_count > 0)
        return;
    text_add_string(text, leaf->common_name[0] != '\0' ? "no name but its common name "
                                                       : "no name at all");
    text_add_string(text, leaf->common_name);
}

static bool is_for_other_name(const struct chain_judgement *chain)
{
    return chain->name == NAME_MATCH_MISMATCH;
}

static void tell_other_name(const struct chain_judgement *chain, struct text *text)
{
    chain_problem_add_names(text, chain->leaf);
    text_add_string(text, ", not for the name that the client asked for");
}

static bool has_common_name_only(const struct chain_judgement *chain)
{
    return chain->name == NAME_MATCH_COMMON_NAME;
}

static void tell_common_name_only(const struct chain_judgement *chain, struct text *text)
{
    text_add_string(text, "only the common name ");
    text_add_string(text, chain->leaf->common_name);
    text_add_string(text, " matches the name that the client asked for, which clients of today no "
                          "longer look at");
}

static bool is_for_other_purpose(const struct chain_judgement *chain)
{
    return chain->purpose != PURPOSE_OK;
}

static void tell_other_purpose(const struct chain_judgement *chain, struct text *text)
{
    static const char *const texts[] = {
        [PURPOSE_OK] = "",
        [PURPOSE_EXTENDED_KEY_USAGE] = " may not be used so, says its extended key usage",
        [PURPOSE_KEY_USAGE] = " may not be used so, says its key usage",
        [PURPOSE_CA_AS_LEAF] = " is that of a certificate authority",
        [PURPOSE_NOT_CA] = " issued another one but is not that of a certificate authority",
        [PURPOSE_NO_CERT_SIGN] = " issued another one without the key usage for it",
        [PURPOSE_PATH_LENGTH] = " has more certificates below it than it allows",
        [PURPOSE_NAME_CONSTRAINTS] = " has name constraints that forbid a name below it",
        [PURPOSE_SUITE_KEY_USAGE] = " has a key usage that the cipher suite does not fit",
        [PURPOSE_ANY_ONLY] = " names no purpose but any, which OpenSSL and others refuse",
    };

    add_which(text, chain->purpose_of, chain->purpose_depth);
    text_add_string(text, texts[chain->purpose]);
}

static bool has_unknown_critical(const struct chain_judgement *chain)
{
    return chain->critical_of != NULL;
}

static void tell_unknown_critical(const struct chain_judgement *chain, struct text *text)
{
    add_which(text, chain->critical_of, chain->critical_depth);
    text_add(text, " has a critical extension that clients hardly know: %s",
             chain->critical_of->critical_oid);
}

static bool has_short_key(const struct chain_judgement *chain)
{
    return (chain->weakness & (WEAK_RSA_KEY | WEAK_EC_KEY)) != 0;
}

static void tell_short_key(const struct chain_judgement *chain, struct text *text)
{
    add_which(text, chain->weakness_of, chain->weakness_depth);
    text_add(text, " has a short key: %s of %u bits", chain->weakness_of->key_name,
             chain->weakness_of->key_bits);
}

static bool has_dsa_key(const struct chain_judgement *chain)
{
    return (chain->weakness & WEAK_DSA_KEY) != 0;
}

static void tell_dsa_key(const struct chain_judgement *chain, struct text *text)
{
    add_which(text, chain->weakness_of, chain->weakness_depth);
    text_add_string(text, " has a DSA key, which clients of today do not take");
}

static bool is_signed_with_md5(const struct chain_judgement *chain)
{
    return (chain->weakness & WEAK_MD5) != 0;
}

static bool is_signed_with_sha1(const struct chain_judgement *chain)
{
    return (chain->weakness & WEAK_SHA1) != 0;
}

static void tell_digest(const struct chain_judgement *chain, struct text *text)
{
    add_which(text, chain->weakness_of, chain->weakness_depth);
    text_add_string(text, " is signed with ");
    text_add_string(text, certificate_digest_name(chain->weakness_of->digest));
}

static bool has_bad_staple(const struct chain_judgement *chain)
{
    return chain->staple != STAPLE_OK && chain->staple != STAPLE_REVOKED;
}

static void tell_bad_staple(const struct chain_judgement *chain, struct text *text)
{
    text_add_string(text, "the stapled OCSP response is bad: ");
    text_add_string(text, chain_staple_problem_name(chain->staple));
}

static bool is_unreadable(const struct chain_judgement *chain)
{
    return chain->unreadable > 0 || chain->leaf == NULL;
}

static void tell_unreadable(const struct chain_judgement *chain, struct text *text)
{
    if (chain->unreadable == 0) { /* chains without any certificate are not judged */
        text_add_string(text, "the certificate could not be read");
        return;
    }
    text_add_string(text, "a certificate could not be read whole: ");
    text_add_string(text, chain->first_unreadable->reason);
}

static bool is_out_of_order(const struct chain_judgement *chain)
{
    return chain->out_of_order;
}

static void tell_out_of_order(const struct chain_judgement *chain, struct text *text)
{
    (void)chain;
    text_add_string(text, "the certificates are not in the order of issuing, which RFC 5246 asks "
                          "for and some clients need");
}

static bool has_duplicates(const struct chain_judgement *chain)
{
    return chain->duplicates > 0;
}

static void tell_duplicates(const struct chain_judgement *chain, struct text *text)
{
    text_add(text, "certificates sent more than once: %zu", chain->duplicates);
}

static bool has_unrelated(const struct chain_judgement *chain)
{
    return chain->unrelated > 0;
}

static void tell_unrelated(const struct chain_judgement *chain, struct text *text)
{
    text_add(text, "certificates sent that the chain does not need: %zu%s", chain->unrelated,
             chain->unneeded_expired ? ", of them expired ones" : "");
}

const struct chain_problem chain_problems[] = {
    {"certificate_revoked", "client_certificate_revoked", &cause_certificate_revoked, true,
     is_revoked, tell_revoked},
    {"certificate_expired", "client_certificate_expired", &cause_certificate_expired, true,
     is_expired, tell_validity},
    {"certificate_not_yet_valid", "client_certificate_not_yet_valid",
     &cause_certificate_not_yet_valid, true, is_not_yet_valid, tell_validity},
    {"self_signed", "client_self_signed", &cause_self_signed, true, is_self_signed,
     tell_self_signed},
    {"untrusted_root", "client_untrusted_root", &cause_untrusted_ca, true,
     chain_ends_at_untrusted_root, tell_untrusted_root},
    {"incomplete_chain", "client_incomplete_chain", &cause_incomplete_chain, true, lacks_issuer,
     tell_missing_issuer},
    {"name_mismatch", NULL, &cause_hostname_mismatch, true, is_for_other_name, tell_other_name},
    {"common_name_only", NULL, &cause_hostname_mismatch, true, has_common_name_only,
     tell_common_name_only},
    {"wrong_purpose", "client_wrong_purpose", &cause_certificate_purpose, true,
     is_for_other_purpose, tell_other_purpose},
    {"unknown_critical_extension", "client_unknown_critical_extension", &cause_bad_certificate,
     true, has_unknown_critical, tell_unknown_critical},
    {"short_key", "client_short_key", &cause_weak_certificate, true, has_short_key, tell_short_key},
    {"dsa_key", "client_dsa_key", &cause_weak_certificate, true, has_dsa_key, tell_dsa_key},
    {"md5_signature", "client_md5_signature", &cause_weak_certificate, true, is_signed_with_md5,
     tell_digest},
    {"sha1_signature", "client_sha1_signature", &cause_weak_certificate, true, is_signed_with_sha1,
     tell_digest},
    {"bad_staple", NULL, &cause_ocsp_response_bad, true, has_bad_staple, tell_bad_staple},
    {"unreadable_certificate", "client_unreadable_certificate", &cause_bad_certificate, true,
     is_unreadable, tell_unreadable},
    {"chain_out_of_order", "client_chain_out_of_order", NULL, false, is_out_of_order,
     tell_out_of_order},
    {"duplicate_certificates", "client_duplicate_certificates", NULL, false, has_duplicates,
     tell_duplicates},
    {"unrelated_certificates", "client_unrelated_certificates", NULL, false, has_unrelated,
     tell_unrelated},
};

const size_t chain_problem_count = sizeof(chain_problems) / sizeof(chain_problems[0]);

_Static_assert(sizeof(chain_problems) / sizeof(chain_problems[0]) <= 32, "a bit for each");

uint32_t chain_problems_of(const struct chain_judgement *chain)
{
    uint32_t problems = 0;

    /* Without the loop no predicate is called: each is a comparison. */
#pragma GCC unroll 32
    for (size_t i = 0; i < chain_problem_count; i++)
        problems |= (uint32_t)chain_problems[i].is_there(chain) << i;
    return problems;
}

/* The first name of this type, or name_count. */
static size_t find_name(const struct certificate *certificate, enum certificate_name_type type)
{
    size_t i = 0;

    while (i < certificate->name_count && certificate->names[i].type != type)
        i++;
    return i;
}

void chain_problem_add_name(struct text *text, const struct certificate *certificate)
{
    size_t dns =
        certificate->reading != CERTIFICATE_UNREADABLE ? find_name(certificate, NAME_DNS) : 0;
    size_t place = dns < certificate->name_count ? dns : 0;
    char name[CERTIFICATE_TEXT_SIZE];

    if (certificate->reading == CERTIFICATE_UNREADABLE) {
        text_add_string(text, "(unreadable)");
    } else if (dns == certificate->name_count && certificate->common_name[0] != '\0') {
        text_add_string(text, certificate->common_name);
    } else if (certificate->name_count > 0) {
        certificate_name_text(certificate, place, name, sizeof(name));
        text_add_string(text, name);
    } else {
        text_add_string(text, certificate->subject[0] != '\0' ? certificate->subject : "(no name)");
    }
}
