/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/region.h"

#include <stdbool.h>
#include <sys/mman.h>

/* Which pages is a wish: with others all is the same but the time, or the memory. */
static void *new_region(size_t octets, bool is_sparse)
{
    void *region = mmap(NULL, octets, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (region == MAP_FAILED)
        return NULL;
    (void)madvise(region, octets, is_sparse ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
    return region;
}

void *region_new(size_t octets)
{
    return new_region(octets, false);
}

void *region_new_sparse(size_t octets)
{
    return new_region(octets, true);
}

void region_free(void *region, size_t octets)
{
    if (region != NULL)
        (void)munmap(region, octets);
}

#ifdef __GLIBC__

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    HEAP_OCTETS = 64 << 20,      /* addresses, which are no memory yet */
    HEAP_PAGE = 2 << 20,         /* a large one */
    HEAP_STEP_USUAL = 128 << 10, /* the usual values, mallopt(3) */
    HEAP_MAPPINGS_USUAL = 65536
};

/* The heap grows by that much at once, for a block that does not fit; what is new is wished for in
 * large pages while it is empty. Whatever of it is free later stays, so that it stays in these. */
void region_widen_heap(void)
{
    uint8_t *block;
    size_t skipped;
    size_t octets;

    (void)mallopt(M_TOP_PAD, HEAP_OCTETS);
    (void)mallopt(M_TRIM_THRESHOLD, HEAP_OCTETS + 2 * HEAP_PAGE);
    (void)mallopt(M_MMAP_MAX, 0); /* the block too shall be of the heap */
    block = malloc(HEAP_PAGE);
    skipped = HEAP_PAGE - (uintptr_t)block % HEAP_PAGE;
    octets = (uintptr_t)sbrk(0) - (uintptr_t)block; /* far more when it is not of the heap */
    if (block != NULL && octets > skipped && octets <= HEAP_OCTETS + 2 * HEAP_PAGE)
        (void)madvise(block + skipped, octets - skipped, MADV_HUGEPAGE);
    (void)mallopt(M_MMAP_MAX, HEAP_MAPPINGS_USUAL);
    (void)mallopt(M_TOP_PAD, HEAP_STEP_USUAL);
    free(block);
}

#else

void region_widen_heap(void)
{
}

#endif
