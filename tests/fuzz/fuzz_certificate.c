/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates and what revokes them.
 *
 * The first octet of the input chooses: a certificate, the body of a Certificate message up to TLS
 * 1.2, which is judged, a revocation list, or an OCSP response. The rest is its octets.
 */
#include "analyze/chain.h"
#include "tests/fuzz/fuzz.h"

static void read_names(const struct certificate *certificate)
{
    char text[64];

    must(certificate->name_count <= CERTIFICATE_NAMES_MAX);
    for (size_t i = 0; i < certificate->name_count; i++) {
        touch(certificate_name(certificate, i));
        certificate_name_text(certificate, i, text, sizeof(text));
        must(strlen(text) < sizeof(text));
    }
}

static void check_certificate(const struct certificate *certificate)
{
    int64_t off_by;

    must((certificate->reason == NULL) == (certificate->reading == CERTIFICATE_READ));
    must(certificate->serial_length <= CERTIFICATE_SERIAL_MAX);
    must(certificate->subject_key_id.length <= CERTIFICATE_KEY_ID_MAX);
    must(certificate->key_name != NULL && certificate->signature_name != NULL);
    must(strlen(certificate->subject) < CERTIFICATE_TEXT_SIZE);
    must(strlen(certificate->issuer_url) < CERTIFICATE_URL_SIZE);
    read_names(certificate);
    (void)chain_validity_at(certificate, 0, &off_by);
    (void)chain_weakness_of(certificate, true);
    (void)name_match_certificate(certificate, bytes_of("www.example.test", 16));
    (void)name_match_certificate(certificate, bytes_of("192.0.2.1", 9));
}

static void read_certificate(struct bytes der)
{
    static struct certificate certificate;

    certificate_read(der, &certificate);
    check_certificate(&certificate);
}

static void judge(const struct chain *chain, const struct certificate_cache *cache)
{
    struct chain_question question = {
        .role = CHAIN_SERVER,
        .at = 1735905600,
        .server_name = bytes_of("www.example.test", 16),
        .staple_expected = true,
        .seen = cache,
    };
    struct chain_judgement judgement;

    chain_judge(chain, &question, &judgement);
    must(judgement.path_length <= chain->count);
    must(judgement.duplicates + judgement.unrelated + judgement.path_length <= chain->count
         || judgement.leaf == NULL);
    must((judgement.leaf == NULL) == (judgement.end == CHAIN_END_EMPTY));
    for (size_t depth = 0; depth < chain_depth(&judgement); depth++)
        must(chain_at_depth(chain, &judgement, depth) != NULL);
}

static void read_message(struct bytes body)
{
    struct certificate_cache *cache = certificate_cache_new(NULL);
    struct certificate_list list;
    struct chain chain;

    must(cache != NULL);
    if (certificate_list_parse(body, TLS_VERSION_1_2, &list)) {
        chain_collect(&chain, &list, cache);
        must(chain.count + chain.beyond == list.count);
        for (size_t i = 0; i < chain.count; i++)
            check_certificate(chain.certificates[i]);
        judge(&chain, cache);
    }
    certificate_cache_free(cache);
}

static void read_list(struct bytes der)
{
    static struct certificate certificate; /* unreadable: nothing is found for it */
    struct crl_set *set = crl_set_new();
    struct crl_error error;

    must(set != NULL);
    if (crl_set_add_der(set, der, &error))
        must(crl_set_count(set) == 1);
    certificate.reading = CERTIFICATE_OUTER;
    (void)crl_set_find(set, &certificate);
    crl_set_free(set);
}

static void read_response(struct bytes der)
{
    static struct certificate certificate; /* of serial number 0x1234 */
    const struct ocsp_question question = {.certificate = &certificate, .issuer = &certificate};
    struct ocsp_answer answer;

    certificate.serial[0] = 0x12;
    certificate.serial[1] = 0x34;
    certificate.serial_length = 2;
    if (ocsp_response_read(der, &question, &answer) && answer.found)
        must(answer.status <= OCSP_UNKNOWN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct bytes) = {read_certificate, read_message, read_list,
                                                    read_response};
    struct bytes in = bytes_of(data, size);
    uint8_t choice;

    if (bytes_u8(&in, &choice))
        readers[choice % (sizeof(readers) / sizeof(readers[0]))](in);
    return 0;
}
