/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/chain.h"
#include "analyze/der.h"
#include "tests/support/certificates.h"
#include "tests/support/wire.h"

#include <stdlib.h>

enum { MESSAGE_MAX = 3 * 1024 * 1024 };

static struct certificate_cache *cache;
static struct trust_store *trust; /* Root and Old Root */
static struct chain chain;
static struct chain_judgement judgement;
static struct chain_question question;
static uint8_t message[MESSAGE_MAX];
static size_t message_length;

/* What most tests ask. */
static const struct chain_question usual = {.role = CHAIN_SERVER, .at = CERTIFICATES_TIME};

static void put_u24(size_t at, size_t value)
{
    message[at] = (uint8_t)(value >> 16);
    message[at + 1] = (uint8_t)(value >> 8);
    message[at + 2] = (uint8_t)value;
}

static void message_begin(void)
{
    message_length = 3;
}

static void message_add(struct bytes der)
{
    if (der.len + 3 > sizeof(message) - message_length)
        abort();
    put_u24(message_length, der.len);
    memcpy(message + message_length + 3, der.data, der.len);
    message_length += der.len + 3;
}

static void message_collect(void)
{
    struct certificate_list list;

    put_u24(0, message_length - 3);
    CU_ASSERT_TRUE_FATAL(
        certificate_list_parse(bytes_of(message, message_length), TLS_VERSION_1_2, &list));
    chain_collect(&chain, &list, cache);
}

/* Judge the chain of these files: names with blanks between. */
static void judge(const char *files)
{
    char names[512];

    message_begin();
    snprintf(names, sizeof(names), "%s", files);
    for (char *rest = names, *name; (name = strtok_r(rest, " ", &rest)) != NULL;)
        message_add(certificates_der(name));
    message_collect();
    chain_judge(&chain, &question, &judgement);
}

static int begin(void)
{
    cache = certificate_cache_new(NULL);
    trust = trust_store_new(certificates_path("store.pem"));
    return cache != NULL && trust != NULL ? 0 : 1;
}

static void end(void)
{
    certificate_cache_free(cache);
    trust_store_free(trust);
}

static void ask_usual(void)
{
    question = usual;
    question.trust = trust;
    question.server_name = bytes_of("www.example.test", 16);
}

static void a_good_chain_has_no_problem(void)
{
    ask_usual();
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    CU_ASSERT_TRUE(judgement.chain_complete);
    CU_ASSERT_TRUE(judgement.trust_known);
    CU_ASSERT_EQUAL(judgement.path_length, 2);
    CU_ASSERT_PTR_EQUAL(judgement.leaf, chain.certificates[0]);
    CU_ASSERT_PTR_EQUAL(judgement.last, chain.certificates[1]);
    CU_ASSERT_PTR_NOT_NULL_FATAL(judgement.anchor);
    CU_ASSERT_STRING_EQUAL(judgement.anchor->common_name, "Root");
    CU_ASSERT_FALSE(judgement.anchor_sent);
    CU_ASSERT_EQUAL(chain_depth(&judgement), 3);
    CU_ASSERT_PTR_EQUAL(chain_at_depth(&chain, &judgement, 2), judgement.anchor);
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_OK);
    CU_ASSERT_EQUAL(judgement.name, NAME_MATCH_SAN);
    CU_ASSERT_EQUAL(judgement.purpose, PURPOSE_OK);
    CU_ASSERT_EQUAL(judgement.revocation, REVOCATION_UNKNOWN);
    CU_ASSERT_FALSE(judgement.out_of_order);
    CU_ASSERT_EQUAL(judgement.duplicates + judgement.unrelated + judgement.unreadable, 0);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
}

static void a_root_that_is_sent_is_the_anchor(void)
{
    ask_usual();
    judge("leaf intermediate root");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    CU_ASSERT_TRUE(judgement.anchor_sent);
    CU_ASSERT_EQUAL(judgement.path_length, 3);
    CU_ASSERT_EQUAL(chain_depth(&judgement), 3);
    CU_ASSERT_EQUAL(judgement.unrelated, 0);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
}

