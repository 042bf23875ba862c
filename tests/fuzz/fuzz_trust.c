/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with roots and with revocation lists, PEM or DER.
 *
 * The first octet of the input chooses the kind; the rest is the file.
 */
#include "analyze/revocation.h"
#include "analyze/trust.h"
#include "tests/fuzz/fuzz.h"

static void read_store(struct bytes contents)
{
    static struct certificate certificate; /* read from nothing */
    struct trust_store *store = trust_store_new("store.pem");
    const struct trust_error *errors;
    size_t count;
    size_t further;

    must(store != NULL);
    trust_store_add(store, contents, "store.pem");
    must((trust_store_load(store) == TRUST_LOADED) == (trust_store_count(store) > 0));
    must(trust_store_count(store) <= TRUST_ANCHORS_MAX);
    errors = trust_store_errors(store, &count, &further);
    must(count <= TRUST_ERRORS_MAX && (further == 0 || count == TRUST_ERRORS_MAX));
    for (size_t i = 0; i < count; i++)
        must(errors[i].reason != NULL && errors[i].offset <= contents.len);
    certificate_read(contents, &certificate);
    (void)trust_store_find_issuer(store, &certificate, 1735905600);
    (void)trust_store_contains(store, &certificate);
    trust_store_free(store);
}

static void read_lists(struct bytes contents)
{
    struct crl_set *set = crl_set_new();
    struct crl_error error = {0};

    must(set != NULL);
    if (!crl_set_add(set, contents, &error))
        must(error.reason != NULL && error.offset <= contents.len);
    must(crl_set_count(set) <= CRL_LISTS_MAX);
    crl_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    uint8_t choice;

    if (!bytes_u8(&in, &choice))
        return 0;
    if (choice & 1)
        read_lists(in);
    else
        read_store(in);
    return 0;
}
