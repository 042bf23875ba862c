/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h -- packets from a network interface of Linux, through libpcap's ring.
 *
 * Opening needs CAP_NET_RAW; reading, counting and taking up an interface that came back do not.
 * Nothing here blocks: wait for live_descriptor with poll(2). One handle is for one thread.
 */
#ifndef TLSWHY_CAPTURE_LIVE_H
#define TLSWHY_CAPTURE_LIVE_H

#include "capture/packet.h"

enum {
    LIVE_ERROR_MAX = 512,           /* octets of an error text and its NUL */
    LIVE_SNAPLEN_DEFAULT = 262144,  /* PACKET_OCTETS_MAX: nothing is cut */
    LIVE_BUFFER_DEFAULT = 64 << 20, /* octets of one ring: half a second at 1 Gbit/s */
    LIVE_DELIVERY_MS = 50,          /* the kernel holds packets back for so long at most */
    LIVE_SETTLE_MS = 1000,          /* until what a ring held at the start was read */
    LIVE_RETRY_MIN_MS = 500,        /* between looks at an interface that is gone, doubled */
    LIVE_RETRY_MAX_MS = 30000,      /* up to this */
    LIVE_GROUP_MAX = 64             /* handles of one group: more than rings pay off for */
};

struct live_options {
    const char *interface;      /* "any": all of them */
    const char *filter;         /* tcpdump's syntax; NULL: what the analysis can use */
    const char *timestamp_type; /* libpcap's name, "adapter"; NULL: the host's */
    int buffer_size;            /* octets of the ring */
    int snaplen;                /* octets captured of a packet */
    bool promiscuous;
    bool immediate; /* no holding back: costs more for each packet */
};

enum live_state {
    LIVE_UP,
    LIVE_DOWN, /* exists, passes nothing */
    LIVE_GONE  /* does not exist; looked for again, with growing pauses */
};

struct live_counters {
    uint64_t packets;           /* delivered */
    uint64_t octets;            /* on the wire */
    uint64_t too_long;          /* longer than PACKET_OCTETS_MAX: not delivered */
    uint64_t early;             /* from before live_group: not delivered */
    uint64_t dropped_kernel;    /* the ring was full */
    uint64_t dropped_interface; /* by the driver, since live_open; 0 for "any" */
    uint64_t vanished;          /* times that the interface went away or down */
    uint64_t failed_reads;      /* also when it goes away */
};

struct live;

/* True when libpcap knows a timestamp type of this name, which an interface may still not offer. */
bool live_has_timestamp_type(const char *name);

/* Called for each packet, which is valid during the call. Its number is 0. */
typedef void live_take(void *context, const struct raw_packet *packet);

/* Open an interface. NULL on error, with the reason in error. options are copied, the strings
 * in them borrowed. */
struct live *live_open(const struct live_options *options, char error[LIVE_ERROR_MAX]);
void live_close(struct live *live); /* NULL is harmless */

/* Let the kernel share the packets of one interface out among several handles of it: both
 * directions of a connection, its fragments, and the ICMP errors that quote it, to the same
 * handle (fanout.h). False on error, with the reason in error. Packets from before the call, which
 * each handle has, are counted and not delivered. Their time tells them, which may be of another
 * clock than the system's: what is read later than LIVE_SETTLE_MS after the first read is delivered
 * whatever its time. */
bool live_group(struct live *const *lives, size_t count, char error[LIVE_ERROR_MAX]);

/* Keep a handle of the same interface in reserve: it delivers nothing until member, of a group and
 * read by the same thread, is lost, and then all packets of the interface of that name, whenever
 * and however often that is made anew. False on error, with the reason in error. */
bool live_reserve(struct live *live, const struct live *member, char error[LIVE_ERROR_MAX]);

/* For poll(2): readable when packets are there; -1 while the interface is gone. */
int live_descriptor(const struct live *live);

/* Deliver what is there, up to about max packets. Returns how many; 0 also when reading failed,
 * which is counted; live_check tells whether the interface went away. */
size_t live_read(struct live *live, size_t max, live_take *take, void *context);

/* Look after the interface; now_ms is any clock that never goes back. Call it every second or
 * so. An interface that is back is taken up again. When what was found is not as before, *is_new
 * is set. */
enum live_state live_check(struct live *live, int64_t now_ms, bool *is_new);

/* True when the interface was replaced by another one of this name, which a member of a group
 * cannot take up: only a reserve can. */
bool live_is_lost(const struct live *live);

/* The name that was opened. */
const char *live_name(const struct live *live);

/* Add what the system has counted since the last call. The view of all counters is valid until the
 * next call. */
const struct live_counters *live_update_counters(struct live *live);

#endif
