/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fragment.h -- put IP fragments together, within fixed limits.
 *
 * Policy for overlaps, IPv4 and IPv6 alike: a datagram whose fragments overlap
 * is dropped whole, with the fragments still to come (RFC 5722; hosts do the
 * same for IPv4 nowadays). An exact copy of a fragment is ignored. So the
 * octets delivered do not depend on whose policy one would have to guess.
 *
 * The only clock is the time of the packets.
 */
#ifndef TLSWHY_CAPTURE_FRAGMENT_H
#define TLSWHY_CAPTURE_FRAGMENT_H

#include "dissect/bytes.h"

enum {
    FRAGMENT_DATAGRAMS_MAX = 128, /* incomplete datagrams; the one idle for longest gives way */
    FRAGMENT_PARTS_MAX = 128,     /* fragments of one: 65535 octets over 576-octet links */
    FRAGMENT_DATAGRAM_LEN_MAX = 65535, /* octets of one; all buffers together below 8 MiB */
    FRAGMENT_DATAGRAMS_MIN = 4, /* with little memory: some that wait, and one in each tunnel */
    FRAGMENT_TIMEOUT_S = 30     /* after the first one seen, as hosts do */
};

/* What makes fragments belong together (RFC 791 section 2.3, RFC 8200 section 4.5).
 * Zero it before use: all octets are compared. */
struct fragment_key {
    uint8_t source[16];
    uint8_t destination[16];
    uint32_t id;
    uint8_t version;
    uint8_t protocol; /* IPv4 only; of IPv6, each fragment's next header may differ */
    uint16_t vlan_id;
};

struct fragment {
    struct fragment_key key;
    int64_t time_ns;
    uint32_t offset;  /* octets */
    bool more;        /* not the last one */
    uint8_t protocol; /* the next header that it announces; that of offset 0 counts */
    struct bytes data;
};

enum fragment_status {
    FRAGMENT_WAITING,  /* kept, others are missing; or a copy of one that is there */
    FRAGMENT_COMPLETE, /* the datagram is complete */
    FRAGMENT_DROPPED   /* impossible, or of a datagram that is dropped */
};

struct fragment_counters {
    uint64_t dropped;   /* fragments: impossible, overlapping, timed out, evicted */
    uint64_t completed; /* datagrams */
    uint64_t waiting;   /* datagrams of which fragments are missing, at this time */
    uint64_t memory;    /* octets of all buffers, at this time; those of free ones are kept */
};

struct fragments;

/* NULL when memory is short. Buffers are allocated when the first fragments come. */
struct fragments *fragments_new(void);
void fragments_free(struct fragments *fragments); /* NULL is harmless */

/* Have all buffers together take at most so many octets, but room for FRAGMENT_DATAGRAMS_MIN.
 * Before the first fragment. */
void fragments_limit(struct fragments *fragments, size_t octets);

/* Take one fragment. On FRAGMENT_COMPLETE *datagram is a view of the whole payload, valid
 * until fragments_release, and *protocol says what it begins with. */
enum fragment_status fragments_add(struct fragments *fragments, const struct fragment *fragment,
                                   struct bytes *datagram, uint8_t *protocol);

/* Let go of the completed datagrams. */
void fragments_release(struct fragments *fragments);

const struct fragment_counters *fragments_counters(const struct fragments *fragments);

#endif
