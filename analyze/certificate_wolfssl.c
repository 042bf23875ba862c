/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What wolfSSL reads. Its headers change their contents with the options of the build: these
 * come first, and a struct DecodedCert never leaves this file. */
#include <wolfssl/options.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

#include "analyze/certificate_parts.h"

static const struct {
    word32 oid_sum;
    enum certificate_digest digest;
    const char *name;
} signatures[] = {
    {CTC_SHA256wRSA, DIGEST_SHA256, "sha256WithRSAEncryption"},
    {CTC_SHA384wRSA, DIGEST_SHA384, "sha384WithRSAEncryption"},
    {CTC_SHA512wRSA, DIGEST_SHA512, "sha512WithRSAEncryption"},
    {CTC_SHA224wRSA, DIGEST_SHA224, "sha224WithRSAEncryption"},
    {CTC_SHAwRSA, DIGEST_SHA1, "sha1WithRSAEncryption"},
    {CTC_MD5wRSA, DIGEST_MD5, "md5WithRSAEncryption"},
    {CTC_MD2wRSA, DIGEST_MD2, "md2WithRSAEncryption"},
    {CTC_RSASSAPSS, DIGEST_UNKNOWN, "rsassaPss"},
    {CTC_SHA256wECDSA, DIGEST_SHA256, "ecdsa-with-SHA256"},
    {CTC_SHA384wECDSA, DIGEST_SHA384, "ecdsa-with-SHA384"},
    {CTC_SHA512wECDSA, DIGEST_SHA512, "ecdsa-with-SHA512"},
    {CTC_SHA224wECDSA, DIGEST_SHA224, "ecdsa-with-SHA224"},
    {CTC_SHAwECDSA, DIGEST_SHA1, "ecdsa-with-SHA1"},
    {CTC_SHAwDSA, DIGEST_SHA1, "dsa-with-sha1"},
    {CTC_SHA256wDSA, DIGEST_SHA256, "dsa-with-sha256"},
    {CTC_SHA3_256wRSA, DIGEST_SHA3, "rsa-with-sha3-256"},
    {CTC_SHA3_384wRSA, DIGEST_SHA3, "rsa-with-sha3-384"},
    {CTC_SHA3_512wRSA, DIGEST_SHA3, "rsa-with-sha3-512"},
    {CTC_SHA3_256wECDSA, DIGEST_SHA3, "ecdsa-with-sha3-256"},
    {CTC_SHA3_384wECDSA, DIGEST_SHA3, "ecdsa-with-sha3-384"},
    {CTC_SHA3_512wECDSA, DIGEST_SHA3, "ecdsa-with-sha3-512"},
    {CTC_ED25519, DIGEST_INTRINSIC, "Ed25519"},
    {CTC_ED448, DIGEST_INTRINSIC, "Ed448"},
};

/* wolfSSL's bits and ours. */
struct bit {
    unsigned theirs;
    uint16_t ours;
};

static const struct bit usages[] = {
    {KEYUSE_DIGITAL_SIG, USAGE_DIGITAL_SIGNATURE},
    {KEYUSE_CONTENT_COMMIT, USAGE_NON_REPUDIATION},
    {KEYUSE_KEY_ENCIPHER, USAGE_KEY_ENCIPHERMENT},
    {KEYUSE_DATA_ENCIPHER, USAGE_DATA_ENCIPHERMENT},
    {KEYUSE_KEY_AGREE, USAGE_KEY_AGREEMENT},
    {KEYUSE_KEY_CERT_SIGN, USAGE_KEY_CERT_SIGN},
    {KEYUSE_CRL_SIGN, USAGE_CRL_SIGN},
    {KEYUSE_ENCIPHER_ONLY, USAGE_ENCIPHER_ONLY},
    {KEYUSE_DECIPHER_ONLY, USAGE_DECIPHER_ONLY},
};

static const struct bit purposes[] = {
    {EXTKEYUSE_SERVER_AUTH, PURPOSE_SERVER_AUTH},
    {EXTKEYUSE_CLIENT_AUTH, PURPOSE_CLIENT_AUTH},
    {EXTKEYUSE_CODESIGN, PURPOSE_CODE_SIGNING},
    {EXTKEYUSE_EMAILPROT, PURPOSE_EMAIL_PROTECTION},
    {EXTKEYUSE_TIMESTAMP, PURPOSE_TIME_STAMPING},
    {EXTKEYUSE_OCSP_SIGN, PURPOSE_OCSP_SIGNING},
    {EXTKEYUSE_ANY, PURPOSE_ANY},
};

static uint16_t translate(const struct bit *bits, size_t count, unsigned theirs)
{
    uint16_t ours = 0;

    for (size_t i = 0; i < count; i++)
        if ((theirs & bits[i].theirs) != 0)
            ours |= bits[i].ours;
    return ours;
}

static void signature_read(const DecodedCert *cert, const struct certificate_outline *outline,
                           struct certificate *out)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        if (signatures[i].oid_sum != cert->signatureOID)
            continue;
        out->signature_name = signatures[i].name;
        out->digest = signatures[i].digest;
    }
    if (cert->signatureOID == CTC_RSASSAPSS)
        out->digest = certificate_pss_digest(outline);
}

static void constraints_read(const DecodedCert *cert, struct certificate *out)
{
    out->is_ca = cert->isCA;
    out->constraints_are_critical = cert->extBasicConstCrit;
    out->has_path_length = cert->pathLengthSet;
    out->path_length = cert->pathLengthSet ? cert->pathLength : 0;
    out->has_key_usage = cert->extKeyUsageSet;
    out->key_usage = translate(usages, sizeof(usages) / sizeof(usages[0]), cert->extKeyUsage);
    out->has_purposes = cert->extExtKeyUsageSet;
    out->purposes |=
        translate(purposes, sizeof(purposes) / sizeof(purposes[0]), cert->extExtKeyUsage);
}

bool certificate_wolfssl_read(struct bytes der, const struct certificate_outline *outline,
                              struct certificate *out)
{
    DecodedCert cert;
    int error;

    wc_InitDecodedCert(&cert, der.data, (word32)der.len, NULL);
    error = wc_ParseCert(&cert, CERT_TYPE, NO_VERIFY, NULL);
    /* Everything was read, then a critical extension made it refuse. */
    if (error == 0 || error == ASN_CRIT_EXT_E) {
        signature_read(&cert, outline, out);
        constraints_read(&cert, out);
        error = 0;
    }
    wc_FreeDecodedCert(&cert);
    if (error == 0)
        return true;
    out->reason = wc_GetErrorString(error);
    return false;
}