static void an_intermediate_that_is_missing(void)
{
    ask_usual();
    judge("leaf_aia");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ISSUER_MISSING);
    CU_ASSERT_FALSE(judgement.chain_complete);
    CU_ASSERT_PTR_NULL(judgement.anchor);
    CU_ASSERT_STRING_EQUAL(judgement.issuer_url, "http://ca.example.test/i.crt");
    CU_ASSERT_FALSE(judgement.issuer_seen_completes);
    CU_ASSERT_TRUE(chain_has_problem(&judgement));
    judge("leaf");
    CU_ASSERT_PTR_NULL(judgement.issuer_url);
    judge("leaf other_root");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ISSUER_MISSING);
    CU_ASSERT_EQUAL(judgement.unrelated, 1);
}

static void an_intermediate_that_another_connection_showed(void)
{
    ask_usual();
    judge("leaf_of_root intermediate");
    question.seen = cache;
    judge("leaf");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ISSUER_MISSING);
    CU_ASSERT_TRUE(judgement.issuer_seen_completes);
}

static void without_a_store_nothing_is_missing(void)
{
    question = usual;
    judge("leaf");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_UNKNOWN);
    CU_ASSERT_FALSE(judgement.trust_known);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
    judge("leaf intermediate root");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_UNTRUSTED_ROOT);
}

static void self_signed_and_untrusted(void)
{
    ask_usual();
    judge("self_signed");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_SELF_SIGNED);
    CU_ASSERT_TRUE(judgement.chain_complete);
    judge("other_root");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_SELF_SIGNED);
    judge("root"); /* an anchor as a leaf is trusted */
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    /* The same name with another key is not its own issuer. */
    judge("self_issued_other_key");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ISSUER_MISSING);
    judge("leaf intermediate_cross other_root");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED); /* by Old Root */
}

static void the_order_of_the_message_does_not_decide(void)
{
    ask_usual();
    judge("leaf_below_subordinate intermediate subordinate");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    CU_ASSERT_TRUE(judgement.out_of_order);
    CU_ASSERT_EQUAL(judgement.path[1], 2);
    CU_ASSERT_EQUAL(judgement.path[2], 1);
    judge("leaf leaf intermediate other_root intermediate");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    CU_ASSERT_FALSE(judgement.out_of_order);
    CU_ASSERT_EQUAL(judgement.duplicates, 2);
    CU_ASSERT_EQUAL(judgement.unrelated, 1);
}

/* Of two certificates of one issuer, the way that leads to an anchor and is valid is taken. */
static void crossed_ways(void)
{
    ask_usual();
    judge("leaf other_key intermediate_expired intermediate");
    CU_ASSERT_EQUAL(judgement.path[1], 3);
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_OK);
    CU_ASSERT_TRUE(judgement.unneeded_expired);
    CU_ASSERT_EQUAL(judgement.unrelated, 1); /* the one with another key */
    judge("leaf intermediate_lost intermediate");
    CU_ASSERT_EQUAL(judgement.path[1], 2);
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    CU_ASSERT_EQUAL(judgement.unrelated, 0); /* another way, for others */
    judge("leaf intermediate_expired");
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_EXPIRED);
    CU_ASSERT_EQUAL(judgement.validity_depth, 1);
    CU_ASSERT_FALSE(judgement.unneeded_expired);
}

static void nothing_is_said_of_no_certificate(void)
{
    ask_usual();
    judge("");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_EMPTY);
    CU_ASSERT_PTR_NULL(judgement.leaf);
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_UNKNOWN);
    CU_ASSERT_EQUAL(judgement.name, NAME_MATCH_NOT_CHECKED);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
    judge("staple_good intermediate");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_EMPTY);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
}

static void unreadable_ones_are_noted(void)
{
    ask_usual();
    judge("leaf staple_good intermediate");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    CU_ASSERT_EQUAL(judgement.unreadable, 1);
    CU_ASSERT_PTR_EQUAL(judgement.first_unreadable, chain.certificates[1]);
}

