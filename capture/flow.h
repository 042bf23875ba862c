/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.h -- the table of all connections: a compact entry each, found by a keyed hash. SYNs
 * without an answer are none of them (half_opens.h).
 *
 * The key is both endpoints in canonical order, so that both directions find the
 * same entry. The VLAN identifier is not part of it: a trunk or a routing gateway
 * shows the two directions of one connection, or one packet twice, under different
 * identifiers, and that is far more common than one tuple used twice by different
 * connections at one time.
 *
 * The index grows by splitting pages of a fixed size (extendible hashing): no
 * insertion ever moves more than one page. It never shrinks.
 */
#ifndef TLSWHY_CAPTURE_FLOW_H
#define TLSWHY_CAPTURE_FLOW_H

#include "capture/packet.h"
#include "capture/pool.h"
#include "capture/table_hash.h"
#include "capture/time_unit.h"

/* What is kept of a connection, and in which list its flow stands. Each list is
 * in the order of being queued, the oldest first. */
enum flow_state {
    FLOW_CONNECTING, /* no payload so far; record: reading.h */
    FLOW_READING,    /* likewise, with payload */
    FLOW_CLOSING,    /* likewise, FIN both ways or RST seen */
    FLOW_IDLE,       /* its time-out came, no record; without FLOW_BEGUN its first octet is read */
    FLOW_DONE,       /* nobody reads it; no record */
    FLOW_OVER        /* likewise, and closed: kept for what comes late */
};

enum {
    FLOW_STATES = 6,
    FLOW_NONE = FLOW_STATES /* of an entry that was removed */
};

enum {
    FLOW_FIN_0 = 0x01, /* endpoint 0 of the key sent FIN; 0x02: endpoint 1 */
    FLOW_FIN_BOTH = 0x03,
    FLOW_ISN_KNOWN = 0x04, /* isn is set */
    FLOW_ISN_1 = 0x08,     /* isn is of endpoint 1, else of endpoint 0 */
    FLOW_TOUCHED = 0x10,   /* used since it was queued: eviction passes it by once */
    FLOW_ENDED = 0x20,     /* its end was counted */
    FLOW_BEGUN = 0x40      /* FLOW_IDLE: it had octets before, and those that come are counted */
};

/* 64 octets: one cache line. */
struct flow {
    struct flow_key key;
    uint32_t older; /* neighbours in the list of its state, POOL_NONE: none */
    uint32_t newer;
    union {
        uint32_t record;   /* number in the pool of its state */
        uint32_t peer_isn; /* FLOW_IDLE: initial sequence number of who did not open it */
    };
    int64_t seen_ns; /* last packet */
    uint32_t isn;    /* initial sequence number of who opened it */
    uint8_t state;
    uint8_t flags;
};

/* Whether there is a record, of reading.h. */
static inline bool flow_is_read(const struct flow *flow)
{
    return flow->state < FLOW_IDLE;
}

/* The endpoint of the key that opened it, 0 or 1; 0 when that is not known. */
static inline unsigned flow_opener(const struct flow *flow)
{
    return flow->flags & FLOW_ISN_1 ? 1 : 0;
}

/* A SYN after a silence as long as TIME-WAIT begins a new connection, whatever its number. */
#define FLOW_REUSE_NS (60 * SECOND_NS)

/* True when the segment begins another connection on the addresses and ports of one that nobody
 * reads. The SYN of one that is over, again and later than linger_ns, is of a client that tries
 * again. */
bool flow_is_reused_by(const struct flow *flow, const struct segment *segment, int64_t linger_ns);

struct flow_page;

struct flow_list {
    uint32_t oldest;
    uint32_t newest;
    uint32_t count;
};

/* What is left of the hash of two IPv4 addresses: their upper twelve octets are the same in all
 * keys. Each of the three other words is multiplied by one of these. */
struct flow_hash_ipv4 {
    uint64_t sum;
    uint64_t address[2];
    uint64_t ports;
};

