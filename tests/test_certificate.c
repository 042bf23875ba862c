/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/certificate.h"
#include "tests/support/certificates.h"
#include "tests/support/wire.h"

static struct certificate certificate;

static void read_file(const char *name)
{
    certificate = certificates_read(name);
}

static void check_name(size_t index, uint8_t type, const char *text)
{
    char found[64];

    CU_ASSERT_TRUE_FATAL(index < certificate.name_count);
    CU_ASSERT_EQUAL(certificate.names[index].type, type);
    certificate_name_text(&certificate, index, found, sizeof(found));
    CU_ASSERT_STRING_EQUAL(found, text);
}

static void the_fields_of_a_good_certificate(void)
{
    read_file("leaf");
    CU_ASSERT_EQUAL_FATAL(certificate.reading, CERTIFICATE_READ);
    CU_ASSERT_PTR_NULL(certificate.reason);
    CU_ASSERT_EQUAL(certificate.version, 3);
    CU_ASSERT_STRING_EQUAL(certificate.subject, "CN=www.example.test");
    CU_ASSERT_STRING_EQUAL(certificate.issuer, "CN=Intermediate,O=Test");
    CU_ASSERT_STRING_EQUAL(certificate.common_name, "www.example.test");
    CU_ASSERT_STRING_EQUAL(certificate.issuer_common_name, "Intermediate");
    CU_ASSERT_FALSE(certificate.self_issued);
    CU_ASSERT_EQUAL_FATAL(certificate.serial_length, 2);
    CU_ASSERT_EQUAL(certificate.serial[0], 0x12);
    CU_ASSERT_EQUAL(certificate.serial[1], 0x34);
    CU_ASSERT_FALSE(certificate.serial_bad);
    CU_ASSERT_TRUE(certificate.has_validity);
    CU_ASSERT_EQUAL(certificate.not_before, 1577836800);
    CU_ASSERT_EQUAL(certificate.not_after, 1893456000);
    CU_ASSERT_EQUAL(certificate.extensions, 6);
    CU_ASSERT_EQUAL(certificate.subject_key_id.length, 20);
    CU_ASSERT_EQUAL(certificate.authority_key_id.length, 20);
    CU_ASSERT_FALSE(certificate.must_staple);
    CU_ASSERT_FALSE(certificate.unknown_critical);
    CU_ASSERT_STRING_EQUAL(certificate.critical_oid, "");
}

static void the_constraints_of_a_leaf_and_a_ca(void)
{
    read_file("leaf");
    CU_ASSERT_FALSE(certificate.is_ca);
    CU_ASSERT_EQUAL(certificate.key_usage, USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT);
    CU_ASSERT_EQUAL(certificate.purposes, PURPOSE_SERVER_AUTH | PURPOSE_CLIENT_AUTH);
    read_file("intermediate");
    CU_ASSERT_TRUE(certificate.is_ca);
    CU_ASSERT_TRUE(certificate.constraints_are_critical);
    CU_ASSERT_TRUE(certificate.has_path_length);
    CU_ASSERT_EQUAL(certificate.path_length, 0);
    CU_ASSERT_EQUAL(certificate.key_usage, USAGE_KEY_CERT_SIGN | USAGE_CRL_SIGN);
    CU_ASSERT_FALSE(certificate.has_purposes);
    read_file("root");
    CU_ASSERT_TRUE(certificate.self_issued);
    CU_ASSERT_FALSE(certificate.has_path_length);
    read_file("leaf_key_usage");
    CU_ASSERT_EQUAL(certificate.key_usage, USAGE_DATA_ENCIPHERMENT | USAGE_DECIPHER_ONLY);
    read_file("leaf_code_signing");
    CU_ASSERT_EQUAL(certificate.purposes, PURPOSE_CODE_SIGNING | PURPOSE_OTHER);
    read_file("leaf_any_purpose");
    CU_ASSERT_EQUAL(certificate.purposes, PURPOSE_ANY);
    read_file("old_root");
    CU_ASSERT_EQUAL(certificate.version, 1);
}

