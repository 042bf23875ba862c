/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_state.h -- what is known of servers, as octets that a later run can begin with.
 *
 *   octets  0  "tlswhy state"
 *          12  version of the format, KNOWLEDGE_STATE_VERSION
 *          16  octets of all of it
 *          24  the two numbers of the hash key, by which names and clients are recognised
 *          40  servers, names
 *          48  the servers, then the names, each the longest unused first
 *         -32  SHA-256 of all before
 *
 * All numbers are in network order. Of clients there are the sketches in the servers' records
 * alone (knowledge_sketch.h); what is known of single clients is not kept. The hash key is a
 * secret: so is the state.
 */
#ifndef TLSWHY_ANALYZE_KNOWLEDGE_STATE_H
#define TLSWHY_ANALYZE_KNOWLEDGE_STATE_H

#include "analyze/insight.h"
#include "analyze/knowledge.h"

enum {
    KNOWLEDGE_STATE_VERSION = 4,
    KNOWLEDGE_STATE_MAX = 64 * 1024 * 1024 /* octets that are read: twice the full tables */
};

struct knowledge_state_error {
    uint64_t offset;    /* octets from the beginning */
    const char *reason; /* static */
};

/* Write all that is known of servers, names, clients, clocks and issuers; its hash key and its
 * sketch key are one. When that is more than octets_max, each table is halved until it is not:
 * *left_out is how many records, those longest unused, are not in it. A state of nothing has
 * some 100 octets, whatever the limit. *out is the caller's, for file_free() of file.h. False:
 * no memory. */
MUST_USE bool knowledge_state_write(struct knowledge *knowledge, struct insight *insight,
                                    size_t octets_max, struct bytes *out, uint64_t *left_out);

/* Know what was known when the state was written; knowledge and insight have learned nothing
 * yet, and take the hash key of the state. Where the state has more records than the tables
 * take, those longest unused are left out. False, and *error set, if the state is damaged or of
 * another version: nothing of it is known then. */
MUST_USE bool knowledge_state_read(struct knowledge *knowledge, struct insight *insight,
                                   struct bytes state, struct knowledge_state_error *error);

#endif
