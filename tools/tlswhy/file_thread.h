/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_thread.h -- a thread that waits for files, so that the main thread does not.
 *
 * A file system may hang, and then so does this thread; the main thread goes on to take signals and
 * to give signs of life. Everything here is for the main thread, and none of it waits longer than
 * it says.
 */
#ifndef TLSWHY_TOOLS_FILE_THREAD_H
#define TLSWHY_TOOLS_FILE_THREAD_H

#include "tools/tlswhy/broker.h"
#include "tools/tlswhy/collector.h"

struct file_thread;

/* Make it, and begin. broker and collector are borrowed. NULL after a complaint. */
struct file_thread *file_thread_start(struct broker *broker, struct collector *collector);

/* True when all that was asked for is done. */
bool file_thread_is_idle(struct file_thread *thread);

/* Read trust store and revocation lists anew, soon, and have the collector judge by them; when they
 * cannot be read they stay as they were, which is said. */
void file_thread_read_trust(struct file_thread *thread);

/* Put this in the place of the state, soon. The octets are the thread's own from now on. What waits
 * to be written is given up for what is newer. */
void file_thread_write_state(struct file_thread *thread, struct bytes state);

/* Have it write the state that waits, and end; file_thread_join waits for that until until_ms of
 * system_clock_now_ms at most. False: it has not ended. NULL is harmless to both. */
void file_thread_stop(struct file_thread *thread);
bool file_thread_join(struct file_thread *thread, int64_t until_ms);

/* Whether the state that came last was written, or none came; after file_thread_join. What failed
 * was said. */
bool file_thread_has_written(const struct file_thread *thread);

/* Only after file_thread_join. NULL is harmless. */
void file_thread_free(struct file_thread *thread);

#endif