static void validity_says_by_how_much(void)
{
    ask_usual();
    judge("leaf_expired intermediate");
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_EXPIRED);
    CU_ASSERT_PTR_EQUAL(judgement.validity_of, judgement.leaf);
    CU_ASSERT_EQUAL(judgement.validity_depth, 0);
    CU_ASSERT_EQUAL(judgement.validity_off_by, CERTIFICATES_TIME - 1609459200);
    CU_ASSERT_EQUAL(judgement.valid_until, 1609459200);
    judge("leaf_future intermediate");
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_NOT_YET);
    CU_ASSERT_EQUAL(judgement.validity_off_by, 1861920000 - CERTIFICATES_TIME);
    CU_ASSERT_EQUAL(judgement.valid_from, 1861920000);
    judge("validity_malformed intermediate");
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_UNKNOWN);
    CU_ASSERT_PTR_NULL(judgement.validity_of);
    judge("validity_malformed");
    CU_ASSERT_EQUAL(judgement.valid_from, DER_TIME_MIN);
    CU_ASSERT_EQUAL(judgement.valid_until, DER_TIME_MAX);
}

/* RFC 5280 section 4.1.2.5: both ends are inside. */
static void both_ends_of_the_validity_are_inside(void)
{
    struct certificate leaf = certificates_read("leaf");
    int64_t off_by = 0;

    CU_ASSERT_EQUAL(chain_validity_at(&leaf, leaf.not_before, &off_by), VALIDITY_OK);
    CU_ASSERT_EQUAL(chain_validity_at(&leaf, leaf.not_after, &off_by), VALIDITY_OK);
    CU_ASSERT_EQUAL(chain_validity_at(&leaf, leaf.not_before - 1, &off_by), VALIDITY_NOT_YET);
    CU_ASSERT_EQUAL(off_by, 1);
    CU_ASSERT_EQUAL(chain_validity_at(&leaf, leaf.not_after + 1, &off_by), VALIDITY_EXPIRED);
    CU_ASSERT_EQUAL(off_by, 1);
}

static void an_anchor_expires_too(void)
{
    ask_usual();
    question.at = 1924992000; /* 2031-01-01 */
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.validity, VALIDITY_EXPIRED);
    CU_ASSERT_EQUAL(judgement.validity_depth, 0);
    judge("validity_2050 intermediate");
    CU_ASSERT_EQUAL(judgement.validity_depth, 1);
}

static void names_are_those_of_the_server(void)
{
    ask_usual();
    question.server_name = bytes_of("other.test", 10);
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.name, NAME_MATCH_MISMATCH);
    CU_ASSERT_TRUE(chain_has_problem(&judgement));
    question.role = CHAIN_CLIENT;
    judge("leaf_client intermediate");
    CU_ASSERT_EQUAL(judgement.name, NAME_MATCH_NOT_CHECKED);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
    question = usual;
    question.trust = trust;
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.name, NAME_MATCH_NOT_CHECKED);
}

static void check_purpose(const char *files, enum chain_role role,
                          enum chain_purpose_problem problem, size_t depth)
{
    ask_usual();
    question.role = role;
    judge(files);
    CU_ASSERT_EQUAL(judgement.purpose, problem);
    CU_ASSERT_EQUAL(judgement.purpose_of != NULL, problem != PURPOSE_OK);
    CU_ASSERT_EQUAL(judgement.purpose_depth, depth);
}

