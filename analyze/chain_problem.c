/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/chain_problem.h"

enum {
    NAMES_MAX = 4,      /* of a certificate that fit in a sentence */
    NAME_TEXT_MAX = 80, /* octets of one of them */
    PROBLEM_TEXT_MAX = 320
};

/* "the certificate" or "the issuer's certificate CN=..." by its place in the path. */
static void add_which(struct text *text, const struct certificate *certificate, size_t depth)
{
    text_add(text, depth == 0 ? "the certificate" : "the issuer's certificate of ");
    if (depth > 0)
        text_add(text, "%s", certificate->subject);
}

static bool is_revoked(const struct chain_judgement *chain, struct text *text)
{
    if (chain->revoked == NULL)
        return false;
    add_which(text, chain->revoked, chain->revoked_depth);
    text_add(text, " is revoked, says %s",
             chain->revoked_by_staple ? "the stapled OCSP response" : "a CRL");
    return true;
}

static bool is_expired(const struct chain_judgement *chain, struct text *text)
{
    if (chain->validity != VALIDITY_EXPIRED)
        return false;
    add_which(text, chain->validity_of, chain->validity_depth);
    text_add(text, " expired on ");
    text_add_date(text, chain->validity_of->not_after);
    text_add(text, ", ");
    text_add_seconds(text, chain->validity_off_by);
    text_add(text, " before this packet");
    return true;
}

static bool is_not_yet_valid(const struct chain_judgement *chain, struct text *text)
{
    if (chain->validity != VALIDITY_NOT_YET)
        return false;
    add_which(text, chain->validity_of, chain->validity_depth);
    text_add(text, " is not valid before ");
    text_add_date(text, chain->validity_of->not_before);
    text_add(text, ", ");
    text_add_seconds(text, chain->validity_off_by);
    text_add(text, " after this packet");
    return true;
}

static bool is_self_signed(const struct chain_judgement *chain, struct text *text)
{
    if (chain->end != CHAIN_END_SELF_SIGNED)
        return false;
    text_add(text, "the certificate is its own issuer and not in the trust store: %s",
             chain->leaf->subject);
    return true;
}

static bool has_untrusted_root(const struct chain_judgement *chain, struct text *text)
{
    if (chain->end != CHAIN_END_UNTRUSTED_ROOT)
        return false;
    text_add(text, "the chain ends at a root that is not in the trust store: %s",
             chain->last->subject);
    return true;
}

static bool lacks_issuer(const struct chain_judgement *chain, struct text *text)
{
    if (chain->end != CHAIN_END_ISSUER_MISSING)
        return false;
    text_add(text, "the chain is incomplete: %s is neither sent nor in the trust store",
             chain->last->issuer[0] != '\0' ? chain->last->issuer : "an issuer without a name");
    if (chain->issuer_url != NULL)
        text_add(text, "; it can be fetched from %s", chain->issuer_url);
    return true;
}

static void add_names(struct text *text, const struct certificate *certificate)
{
    char name[NAME_TEXT_MAX];

    for (size_t i = 0; i < certificate->name_count && i < NAMES_MAX; i++) {
        certificate_name_text(certificate, i, name, sizeof(name));
        text_add(text, "%s%s", i > 0 ? ", " : "", name);
    }
    if (certificate->name_count > NAMES_MAX)
        text_add(text, " and %d more", certificate->name_count - NAMES_MAX);
    if (certificate->name_count == 0)
        text_add(text, "%s",
                 certificate->common_name[0] != '\0' ? certificate->common_name : "no name at all");
}

static bool is_for_other_name(const struct chain_judgement *chain, struct text *text)
{
    if (chain->name != NAME_MATCH_MISMATCH)
        return false;
    text_add(text, "the certificate stands for ");
    add_names(text, chain->leaf);
    text_add(text, ", not for the name that the client asked for");
    return true;
}

static bool has_common_name_only(const struct chain_judgement *chain, struct text *text)
{
    if (chain->name != NAME_MATCH_COMMON_NAME)
        return false;
    text_add(text,
             "only the common name %s matches the name that the client asked for, which "
             "clients of today no longer look at",
             chain->leaf->common_name);
    return true;
}

static bool is_for_other_purpose(const struct chain_judgement *chain, struct text *text)
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
    };

    if (chain->purpose == PURPOSE_OK)
        return false;
    add_which(text, chain->purpose_of, chain->purpose_depth);
    text_add(text, "%s", texts[chain->purpose]);
    return true;
}

static bool has_short_key(const struct chain_judgement *chain, struct text *text)
{
    if ((chain->weakness & (WEAK_RSA_KEY | WEAK_EC_KEY)) == 0)
        return false;
    add_which(text, chain->weakness_of, chain->weakness_depth);
    text_add(text, " has a short key: %s of %u bits", chain->weakness_of->key_name,
             chain->weakness_of->key_bits);
    return true;
}