static void keys_and_signatures(void)
{
    static const struct {
        const char *file;
        enum certificate_key key;
        uint16_t bits;
        const char *name;
        uint16_t group;
        enum certificate_digest digest;
    } cases[] = {
        {"leaf", KEY_RSA, 2048, "RSA", 0, DIGEST_INTRINSIC},
        {"leaf_rsa_1024", KEY_RSA, 1024, "RSA", 0, DIGEST_INTRINSIC},
        {"leaf_rsa_2047", KEY_RSA, 2047, "RSA", 0, DIGEST_INTRINSIC},
        {"leaf_rsa_3072", KEY_RSA, 3072, "RSA", 0, DIGEST_INTRINSIC},
        {"leaf_p256", KEY_EC, 256, "EC P-256", 23, DIGEST_SHA256},
        {"leaf_sha1", KEY_RSA, 2048, "RSA", 0, DIGEST_SHA1},
        {"leaf_md5", KEY_RSA, 2048, "RSA", 0, DIGEST_MD5},
        {"root", KEY_ED25519, 256, "Ed25519", 0, DIGEST_INTRINSIC},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_file(cases[i].file);
        CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_READ);
        CU_ASSERT_EQUAL(certificate.key, cases[i].key);
        CU_ASSERT_EQUAL(certificate.key_bits, cases[i].bits);
        CU_ASSERT_STRING_EQUAL(certificate.key_name, cases[i].name);
        CU_ASSERT_EQUAL(certificate.key_group, cases[i].group);
        CU_ASSERT_EQUAL(certificate.digest, cases[i].digest);
    }
    CU_ASSERT_STRING_EQUAL(certificate.signature_name, "Ed25519");
    CU_ASSERT_STRING_EQUAL(certificate_digest_name(DIGEST_SHA1), "SHA-1");
}

static void names_of_every_kind(void)
{
    read_file("leaf_all_names");
    CU_ASSERT_EQUAL_FATAL(certificate.name_count, 5);
    check_name(0, NAME_DNS, "a.example.test");
    check_name(1, NAME_MAIL, "admin@example.test");
    check_name(2, NAME_URI, "https://a.example.test/");
    check_name(3, NAME_IP, "192.0.2.1");
    check_name(4, NAME_IP, "2001:db8::1");
    CU_ASSERT_EQUAL(certificate.names_other, 1);
    CU_ASSERT_EQUAL(certificate.names_cut, 0);
    read_file("leaf_cn_only");
    CU_ASSERT_FALSE(certificate.has_subject_alt_name);
    CU_ASSERT_EQUAL(certificate.name_count, 0);
}

static void places_policies_and_timestamps(void)
{
    read_file("leaf_aia");
    CU_ASSERT_STRING_EQUAL(certificate.ocsp_url, "http://ocsp.example.test/");
    CU_ASSERT_STRING_EQUAL(certificate.issuer_url, "http://ca.example.test/i.crt");
    CU_ASSERT_STRING_EQUAL(certificate.crl_url, "http://ca.example.test/i.crl");
    CU_ASSERT_TRUE(certificate.has_sct_list);
    CU_ASSERT_EQUAL(certificate.sct_count, 3);
    CU_ASSERT_EQUAL(certificate.policy_count, 2);
    read_file("leaf_must_staple");
    CU_ASSERT_TRUE(certificate.must_staple);
    read_file("name_constraints");
    CU_ASSERT_TRUE(certificate.has_name_constraints);
}

static void a_name_is_printable_whatever_is_in_it(void)
{
    read_file("names_in_latin");
    CU_ASSERT_STRING_EQUAL(certificate.subject,
                           "1.2.840.113549=x,CN=bad \\xff\\x1b[31m,"
                           "O=M\xc3\xbcller \\x5c S\xc3\xb6hne+OU=a\\, \\\"b\\\" \\+ \\<c\\>,C=DE");
    CU_ASSERT_STRING_EQUAL(certificate.common_name, "bad \\xff\\x1b[31m");
    read_file("leaf_no_subject");
    CU_ASSERT_STRING_EQUAL(certificate.subject, "");
    CU_ASSERT_STRING_EQUAL(certificate.common_name, "");
}