static void purposes(void)
{
    check_purpose("leaf intermediate", CHAIN_CLIENT, PURPOSE_OK, 0);
    check_purpose("leaf_client intermediate", CHAIN_SERVER, PURPOSE_EXTENDED_KEY_USAGE, 0);
    check_purpose("leaf_client intermediate", CHAIN_CLIENT, PURPOSE_OK, 0);
    check_purpose("leaf_code_signing intermediate", CHAIN_SERVER, PURPOSE_EXTENDED_KEY_USAGE, 0);
    check_purpose("leaf_any_purpose intermediate", CHAIN_SERVER, PURPOSE_ANY_ONLY, 0);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
    check_purpose("leaf_any_purpose intermediate", CHAIN_CLIENT, PURPOSE_ANY_ONLY, 0);
    check_purpose("leaf_any_purpose intermediate_not_ca", CHAIN_SERVER, PURPOSE_NOT_CA, 1);
    check_purpose("leaf_no_purpose intermediate", CHAIN_SERVER, PURPOSE_OK, 0);
    check_purpose("leaf_key_usage intermediate", CHAIN_SERVER, PURPOSE_KEY_USAGE, 0);
    check_purpose("leaf intermediate_elsewhere", CHAIN_SERVER, PURPOSE_NAME_CONSTRAINTS, 1);
    check_purpose("leaf name_constraints", CHAIN_SERVER, PURPOSE_OK, 0);
    check_purpose("leaf_is_ca intermediate", CHAIN_SERVER, PURPOSE_CA_AS_LEAF, 0);
    check_purpose("leaf intermediate_not_ca", CHAIN_SERVER, PURPOSE_NOT_CA, 1);
    check_purpose("leaf intermediate_no_sign", CHAIN_SERVER, PURPOSE_NO_CERT_SIGN, 1);
    check_purpose("leaf intermediate_client_only", CHAIN_SERVER, PURPOSE_EXTENDED_KEY_USAGE, 1);
    check_purpose("leaf intermediate_client_only", CHAIN_CLIENT, PURPOSE_OK, 0);
    check_purpose("leaf_below_subordinate subordinate intermediate", CHAIN_SERVER,
                  PURPOSE_PATH_LENGTH, 2);
    /* A CA that goes over to another key is not counted. */
    check_purpose("leaf_of_rolled intermediate_rolled intermediate", CHAIN_SERVER, PURPOSE_OK, 0);
    CU_ASSERT_EQUAL(chain_depth(&judgement), 4);
    /* What cannot be read is not judged. */
    check_purpose("leaf_p192 intermediate", CHAIN_SERVER, PURPOSE_OK, 0);
}

/* The leaf may sign and decrypt. */
static void a_suite_may_ask_for_a_key_usage_that_is_not_there(void)
{
    ask_usual();
    question.leaf_usage = USAGE_DIGITAL_SIGNATURE;
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.purpose, PURPOSE_OK);
    question.leaf_usage = USAGE_KEY_AGREEMENT;
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.purpose, PURPOSE_SUITE_KEY_USAGE);
    CU_ASSERT_PTR_EQUAL(judgement.purpose_of, judgement.leaf);
    CU_ASSERT_FALSE(chain_has_problem(&judgement)); /* many clients do not look */
    judge("leaf_is_ca intermediate");
    CU_ASSERT_EQUAL(judgement.purpose, PURPOSE_SUITE_KEY_USAGE); /* more clients mind that */
}

static void check_weakness(const char *files, unsigned weakness, size_t depth)
{
    ask_usual();
    judge(files);
    CU_ASSERT_EQUAL(judgement.weakness, weakness);
    if (weakness != 0)
        CU_ASSERT_EQUAL(judgement.weakness_depth, depth);
    CU_ASSERT_EQUAL(judgement.weakness_of != NULL, weakness != 0);
}

static void weak_keys_and_digests(void)
{
    check_weakness("leaf intermediate", 0, 0);
    check_weakness("leaf_p256 intermediate", 0, 0);
    check_weakness("leaf_rsa_1024 intermediate", WEAK_RSA_KEY, 0);
    check_weakness("leaf_p192 intermediate", WEAK_EC_KEY, 0);
    check_weakness("leaf_sha1 intermediate", WEAK_SHA1, 0);
    check_weakness("leaf_md5 intermediate", WEAK_MD5, 0);
    check_weakness("self_signed", WEAK_SHA1, 0);
    /* The root's own signature is MD5, and nobody looks at it. */
    check_weakness("leaf intermediate_cross", 0, 0);
    check_weakness("leaf intermediate_cross old_root", 0, 0);
}

static void ask_with_staple(const char *staple, bool expected)
{
    ask_usual();
    question.staple_expected = expected;
    if (staple != NULL)
        question.staple = certificates_der(staple);
}

static void check_staple(const char *files, const char *staple, int64_t at,
                         enum chain_staple_problem problem)
{
    ask_with_staple(staple, true);
    question.at = at;
    judge(files);
    CU_ASSERT_EQUAL(judgement.staple, problem);
    CU_ASSERT_EQUAL(judgement.staple_came, staple != NULL);
}

