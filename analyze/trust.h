/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trust.h -- the trust store: which certificates are anchors.
 *
 * A PEM bundle, one DER certificate, or a directory of both. Nothing is read before the first
 * lookup: a capture without a certificate to judge pays nothing.
 */
#ifndef TLSWHY_ANALYZE_TRUST_H
#define TLSWHY_ANALYZE_TRUST_H

#include "analyze/certificate.h"

enum {
    TRUST_FILE_MAX = 16 * 1024 * 1024, /* octets of one file; the public bundle has 220 KiB */
    TRUST_FILES_MAX = 4096,            /* files of a directory; hashed links double the 150 */
    TRUST_ANCHORS_MAX = 8192,          /* anchors in all */
    TRUST_ERRORS_MAX = 16              /* errors that are kept, the rest is counted */
};

/* What was wrong with a file of the store. */
struct trust_error {
    char file[256];     /* path, cut at its front with "..." */
    uint64_t offset;    /* octets from the file's beginning */
    const char *reason; /* static */
    int system_error;   /* errno of the operation, 0: none */
};

enum trust_state {
    TRUST_NOT_LOADED,
    TRUST_LOADED, /* at least one anchor */
    TRUST_NONE    /* no store was found, or it holds no certificate */
};

struct trust_store;

/* A store that will load path, a file or a directory; NULL: the system's bundle. path is copied.
 * NULL: no memory. */
struct trust_store *trust_store_new(const char *path);

/* NULL is harmless. */
void trust_store_free(struct trust_store *store);

/* Files are read elsewhere, for the process may open none: loading takes what trust_store_add was
 * given, if anything. */
void trust_store_read_none(struct trust_store *store);

/* Add the contents of a file that was read elsewhere. Loading then reads no other. path is for
 * errors, and copied. Only before the store is loaded. */
void trust_store_add(struct trust_store *store, struct bytes contents, const char *path);

/* Call take for each file of a directory that is named like a certificate, of more than
 * TRUST_FILES_MAX for one more, which shows that there are. False: it cannot be opened, errno says
 * why. */
bool trust_each_file(const char *path, void (*take)(void *context, const char *file),
                     void *context);

/* Load now, unless that was done. After it the state is TRUST_LOADED or TRUST_NONE. */
enum trust_state trust_store_load(struct trust_store *store);

/* The path that is or will be used: the system's bundle is looked for by the first load, before
 * which it is NULL; NULL also when none was found. Owned by the store. */
const char *trust_store_path(const struct trust_store *store);

/* Errors kept, *count of them; *further more were only counted. Owned by the store. */
const struct trust_error *trust_store_errors(const struct trust_store *store, size_t *count,
                                             size_t *further);

/* How many anchors there are; 0 before a load. */
size_t trust_store_count(const struct trust_store *store);

/* The anchor that may have issued this certificate (certificate_may_issue()): of several, one
 * whose key identifier matches and that is valid at the time `at` (seconds since 1970) is
 * preferred. Loads the store. Owned by the store. NULL: none. */
const struct certificate *trust_store_find_issuer(struct trust_store *store,
                                                  const struct certificate *certificate,
                                                  int64_t at);

/* This very certificate (same octets, judged by SHA-256) is an anchor. Loads the store. */
bool trust_store_contains(struct trust_store *store, const struct certificate *certificate);

#endif