static void names_match_whatever_their_form(void)
{
    struct certificate intermediate = certificates_read("intermediate");
    struct certificate root = certificates_read("root");
    struct certificate other_key = certificates_read("other_key");

    read_file("issuer_in_other_form");
    CU_ASSERT_TRUE(certificate_name_id_equal(&certificate.issuer_id, &intermediate.subject_id));
    CU_ASSERT_TRUE(certificate_may_issue(&intermediate, &certificate));
    CU_ASSERT_FALSE(certificate_may_issue(&root, &certificate));
    CU_ASSERT_FALSE(certificate_may_issue(&certificate, &intermediate));
    /* The name is right, the key identifier says that it is another key. */
    CU_ASSERT_FALSE(certificate_may_issue(&other_key, &certificate));
    CU_ASSERT_TRUE(certificate_may_issue(&root, &root));
    read_file("self_issued_other_key");
    CU_ASSERT_TRUE(certificate.self_issued);
    CU_ASSERT_FALSE(certificate_may_issue(&certificate, &certificate));
}

static void spaces_of_a_name_are_folded_but_count(void)
{
    struct certificate other = certificates_read("no_spaces");

    read_file("spaces");
    CU_ASSERT_TRUE(certificate.self_issued);
    CU_ASSERT_TRUE(certificate_name_id_equal(&certificate.subject_id, &other.issuer_id));
    CU_ASSERT_FALSE(certificate_name_id_equal(&certificate.subject_id, &other.subject_id));
}

static void times_far_from_now(void)
{
    read_file("validity_2050");
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_READ);
    CU_ASSERT_EQUAL(certificate.not_before, INT64_C(-631238400));
    CU_ASSERT_EQUAL(certificate.not_after, INT64_C(253402300799));
}

static void serial_numbers_that_are_not_allowed(void)
{
    read_file("serial_long");
    CU_ASSERT_TRUE(certificate.serial_bad);
    CU_ASSERT_EQUAL(certificate.serial_length, CERTIFICATE_SERIAL_MAX);
    read_file("serial_negative");
    CU_ASSERT_TRUE(certificate.serial_bad);
}

/* What wolfSSL refuses, or is not asked for, keeps what our own reader could take. */
static void what_cannot_be_read_whole(void)
{
    static const char *const files[] = {"too_many_names", "duplicate_extension", "malformed_names",
                                        "validity_malformed", "leaf_p192"};

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        read_file(files[i]);
        CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_OUTER);
        CU_ASSERT_PTR_NOT_NULL(certificate.reason);
        CU_ASSERT_STRING_EQUAL(certificate.subject, "CN=www.example.test");
        CU_ASSERT_NOT_EQUAL(certificate.key, KEY_UNKNOWN);
    }
    read_file("too_many_names");
    CU_ASSERT_EQUAL(certificate.name_count + certificate.names_cut, 1100);
    CU_ASSERT_TRUE(certificate.name_count + certificate.names_cut > CERTIFICATE_WOLFSSL_NAMES_MAX);
    CU_ASSERT_TRUE(certificate.names_cut > 0);
    read_file("duplicate_extension");
    CU_ASSERT_TRUE(certificate.duplicate_extension);
    read_file("malformed_names");
    CU_ASSERT_TRUE(certificate.malformed_extension);
    CU_ASSERT_FALSE(certificate.has_subject_alt_name);
    read_file("validity_malformed");
    CU_ASSERT_FALSE(certificate.has_validity);
    read_file("leaf_p192");
    CU_ASSERT_EQUAL(certificate.key_bits, 192);
}

