/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_file.h -- what is known of servers, kept in a file from one run to the next (--state). */
#ifndef TLSWHY_TOOLS_STATE_FILE_H
#define TLSWHY_TOOLS_STATE_FILE_H

#include "analyze/knowledge_state.h"

/* Know what the file at path says; a file that is not there yet says nothing. False after a
 * complaint that names file, offset and reason. */
bool state_file_read(const char *path, struct knowledge *knowledge, struct insight *insight);

/* Whether a file may be made where path is, so that nobody has to wait for the first state, or for
 * the end of the input, to learn that it may not. user is who asks, as for
 * complain_reason. False after a complaint. */
bool state_file_has_place(const char *path, const char *user);

/* The two steps of what follows, for one who may write to files but open none, and for one who
 * opens them: a new file beside path, which only its owner may read, and that file in the place
 * of path. -1 and false with errno set; state_file_commit closes file. */
int state_file_open_new(const char *path);
bool state_file_commit(const char *path, int file);

/* Write to an open file. False with errno set. */
bool state_file_fill(int file, struct bytes octets);

/* As knowledge_state_write, with a complaint about records that find no room. False after a
 * complaint: there is no memory. */
MUST_USE bool state_file_make(struct knowledge *knowledge, struct insight *insight,
                              size_t octets_max, struct bytes *out);

/* Put what is known, as far as it fits into octets_max, in the place of the file at path, all of
 * it or nothing. False after a complaint. */
bool state_file_write(const char *path, struct knowledge *knowledge, struct insight *insight,
                      size_t octets_max);

#endif
