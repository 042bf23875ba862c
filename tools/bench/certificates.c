/* SPDX-License-Identifier: GPL-2.0-or-later */
/* certificates FILE.der -- what a certificate costs that comes again, one that is new, and what
 * wolfSSL alone needs for it (parse, SHA-1, SHA-256): nanoseconds of CPU time each.
 *
 *     build/release/bench_certificates tests/certificates/leaf.der
 */
#include <wolfssl/options.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wolfssl/wolfcrypt/asn.h>
#include <wolfssl/wolfcrypt/hash.h>

#include "analyze/certificate_cache.h"

enum {
    AGAIN = 1000000,
    NEW = 50000,
    DER_MAX = 65536,
    COUNTER_OCTETS = 8 /* at the end, in the signature, which nobody verifies */
};

struct subject {
    uint8_t octets[DER_MAX];
    struct bytes der;
    struct certificate_cache *cache;
};

/* Make the certificate another one. */
static void change(struct subject *subject, uint64_t counter)
{
    memcpy(subject->octets + subject->der.len - COUNTER_OCTETS, &counter, COUNTER_OCTETS);
}

static bool get_again(struct subject *subject, uint64_t counter)
{
    (void)counter;
    return certificate_cache_get(subject->cache, subject->der) != NULL;
}

static bool get_new(struct subject *subject, uint64_t counter)
{
    change(subject, counter);
    return certificate_cache_get(subject->cache, subject->der) != NULL;
}

static bool parse_alone(struct subject *subject, uint64_t counter)
{
    uint8_t digest[WC_SHA256_DIGEST_SIZE];
    DecodedCert certificate;
    int error;

    change(subject, counter);
    wc_InitDecodedCert(&certificate, subject->octets, (word32)subject->der.len, NULL);
    error = wc_ParseCert(&certificate, CERT_TYPE, NO_VERIFY, NULL);
    wc_FreeDecodedCert(&certificate);
    return error == 0 && wc_ShaHash(subject->octets, (word32)subject->der.len, digest) == 0
           && wc_Sha256Hash(subject->octets, (word32)subject->der.len, digest) == 0;
}

/* Print how long one of so many takes. */
static bool measure(const char *name, bool (*work)(struct subject *subject, uint64_t counter),
                    struct subject *subject, uint64_t count)
{
    clock_t began = clock();
    bool works = true;

    for (uint64_t i = 0; works && i < count; i++)
        works = work(subject, i);
    printf("%-24s %8.0f ns\n", name,
           (double)(clock() - began) * 1e9 / CLOCKS_PER_SEC / (double)count);
    return works;
}

static bool read_der(const char *path, struct subject *subject)
{
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(subject->octets, 1, sizeof(subject->octets), file) : 0;

    if (file != NULL)
        fclose(file);
    subject->der = bytes_of(subject->octets, length);
    return length > COUNTER_OCTETS;
}

int main(int argc, char **argv)
{
    static struct subject subject;
    bool works;

    if (argc != 2) {
        fprintf(stderr, "usage: bench_certificates FILE.der\n");
        return 2;
    }
    subject.cache = certificate_cache_new(NULL);
    works = subject.cache != NULL && read_der(argv[1], &subject)
            && measure("comes again", get_again, &subject, AGAIN)
            && measure("is new", get_new, &subject, NEW)
            && measure("wolfSSL alone", parse_alone, &subject, NEW);
    certificate_cache_free(subject.cache);
    if (!works)
        fprintf(stderr, "bench_certificates: %s: no certificate that can be read\n", argv[1]);
    return works ? 0 : 1;
}