static void an_unknown_critical_extension_is_noted(void)
{
    read_file("unknown_critical");
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_READ);
    CU_ASSERT_TRUE(certificate.unknown_critical);
    CU_ASSERT_STRING_EQUAL(certificate.critical_oid, "1.3.6.1.4.1.55555.1");
    CU_ASSERT_EQUAL(certificate.key_usage, USAGE_DIGITAL_SIGNATURE | USAGE_KEY_ENCIPHERMENT);
}

static void large_certificates(void)
{
    read_file("large");
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_READ);
    CU_ASSERT_TRUE(certificate.length > 16000);
    read_file("many_names");
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_READ);
    CU_ASSERT_EQUAL(certificate.name_count, CERTIFICATE_NAMES_MAX);
    CU_ASSERT_EQUAL(certificate.names_cut, 900 - CERTIFICATE_NAMES_MAX);
    read_file("long_names");
    CU_ASSERT_EQUAL(certificate.name_count, 25); /* of 323 and 324 octets */
    CU_ASSERT_EQUAL(certificate.names_cut, 15);
    CU_ASSERT_EQUAL(certificate_name(&certificate, 24).len, 324);
}

static void the_fingerprints_are_of_the_der(void)
{
    struct bytes der = certificates_der("leaf");
    struct certificate other;

    read_file("leaf");
    certificate_read(bytes_of(der.data, der.len - 1), &other);
    CU_ASSERT_EQUAL(other.reading, CERTIFICATE_UNREADABLE);
    CU_ASSERT_NOT_EQUAL(memcmp(other.sha1, certificate.sha1, sizeof(other.sha1)), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(other.sha256, certificate.sha256, sizeof(other.sha256)), 0);
    CU_ASSERT_EQUAL(other.length, der.len - 1);
}

/* The digests of three octets "abc", FIPS 180-4 examples. */
static void what_is_no_certificate_has_a_fingerprint(void)
{
    static const uint8_t sha1[] = {0xa9, 0x99, 0x3e, 0x36, 0x47};
    static const uint8_t sha256[] = {0xba, 0x78, 0x16, 0xbf, 0x8f};

    certificate_read(bytes_of("abc", 3), &certificate);
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_UNREADABLE);
    CU_ASSERT_PTR_NOT_NULL(certificate.reason);
    CU_ASSERT_EQUAL(memcmp(certificate.sha1, sha1, sizeof(sha1)), 0);
    CU_ASSERT_EQUAL(memcmp(certificate.sha256, sha256, sizeof(sha256)), 0);
    CU_ASSERT_STRING_EQUAL(certificate.key_name, "unknown");
    certificate_read((struct bytes){0}, &certificate);
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_UNREADABLE);
}

static void more_than_1_mib_is_not_read(void)
{
    static uint8_t octets[CERTIFICATE_DER_MAX + 1];

    certificate_read(bytes_of(octets, sizeof(octets)), &certificate);
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_UNREADABLE);
    CU_ASSERT_STRING_EQUAL(certificate.reason, "larger than 1 MiB");
}

static const char *const hostile_bases[] = {
    "leaf",     "leaf_aia",       "leaf_all_names",  "intermediate",
    "old_root", "names_in_latin", "name_constraints"};

#define BASES (sizeof(hostile_bases) / sizeof(hostile_bases[0]))

/* Whatever the octets are, what is said of them keeps within its bounds. */
static void check_bounds(void)
{
    size_t used = 0;

    CU_ASSERT_TRUE(certificate.name_count <= CERTIFICATE_NAMES_MAX);
    CU_ASSERT_TRUE(certificate.serial_length <= CERTIFICATE_SERIAL_MAX);
    CU_ASSERT_TRUE(certificate.subject_key_id.length <= CERTIFICATE_KEY_ID_MAX);
    CU_ASSERT_TRUE(certificate.authority_key_id.length <= CERTIFICATE_KEY_ID_MAX);
    CU_ASSERT_TRUE(strlen(certificate.subject) < CERTIFICATE_TEXT_SIZE);
    CU_ASSERT_EQUAL(certificate.reason == NULL, certificate.reading == CERTIFICATE_READ);
    for (size_t i = 0; i < certificate.name_count; i++)
        used += certificate_name(&certificate, i).len;
    CU_ASSERT_TRUE(used <= CERTIFICATE_NAME_OCTETS);
}

