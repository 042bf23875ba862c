/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judged.h -- a chain of the files of tests/certificates, judged for the tests of what is said
 * about chains. */
#ifndef TLSWHY_TESTS_SUPPORT_JUDGED_H
#define TLSWHY_TESTS_SUPPORT_JUDGED_H

#include "analyze/chain.h"

struct judged {
    struct certificate_cache *cache;
    struct trust_store *trust; /* Root and Old Root */
    bool knows_others;         /* certificates of the chains before count as seen elsewhere */
    struct chain chain;
    struct chain_judgement judgement;
};

/* Everything here ends the test program when it cannot do its work. */
void judged_begin(struct judged *judged);
void judged_end(struct judged *judged);

/* Judge the chain of these files, names with blanks between, as a server's for this name, or as a
 * client's when it is NULL, at a time in seconds since 1970. */
void judged_chain(struct judged *judged, const char *files, const char *name, int64_t at);

#endif
