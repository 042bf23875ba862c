/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_key.h -- with what a failure is counted, private to analyze/incident*.c.
 *
 * A path is told by the sender of ICMP errors, by the hop limit of RSTs that do not come from the
 * host, or, where packets vanish, by the network in which they do. Causes that a host itself makes
 * have no path.
 */
#ifndef TLSWHY_ANALYZE_INCIDENT_KEY_H
#define TLSWHY_ANALYZE_INCIDENT_KEY_H

#include "analyze/incident.h"

struct incident_key {
    uint8_t octets[INCIDENT_KEY];
};

/* The cause's identifier, in octets that are 0 behind it. */
void incident_key_put_cause(uint8_t out[INCIDENT_CAUSE_KEY], const struct cause *cause);

/* The key of a failure in a table. False: it has none there. */
bool incident_key_of(const uint64_t hash_key[2], enum incident_table table,
                     const struct incident_failure *failure, struct incident_key *key);

/* Make it the key of the incident that was the first, second ... with it; 0: the one that is not
 * over. */
void incident_key_set_generation(struct incident_key *key, uint32_t generation);

/* Whether it is the key of the one that is not over. */
bool incident_key_is_current(const uint8_t key[INCIDENT_KEY]);

/* Whether the cause is about the name that was asked for. */
bool incident_is_about_name(const struct incident_failure *failure);

/* The path that a failure shows. */
struct incident_path incident_path_of(const struct incident_failure *failure);

#endif