static void staples(void)
{
    check_staple("leaf intermediate", NULL, CERTIFICATES_TIME, STAPLE_OK);
    check_staple("leaf_must_staple intermediate", NULL, CERTIFICATES_TIME, STAPLE_MISSING);
    check_staple("leaf_must_staple intermediate", "staple_good", CERTIFICATES_TIME, STAPLE_OK);
    CU_ASSERT_EQUAL(judgement.revocation, REVOCATION_GOOD);
    check_staple("leaf intermediate", "staple_good", 1736294401, STAPLE_EXPIRED);
    CU_ASSERT_EQUAL(judgement.revocation, REVOCATION_UNKNOWN);
    check_staple("leaf intermediate", "staple_good", 1735689599, STAPLE_NOT_YET);
    check_staple("leaf intermediate", "staple_unknown", CERTIFICATES_TIME, STAPLE_UNKNOWN);
    check_staple("leaf intermediate", "staple_other", CERTIFICATES_TIME, STAPLE_NO_ANSWER);
    check_staple("leaf intermediate", "staple_try_later", CERTIFICATES_TIME, STAPLE_UNSUCCESSFUL);
    check_staple("leaf intermediate", "leaf", CERTIFICATES_TIME, STAPLE_MALFORMED);
    /* The client did not ask for one. */
    ask_with_staple(NULL, false);
    judge("leaf_must_staple intermediate");
    CU_ASSERT_EQUAL(judgement.staple, STAPLE_OK);
}

static void a_staple_revokes(void)
{
    ask_with_staple("staple_revoked", true);
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.staple, STAPLE_REVOKED);
    CU_ASSERT_EQUAL(judgement.revocation, REVOCATION_REVOKED);
    CU_ASSERT_PTR_EQUAL(judgement.revoked, judgement.leaf);
    CU_ASSERT_TRUE(judgement.revoked_by_staple);
}

static void a_list_revokes_from_its_date_on(void)
{
    struct crl_set *crls = crl_set_new();
    struct crl_error error;

    CU_ASSERT_PTR_NOT_NULL_FATAL(crls);
    CU_ASSERT_TRUE(crl_set_add_der(crls, certificates_der("crl"), &error));
    ask_usual();
    question.crls = crls;
    judge("leaf intermediate");
    CU_ASSERT_EQUAL(judgement.revocation, REVOCATION_REVOKED);
    CU_ASSERT_FALSE(judgement.revoked_by_staple);
    CU_ASSERT_TRUE(chain_has_problem(&judgement));
    question.at = 1704067200; /* before it */
    judge("leaf intermediate");
    CU_ASSERT_PTR_NULL(judgement.revoked);
    crl_set_free(crls);
}

static void a_message_of_100_certificates(void)
{
    struct bytes leaf = certificates_der("leaf");
    static uint8_t octets[2048];

    ask_usual();
    message_begin();
    message_add(leaf);
    memcpy(octets, leaf.data, leaf.len);
    for (uint8_t i = 1; i < 120; i++) {
        octets[leaf.len - 1] = i; /* another signature: another certificate */
        message_add(bytes_of(octets, leaf.len));
    }
    message_collect();
    CU_ASSERT_EQUAL(chain.count, CHAIN_CERTIFICATES_MAX);
    CU_ASSERT_EQUAL(chain.beyond, 20);
    chain_judge(&chain, &question, &judgement);
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ISSUER_MISSING);
    CU_ASSERT_EQUAL(judgement.unrelated, 99 - judgement.duplicates);
}

/* Names that lead in a circle: every certificate may have issued every other. */
static void a_circle_ends(void)
{
    struct bytes der = certificates_der("self_issued_other_key");
    static uint8_t octets[2048];

    ask_usual();
    message_begin();
    memcpy(octets, der.data, der.len);
    for (size_t i = 0; i < CHAIN_CERTIFICATES_MAX; i++) {
        octets[der.len - 1] = (uint8_t)(octets[der.len - 1] + 1);
        message_add(bytes_of(octets, der.len));
    }
    message_collect();
    chain_judge(&chain, &question, &judgement);
    CU_ASSERT_EQUAL(chain.count, CHAIN_CERTIFICATES_MAX);
    CU_ASSERT_TRUE(judgement.path_length <= CHAIN_CERTIFICATES_MAX);
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ISSUER_MISSING);
}

