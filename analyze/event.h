/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event.h -- a verdict, or news of a certificate, as one line of JSON, in the Elastic Common
 * Schema.
 *
 * Fields outside the object "tlswhy" are those of ECS; the schema of the whole is
 * tools/schema/tlswhy-event.schema.json. What a peer chose is escaped and bounded (json.h) and
 * is never a key.
 */
#ifndef TLSWHY_ANALYZE_EVENT_H
#define TLSWHY_ANALYZE_EVENT_H

#include "analyze/incident.h"
#include "analyze/inventory.h"
#include "analyze/verdict.h"
#include "capture/origin.h"

enum {
    EVENT_LINE_MAX = 640 * 1024,    /* octets of one line: above what all limits allow (event.c) */
    EVENT_CHAIN_OCTETS_MAX = 65536, /* of the certificates of a side: more than any chain that
                                       clients take */
    EVENT_ALPN_OCTETS_MAX = 8192    /* of the application protocols that a client offers: two
                                       names, as a rule, of ten octets */
};

/* The addresses that agree with this one in so many leading bits, of 128 for IPv4 too. */
struct event_network {
    struct address address;
    uint8_t bits;
};

/* Who observed it, and how. Strings are borrowed for the life of the writer; NULL: left out. */
struct event_options {
    const char *observer_name;
    const char *observer_hostname;
    const char *observer_interface; /* where the packets came in, when live */
    uint16_t community_seed;        /* of network.community_id */
    bool certificate_chain;         /* the certificates themselves, as far as they were in clear */
    const struct event_network *internal; /* for network.direction; borrowed like the strings */
    size_t internal_count;                /* 0: the direction is not known */
    const struct origins *origins;        /* borrowed; NULL: there is one file, or none */
};

struct event_writer;

/* Make a writer; options are copied. NULL when memory is short. */
struct event_writer *event_writer_new(const struct event_options *options);
void event_writer_free(struct event_writer *writer); /* NULL is harmless */

/* Write one verdict into *line, a single line that ends in a newline. The view is valid until
 * the next call with this writer. False, and *line unchanged, when memory is short. */
MUST_USE bool event_write(struct event_writer *writer, const struct verdict *verdict,
                          struct bytes *line);

/* The same for a certificate. */
MUST_USE bool event_write_certificate(struct event_writer *writer,
                                      const struct inventory_news *news, struct bytes *line);

/* The same for an incident, as it stands at now_ns. */
MUST_USE bool event_write_incident(struct event_writer *writer, const struct incident *incident,
                                   enum incident_state state, int64_t now_ns, struct bytes *line);

#endif
