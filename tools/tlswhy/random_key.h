/* SPDX-License-Identifier: GPL-2.0-or-later */
/* random_key.h -- a key for the hashes of tables, which no sender of packets can guess. */
#ifndef TLSWHY_TOOLS_RANDOM_KEY_H
#define TLSWHY_TOOLS_RANDOM_KEY_H

#include <stdbool.h>
#include <stdint.h>

/* Draw a key, another one each time. False after a complaint. */
bool random_key_draw(uint64_t key[2]);

#endif
