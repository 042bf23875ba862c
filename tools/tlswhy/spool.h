/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spool.h -- lines on disk that a receiver has not taken yet, in order, within a limit.
 *
 * A file of its own for each sink: a page with the header, then records, each 4 octets of length
 * and the line, in a ring. What was put survives the end of the process, however it ends; it is
 * read again until it is released.
 *
 *   put -> [ released | taken | waiting | free ]
 */
#ifndef TLSWHY_TOOLS_SPOOL_H
#define TLSWHY_TOOLS_SPOOL_H

#include "dissect/bytes.h"

struct spool;

enum spool_status {
    SPOOL_LINE,   /* *line is set */
    SPOOL_EMPTY,  /* there is none, or no memory for it now */
    SPOOL_DAMAGED /* the file does not hold what was put into it: spool_give_up is due */
};

/* Open or make the file of the sink called name, which is borrowed, in directory; it may hold max
 * octets, or as many as it was made for while it is not empty. What a crash of the system spoiled
 * is given up after a complaint that names the sink. Root follows links as place_find does. NULL
 * after a complaint: also when another process has it, or the file is no spool, which is then not
 * touched. */
struct spool *spool_open(const char *directory, const char *name, uint64_t max);

/* Close; what is not released stays. NULL is harmless. */
void spool_close(struct spool *spool);

/* Put a line at the end. False: it is full, or the disk is. */
bool spool_put(struct spool *spool, struct bytes line);

/* Take the oldest line that was not taken; it is the caller's to free(3). */
enum spool_status spool_take(struct spool *spool, struct bytes *line);

/* Give up every line that was not taken, and say so. Returns how many they were. */
uint64_t spool_give_up(struct spool *spool);

/* Forget the oldest line that was taken and not released, which has this length. */
void spool_release(struct spool *spool, size_t length);

/* How many lines were not taken. From any thread. */
uint64_t spool_waiting(const struct spool *spool);

/* Make it belong to another user if root made it; who uses it needs not open it again. */
void spool_give(const struct spool *spool, unsigned user, unsigned group);

#endif
