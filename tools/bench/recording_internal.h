/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recording_internal.h -- what the parts of recording.h share. */
#ifndef TLSWHY_BENCH_RECORDING_INTERNAL_H
#define TLSWHY_BENCH_RECORDING_INTERNAL_H

#include "tools/bench/recording.h"

/* Append a copy of a frame. */
struct frame *recording_add(struct recording *recording, const struct frame *frame);

bool frame_is_bare_ack(const struct frame *frame);

/* More data of the server can be put in behind frame last. Does nothing without a bare ACK of
 * the client to imitate. */
void recording_set_bulk(struct recording *recording, size_t last);

#endif
