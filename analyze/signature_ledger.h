/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signature_ledger.h -- verifies signatures, so many for each second of packet time and no more.
 *
 * A verification costs as much as some hundred packets, and who can have handshakes captured
 * chooses how many there are. Results are not remembered: who asks keeps them.
 */
#ifndef TLSWHY_ANALYZE_SIGNATURE_LEDGER_H
#define TLSWHY_ANALYZE_SIGNATURE_LEDGER_H

#include "analyze/signature.h"

enum {
    SIGNATURE_LEDGER_PER_SECOND = 32, /* live, a tenth of a processor's time at the most */
    SIGNATURE_LEDGER_SECONDS = 256    /* longer than until one that ended is judged; 4 KiB in all */
};

struct signature_ledger;

/* An empty one; NULL when memory is short. */
struct signature_ledger *signature_ledger_new(void);
void signature_ledger_free(struct signature_ledger *ledger); /* NULL is harmless */

/* As signature_verify, for a handshake that ended at this packet time. SIGNATURE_UNKNOWN, and
 * counted, when its second has had its share. */
enum signature_check signature_ledger_verify(struct signature_ledger *ledger, int64_t time_ns,
                                             struct bytes certificate,
                                             const struct signature_claim *claim);

/* How many those were. */
uint64_t signature_ledger_left_out(const struct signature_ledger *ledger);

#endif