static void every_prefix_is_bounded(void)
{
    struct guard guard = guard_new();

    for (size_t i = 0; i < BASES; i++) {
        struct bytes der = certificates_der(hostile_bases[i]);

        for (size_t length = 0; length < der.len; length++) {
            certificate_read(guard_copy(&guard, der.data, length), &certificate);
            CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_UNREADABLE);
        }
        certificate_read(guard_copy(&guard, der.data, der.len), &certificate);
        CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_READ);
    }
    guard_free(&guard);
}

/* A fixed seed: the same mutations everywhere. Numbers by xorshift, G. Marsaglia, 2003. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void mutations_are_bounded(void)
{
    enum { ROUNDS = 3000, SIZE = 2048 };
    struct guard guard = guard_new();
    uint8_t octets[SIZE];
    struct bytes bases[BASES];
    uint32_t state = 20240501;
    size_t refused = 0;

    for (size_t i = 0; i < BASES; i++)
        bases[i] = certificates_der(hostile_bases[i]);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct bytes der = bases[round % BASES];

        CU_ASSERT_TRUE_FATAL(der.len <= SIZE);
        memcpy(octets, der.data, der.len);
        for (uint32_t count = 1 + next_random(&state) % 4; count > 0; count--)
            octets[next_random(&state) % der.len] = (uint8_t)next_random(&state);
        certificate_read(guard_copy(&guard, octets, der.len), &certificate);
        check_bounds();
        refused += certificate.reading != CERTIFICATE_READ;
    }
    /* They do hit something. */
    CU_ASSERT_TRUE(refused > ROUNDS / 20 && refused < ROUNDS);
    guard_free(&guard);
}

static void octets_after_the_certificate_are_noted(void)
{
    uint8_t octets[2048];
    struct bytes der = certificates_der("leaf");

    memcpy(octets, der.data, der.len);
    octets[der.len] = 0;
    certificate_read(bytes_of(octets, der.len + 1), &certificate);
    CU_ASSERT_EQUAL(certificate.reading, CERTIFICATE_OUTER);
    CU_ASSERT_STRING_EQUAL(certificate.reason, "octets follow the certificate");
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"the fields of a good certificate", the_fields_of_a_good_certificate},
        {"the constraints of a leaf and a CA", the_constraints_of_a_leaf_and_a_ca},
        {"keys and signatures", keys_and_signatures},
        {"names of every kind", names_of_every_kind},
        {"places, policies and timestamps", places_policies_and_timestamps},
        {"a name is printable whatever is in it", a_name_is_printable_whatever_is_in_it},
        {"names match whatever their form", names_match_whatever_their_form},
        {"spaces of a name are folded, but count", spaces_of_a_name_are_folded_but_count},
        {"times far from now", times_far_from_now},
        {"serial numbers that are not allowed", serial_numbers_that_are_not_allowed},
        {"what cannot be read whole", what_cannot_be_read_whole},
        {"an unknown critical extension is noted", an_unknown_critical_extension_is_noted},
        {"large certificates", large_certificates},
        {"the fingerprints are of the DER", the_fingerprints_are_of_the_der},
        {"what is no certificate has a fingerprint", what_is_no_certificate_has_a_fingerprint},
        {"more than 1 MiB is not read", more_than_1_mib_is_not_read},
        {"every prefix is bounded", every_prefix_is_bounded},
        {"mutations are bounded", mutations_are_bounded},
        {"octets after the certificate are noted", octets_after_the_certificate_are_noted},
        CU_TEST_INFO_NULL,
    };

    return suite_run("certificate", tests);
}