static bool has_dsa_key(const struct chain_judgement *chain, struct text *text)
{
    if ((chain->weakness & WEAK_DSA_KEY) == 0)
        return false;
    add_which(text, chain->weakness_of, chain->weakness_depth);
    text_add(text, " has a DSA key, which clients of today do not take");
    return true;
}

static bool is_signed_with(const struct chain_judgement *chain, unsigned weakness,
                           struct text *text)
{
    if ((chain->weakness & weakness) == 0)
        return false;
    add_which(text, chain->weakness_of, chain->weakness_depth);
    text_add(text, " is signed with %s", certificate_digest_name(chain->weakness_of->digest));
    return true;
}

static bool is_signed_with_md5(const struct chain_judgement *chain, struct text *text)
{
    return is_signed_with(chain, WEAK_MD5, text);
}

static bool is_signed_with_sha1(const struct chain_judgement *chain, struct text *text)
{
    return is_signed_with(chain, WEAK_SHA1, text);
}

static bool has_bad_staple(const struct chain_judgement *chain, struct text *text)
{
    if (chain->staple == STAPLE_OK || chain->staple == STAPLE_REVOKED)
        return false;
    text_add(text, "the stapled OCSP response is bad: %s",
             chain_staple_problem_name(chain->staple));
    return true;
}

static bool is_unreadable(const struct chain_judgement *chain, struct text *text)
{
    if (chain->unreadable == 0 && chain->leaf != NULL)
        return false;
    if (chain->unreadable > 0)
        text_add(text, "a certificate could not be read whole: %s",
                 chain->first_unreadable->reason);
    else /* chains without any certificate are not judged */
        text_add(text, "the certificate could not be read");
    return true;
}

static bool is_out_of_order(const struct chain_judgement *chain, struct text *text)
{
    if (!chain->out_of_order)
        return false;
    text_add(text, "the certificates are not in the order of issuing, which RFC 5246 asks for and "
                   "some clients need");
    return true;
}

static bool has_duplicates(const struct chain_judgement *chain, struct text *text)
{
    if (chain->duplicates == 0)
        return false;
    text_add(text, "certificates sent more than once: %zu", chain->duplicates);
    return true;
}

static bool has_unrelated(const struct chain_judgement *chain, struct text *text)
{
    if (chain->unrelated == 0)
        return false;
    text_add(text, "certificates sent that the chain does not need: %zu%s", chain->unrelated,
             chain->unneeded_expired ? ", of them expired ones" : "");
    return true;
}

const struct chain_problem chain_problems[] = {
    {"certificate_revoked", "client_certificate_revoked", "certificate_revoked", true, is_revoked},
    {"certificate_expired", "client_certificate_expired", "certificate_expired", true, is_expired},
    {"certificate_not_yet_valid", "client_certificate_not_yet_valid", "certificate_not_yet_valid",
     true, is_not_yet_valid},
    {"self_signed", "client_self_signed", "self_signed", true, is_self_signed},
    {"untrusted_root", "client_untrusted_root", "untrusted_ca", true, has_untrusted_root},
    {"incomplete_chain", "client_incomplete_chain", "incomplete_chain", true, lacks_issuer},
    {"name_mismatch", NULL, "hostname_mismatch", true, is_for_other_name},
    {"common_name_only", NULL, "hostname_mismatch", true, has_common_name_only},
    {"wrong_purpose", "client_wrong_purpose", "certificate_purpose", true, is_for_other_purpose},
    {"short_key", "client_short_key", "weak_certificate", true, has_short_key},
    {"dsa_key", "client_dsa_key", "weak_certificate", true, has_dsa_key},
    {"md5_signature", "client_md5_signature", "weak_certificate", true, is_signed_with_md5},
    {"sha1_signature", "client_sha1_signature", "weak_certificate", true, is_signed_with_sha1},
    {"bad_staple", NULL, "ocsp_response_bad", true, has_bad_staple},
    {"unreadable_certificate", "client_unreadable_certificate", "bad_certificate", true,
     is_unreadable},
    {"chain_out_of_order", "client_chain_out_of_order", NULL, false, is_out_of_order},
    {"duplicate_certificates", "client_duplicate_certificates", NULL, false, has_duplicates},
    {"unrelated_certificates", "client_unrelated_certificates", NULL, false, has_unrelated},
};

const size_t chain_problem_count = sizeof(chain_problems) / sizeof(chain_problems[0]);

bool chain_problem_is_there(const struct chain_problem *problem,
                            const struct chain_judgement *chain)
{
    char buffer[PROBLEM_TEXT_MAX];
    struct text text = text_begin(buffer, sizeof(buffer));

    return problem->find(chain, &text);
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
        text_add(text, "(unreadable)");
    } else if (dns == certificate->name_count && certificate->common_name[0] != '\0') {
        text_add(text, "%s", certificate->common_name);
    } else if (certificate->name_count > 0) {
        certificate_name_text(certificate, place, name, sizeof(name));
        text_add(text, "%s", name);
    } else {
        text_add(text, "%s", certificate->subject[0] != '\0' ? certificate->subject : "(no name)");
    }
}
