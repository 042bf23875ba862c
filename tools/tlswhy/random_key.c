/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/random_key.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "tools/tlswhy/complain.h"

bool random_key_draw(uint64_t key[2])
{
    const size_t size = 2 * sizeof(key[0]);

    return getrandom(key, size, 0) == (ssize_t)size
           || complain("no random numbers: %s", strerror(errno));
}
