/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trust_files.h -- the trust store and the revocation lists that the command line names. */
#ifndef TLSWHY_TOOLS_TRUST_FILES_H
#define TLSWHY_TOOLS_TRUST_FILES_H

#include "analyze/revocation.h"
#include "analyze/trust.h"
#include "tools/tlswhy/options.h"

struct trust_files {
    struct trust_store *store;
    struct crl_set *crls; /* NULL: none given */
};

/* Open what the options name. A trust store that was named is loaded at once, so that an error in
 * it is told before the first verdict; the system's is loaded when a verdict asks for it. False
 * when a file cannot be used: the reason was written to standard error. */
bool trust_files_open(struct trust_files *files, const struct options *options);

/* Load a store, and say what is wrong with it. False when it has a path and holds no
 * certificate. */
bool trust_files_load(struct trust_store *store);

/* One line for what is wrong with a file: system_error (errno), or reason if that is 0. Returns
 * false. */
bool trust_files_complain(const char *path, uint64_t offset, const char *reason, int system_error);

void trust_files_close(struct trust_files *files);

#endif
