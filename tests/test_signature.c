/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures that openssl made: tools/lab/signatures. */
#include "analyze/signature.h"
#include "analyze/signature_ledger.h"
#include "capture/time_unit.h"
#include "tests/support/certificates.h"
#include "tests/support/suite.h"
#include "tests/support/wire.h"

enum { CONTENT_OCTETS = 100 };

static struct bytes content(void)
{
    static uint8_t octets[CONTENT_OCTETS];

    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)i;
    return bytes_of(octets, sizeof(octets));
}

static enum signature_check verified(const char *certificate, uint16_t scheme, const char *vector,
                                     struct bytes signed_content)
{
    struct guard guard = guard_new();
    struct signature_claim claim = {
        .scheme = scheme,
        .signature = guard_vector(&guard, vector),
        .content = signed_content,
    };
    enum signature_check check = signature_verify(certificates_der(certificate), &claim);

    guard_free(&guard);
    return check;
}

static const struct {
    const char *certificate;
    const char *vector;
    uint16_t scheme;
} good[] = {
    {"signer_rsa", "signature_rsa_sha1", 0x0201},
    {"signer_rsa", "signature_rsa_sha224", 0x0301},
    {"signer_rsa", "signature_rsa_sha256", 0x0401},
    {"signer_rsa", "signature_rsa_sha384", 0x0501},
    {"signer_rsa", "signature_rsa_sha512", 0x0601},
    {"signer_rsa", "signature_rsae_pss_sha256", 0x0804},
    {"signer_rsa", "signature_rsae_pss_sha384", 0x0805},
    {"signer_rsa", "signature_rsae_pss_sha512", 0x0806},
    {"signer_rsa_pss", "signature_rsa_pss_sha256", 0x0809},
    {"signer_rsa_pss", "signature_rsa_pss_sha384", 0x080a},
    {"signer_rsa_pss", "signature_rsa_pss_sha512", 0x080b},
    {"signer_p256", "signature_p256_sha1", 0x0203},
    {"signer_p256", "signature_p256_sha224", 0x0303},
    {"signer_p256", "signature_p256_sha256", 0x0403},
    {"signer_p256", "signature_p256_sha512", 0x0603},
    {"signer_p384", "signature_p384_sha384", 0x0503},
    {"signer_p521", "signature_p521_sha512", 0x0603},
    {"signer_ed25519", "signature_ed25519", 0x0807},
    {"signer_ed448", "signature_ed448", 0x0808},
};

static void a_signature_of_the_key_verifies(void)
{
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CU_ASSERT_EQUAL(verified(good[i].certificate, good[i].scheme, good[i].vector, content()),
                        SIGNATURE_VERIFIES);
}

static void a_signature_of_something_else_is_wrong(void)
{
    const struct bytes shorter = bytes_of(content().data, CONTENT_OCTETS - 1);

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CU_ASSERT_EQUAL(verified(good[i].certificate, good[i].scheme, good[i].vector, shorter),
                        SIGNATURE_WRONG);
}

/* Keys of the same size, of another one, and on another curve. */
static void a_signature_of_another_key_is_wrong(void)
{
    static const struct {
        const char *certificate;
        const char *vector;
        uint16_t scheme;
    } rows[] = {
        {"signer_rsa_other", "signature_rsa_sha256", 0x0401},
        {"signer_rsa_other", "signature_rsae_pss_sha256", 0x0804},
        {"signer_rsa", "signature_rsa_3072", 0x0401},
        {"signer_p384", "signature_p256_sha256", 0x0403},
        {"signer_p256", "signature_p384_sha384", 0x0503},
        {"signer_p256", "signature_p521_sha512", 0x0603},
        {"signer_ed25519", "signature_ed448", 0x0807},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(verified(rows[i].certificate, rows[i].scheme, rows[i].vector, content()),
                        SIGNATURE_WRONG);
}

/* DSA, MD5, a scheme that is no one's, a key that does not make the scheme, what is no certificate
 * or no signature. */
static void what_cannot_be_decided_is_unknown(void)
{
    static const struct {
        const char *certificate;
        const char *vector;
        uint16_t scheme;
    } rows[] = {
        {"signer_rsa", "signature_rsa_sha256", 0x0101},
        {"signer_rsa", "signature_rsa_sha256", 0x0402},
        {"signer_rsa", "signature_rsa_sha256", 0x0a0a},
        {"signer_rsa", "signature_rsa_sha256", 0x0403},
        {"signer_rsa", "signature_rsa_pss_sha256", 0x0809},
        {"signer_rsa_pss", "signature_rsae_pss_sha256", 0x0804},
        {"signer_p256", "signature_ed25519", 0x0403},
        {"crl", "signature_rsa_sha256", 0x0401},
    };
    const struct signature_claim empty = {.scheme = 0x0401, .content = content()};
    struct signature_claim large = empty;
    static uint8_t octets[SIGNATURE_CONTENT_MAX + 1];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CU_ASSERT_EQUAL(verified(rows[i].certificate, rows[i].scheme, rows[i].vector, content()),
                        SIGNATURE_UNKNOWN);
    CU_ASSERT_EQUAL(signature_verify(certificates_der("signer_rsa"), &empty), SIGNATURE_UNKNOWN);
    large.content = bytes_of(octets, sizeof(octets));
    large.signature = content();
    CU_ASSERT_EQUAL(signature_verify(certificates_der("signer_rsa"), &large), SIGNATURE_UNKNOWN);
}

static void a_second_has_its_share(void)
{
    struct signature_ledger *ledger = signature_ledger_new();
    struct guard guard = guard_new();
    struct bytes certificate = certificates_der("signer_rsa");
    const struct signature_claim claim = {
        .scheme = 0x0401,
        .signature = guard_vector(&guard, "signature_rsa_sha256"),
        .content = content(),
    };

    CU_ASSERT_PTR_NOT_NULL_FATAL(ledger);
    for (size_t i = 0; i < SIGNATURE_LEDGER_PER_SECOND; i++)
        CU_ASSERT_EQUAL(signature_ledger_verify(ledger, 5 * SECOND_NS, certificate, &claim),
                        SIGNATURE_VERIFIES);
    CU_ASSERT_EQUAL(signature_ledger_left_out(ledger), 0);
    CU_ASSERT_EQUAL(signature_ledger_verify(ledger, 5 * SECOND_NS, certificate, &claim),
                    SIGNATURE_UNKNOWN);
    CU_ASSERT_EQUAL(signature_ledger_left_out(ledger), 1);
    CU_ASSERT_EQUAL(signature_ledger_verify(ledger, 6 * SECOND_NS, certificate, &claim),
                    SIGNATURE_VERIFIES);
    CU_ASSERT_EQUAL(signature_ledger_left_out(ledger), 1);
    signature_ledger_free(ledger);
    guard_free(&guard);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a signature of the key verifies", a_signature_of_the_key_verifies},
        {"a signature of something else is wrong", a_signature_of_something_else_is_wrong},
        {"a signature of another key is wrong", a_signature_of_another_key_is_wrong},
        {"what cannot be decided is unknown", what_cannot_be_decided_is_unknown},
        {"a second has its share", a_second_has_its_share},
        CU_TEST_INFO_NULL,
    };

    return suite_run("signature", tests);
}
