/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/region.h"

#include <sys/mman.h>

void *region_new(size_t octets)
{
    void *region = mmap(NULL, octets, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (region == MAP_FAILED)
        return NULL;
    /* A wish: without large pages it is slower only. */
    (void)madvise(region, octets, MADV_HUGEPAGE);
    return region;
}

void region_free(void *region, size_t octets)
{
    if (region != NULL)
        (void)munmap(region, octets);
}
