/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play.h -- recordings played many times, all at once, into a capture. */
#ifndef TLSWHY_BENCH_PLAY_H
#define TLSWHY_BENCH_PLAY_H

#include "tools/bench/recording.h"

struct schedule {
    int64_t interval_us;   /* from one connection to the next */
    int64_t stretch;       /* the times of the recordings times this: the lab's network is fast */
    uint32_t bulk_records; /* records of 16 KiB put into a connection */
    uint32_t bulk_every;   /* that many connections, the others stay as they are */
    bool is_spoofed;       /* clients have random addresses */
    bool is_crowded; /* a million servers and ten million clients, all of them met by chance */
};

enum { PLAY_NETWORK_TEXT_MAX = 64 };

/* The network of the servers that play a recording, as text. Returns it. */
const char *play_network(const struct recording *recording, char text[PLAY_NETWORK_TEXT_MAX]);

/* Play count connections, each one of the recordings, into a capture file. False, with a message:
 * it cannot be written. */
bool play(const struct recording *recordings, size_t recording_count,
          const struct schedule *schedule, uint64_t count, uint64_t seed, const char *output);

#endif