struct flow_table {
    struct pool flows;
    struct flow_page **directory;
    uint32_t shift; /* of a hash, to its entry: the directory has 1 << (32 - shift) of them */
    uint32_t added; /* flows ever added, for comparison */
    size_t memory;  /* octets of the index; those of the flows are pool_memory */
    struct table_hash hash;
    struct flow_hash_ipv4 hash_ipv4;
    struct flow_list lists[FLOW_STATES];
};

/* Octets that one flow costs at most, its part of the index included: an entry of
 * 64, and index slots of 8 that are at least 2/5 full once there is more than one
 * page. */
enum { FLOW_COST = 64 + 20 };

/* Make an empty table of at most max (1 to POOL_NONE) flows; the keys of its hash are made of
 * hash_key. False when memory is short. */
bool flow_table_init(struct flow_table *table, const uint64_t hash_key[2], uint32_t max);
void flow_table_clear(struct flow_table *table);

/* The hash of a key, whichever addresses it has. */
uint32_t flow_hash_any(const struct flow_table *table, const struct flow_key *key);

/* The bits of a sum of the hash are mixed, because what is regular in the keys of flows, such as
 * ports that are counted up, would stay so; that makes no two hashes equal. */
static inline uint32_t flow_hash_mix(uint64_t sum)
{
    uint32_t hash = (uint32_t)(sum >> 32);

    hash = (hash ^ hash >> 16) * 0x9e3779b1u; /* an odd number: no bit is lost */
    return hash ^ hash >> 15;
}

/* The same, at a third of the cost for two IPv4 addresses. */
static inline uint32_t flow_hash(const struct flow_table *table, const struct flow_key *key)
{
    const struct flow_hash_ipv4 *ipv4 = &table->hash_ipv4;
    const struct address *address = key->address;

    if (!address_is_ipv4(&address[0]) || !address_is_ipv4(&address[1]))
        return flow_hash_any(table, key);
    return flow_hash_mix(ipv4->sum
                         + ipv4->address[0] * siphash_load(address[0].octets + ADDRESS_IPV4_AT, 4)
                         + ipv4->address[1] * siphash_load(address[1].octets + ADDRESS_IPV4_AT, 4)
                         + ipv4->ports * siphash_load((const uint8_t *)key->port, 4));
}

/* Have the processor fetch the part of the index where a flow of this hash is looked for. Returns
 * the page that it is in, until a flow is added. */
const struct flow_page *flow_fetch_slot(const struct flow_table *table, uint32_t hash);

/* When that is there, likewise the flow itself. Returns the flow that it is likely to be, NULL when
 * there is none. */
struct flow *flow_fetch(const struct flow_table *table, const struct flow_page *page,
                        uint32_t hash);

/* Whether a flow that flow_fetch returned, however long ago, has this key. */
static inline bool flow_is_of(const struct flow *flow, const struct flow_key *key)
{
    return flow->state != FLOW_NONE && flow_key_is(&flow->key, key);
}

/* The flow of a key, POOL_NONE when there is none. */
uint32_t flow_find(const struct flow_table *table, const struct flow_key *key, uint32_t hash);

/* Add a flow in state, last in its list. There must be none with this key. The
 * members that follow the links are zero. POOL_NONE when memory is short. */
uint32_t flow_add(struct flow_table *table, const struct flow_key *key, uint32_t hash,
                  enum flow_state state);

void flow_remove(struct flow_table *table, uint32_t number);

/* Remove all flows at once, and give their memory back. */
void flow_remove_all(struct flow_table *table);

/* Move a flow to the end of the list of state (which may be its own). */
void flow_queue(struct flow_table *table, uint32_t number, enum flow_state state);

/* Bring the list of a state into ascending order of rank. Allocates nothing. */
void flow_list_sort(struct flow_table *table, enum flow_state state,
                    uint64_t (*rank)(const void *context, const struct flow *flow),
                    const void *context);

static inline struct flow *flow_at(const struct flow_table *table, uint32_t number)
{
    return pool_at(&table->flows, number);
}

static inline uint32_t flow_number(const struct flow_table *table, const struct flow *flow)
{
    return pool_number(&table->flows, flow);
}

#endif