/* Cross-certificates without key identifiers: the path goes through all of them and ends. */
static void a_path_of_all_certificates_ends(void)
{
    struct bytes a = certificates_der("circle_a");
    struct bytes b = certificates_der("circle_b");
    static uint8_t octets[2048];

    ask_usual();
    message_begin();
    for (size_t i = 0; i < CHAIN_CERTIFICATES_MAX; i++) {
        struct bytes der = i % 2 == 0 ? a : b;

        memcpy(octets, der.data, der.len);
        octets[der.len - 1] = (uint8_t)i;
        message_add(bytes_of(octets, der.len));
    }
    message_collect();
    chain_judge(&chain, &question, &judgement);
    CU_ASSERT_EQUAL(judgement.path_length, CHAIN_CERTIFICATES_MAX);
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ISSUER_MISSING);
    CU_ASSERT_EQUAL(judgement.unrelated, 0);
    judge("circle_a circle_b circle_a circle_b"); /* a copy leads no further */
    CU_ASSERT_EQUAL(judgement.path_length, 2);
    CU_ASSERT_EQUAL(judgement.duplicates, 2);
}

static void large_chains(void)
{
    ask_usual();
    judge("large intermediate");
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_ANCHORED);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
    judge("many_names intermediate");
    CU_ASSERT_EQUAL(judgement.name, NAME_MATCH_UNDECIDED);
    CU_ASSERT_FALSE(chain_has_problem(&judgement));
}

static void more_than_1_mib_is_not_looked_at(void)
{
    static uint8_t junk[CHAIN_DER_MAX];
    struct bytes leaf = certificates_der("leaf");

    ask_usual();
    message_begin();
    message_add(leaf);
    message_add(bytes_of(junk, sizeof(junk)));
    message_add(leaf);
    message_collect();
    CU_ASSERT_EQUAL(chain.count, 1);
    CU_ASSERT_EQUAL(chain.beyond, 2);
    message_begin();
    message_add(bytes_of(junk, sizeof(junk)));
    message_collect();
    CU_ASSERT_EQUAL(chain.count, 1);
    chain_judge(&chain, &question, &judgement);
    CU_ASSERT_EQUAL(judgement.end, CHAIN_END_EMPTY);
}

static void results_have_names(void)
{
    CU_ASSERT_STRING_EQUAL(chain_end_name(CHAIN_END_ISSUER_MISSING), "issuer_missing");
    CU_ASSERT_STRING_EQUAL(chain_staple_problem_name(STAPLE_NOT_YET), "not_yet_valid");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a good chain has no problem", a_good_chain_has_no_problem},
        {"a root that is sent is the anchor", a_root_that_is_sent_is_the_anchor},
        {"an intermediate that is missing", an_intermediate_that_is_missing},
        {"an intermediate that another connection showed",
         an_intermediate_that_another_connection_showed},
        {"without a store nothing is missing", without_a_store_nothing_is_missing},
        {"self-signed and untrusted", self_signed_and_untrusted},
        {"the order of the message does not decide", the_order_of_the_message_does_not_decide},
        {"crossed ways", crossed_ways},
        {"nothing is said of no certificate", nothing_is_said_of_no_certificate},
        {"unreadable ones are noted", unreadable_ones_are_noted},
        {"validity says by how much", validity_says_by_how_much},
        {"both ends of the validity are inside", both_ends_of_the_validity_are_inside},
        {"an anchor expires too", an_anchor_expires_too},
        {"names are those of the server", names_are_those_of_the_server},
        {"purposes", purposes},
        {"a suite may ask for a key usage that is not there",
         a_suite_may_ask_for_a_key_usage_that_is_not_there},
        {"weak keys and digests", weak_keys_and_digests},
        {"staples", staples},
        {"a staple revokes", a_staple_revokes},
        {"a list revokes from its date on", a_list_revokes_from_its_date_on},
        {"a message of 100 certificates", a_message_of_100_certificates},
        {"a circle ends", a_circle_ends},
        {"a path of all certificates ends", a_path_of_all_certificates_ends},
        {"large chains", large_chains},
        {"more than 1 MiB is not looked at", more_than_1_mib_is_not_looked_at},
        {"results have names", results_have_names},
        CU_TEST_INFO_NULL,
    };
    int failed = 1;

    if (begin() == 0)
        failed = suite_run("chain", tests);
    end();
    return failed;
}
