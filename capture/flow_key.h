/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow_key.h -- the two ends of a connection, in one order for what either of them sends. */
#ifndef TLSWHY_CAPTURE_FLOW_KEY_H
#define TLSWHY_CAPTURE_FLOW_KEY_H

#include "capture/address.h"
#include "dissect/bytes.h"

struct flow_key {
    struct address address[2]; /* the lower end first, in some fixed order */
    uint16_t port[2];          /* host order */
};

/* The key of two ends. Returns which of its halves the source is: 0 or 1. */
static inline unsigned flow_key_of(const struct address *source, uint16_t source_port,
                                   const struct address *destination, uint16_t destination_port,
                                   struct flow_key *key)
{
    uint64_t x[2];
    uint64_t y[2];
    unsigned half = source_port > destination_port;

    memcpy(x, source->octets, sizeof(x));
    memcpy(y, destination->octets, sizeof(y));
    if (x[1] != y[1])
        half = x[1] > y[1];
    else if (x[0] != y[0])
        half = x[0] > y[0];
    key->address[half] = *source;
    key->port[half] = source_port;
    key->address[half ^ 1] = *destination;
    key->port[half ^ 1] = destination_port;
    return half;
}

/* What the ends of two IPv4 addresses are ordered by, which is their order in flow_key_of. */
static inline uint64_t flow_key_rank_ipv4(const uint8_t octets[4], uint16_t port)
{
    uint32_t address_bits;

    memcpy(&address_bits, octets, sizeof(address_bits));
    return (uint64_t)address_bits << 16 | port;
}

/* The same of IPv4 addresses, of four octets each. The ends are exchanged without a branch, as no
 * processor could guess it. */
ALWAYS_INLINE unsigned flow_key_of_ipv4(const uint8_t *source, uint16_t source_port,
                                        const uint8_t *destination, uint16_t destination_port,
                                        struct flow_key *key)
{
    const uint64_t x = flow_key_rank_ipv4(source, source_port);
    const uint64_t y = flow_key_rank_ipv4(destination, destination_port);
    const unsigned half = x > y;
    const uint64_t difference = (x ^ y) & (0 - (uint64_t)half); /* 0: they are in order */
    const uint64_t lower = x ^ difference;
    const uint64_t upper = y ^ difference;
    const uint32_t octets[2] = {(uint32_t)(lower >> 16), (uint32_t)(upper >> 16)};

    address_map_ipv4(&key->address[0], &octets[0]);
    address_map_ipv4(&key->address[1], &octets[1]);
    key->port[0] = (uint16_t)lower;
    key->port[1] = (uint16_t)upper;
    return half;
}

/* True when two keys are the same: a few comparisons of words, and no call. */
static inline bool flow_key_is(const struct flow_key *a, const struct flow_key *b)
{
    return memcmp(a->port, b->port, sizeof(a->port)) == 0
           && memcmp(&a->address[0], &b->address[0], sizeof(a->address[0])) == 0
           && memcmp(&a->address[1], &b->address[1], sizeof(a->address[1])) == 0;
}

#endif
