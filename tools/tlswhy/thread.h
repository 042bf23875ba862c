/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thread.h -- a thread that its owner can wait for, but not for ever: it may hang in a write. */
#ifndef TLSWHY_TOOLS_THREAD_H
#define TLSWHY_TOOLS_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero: not begun. It stays where it is as long as the thread runs. */
struct thread {
    pthread_t id;
    bool is_running; /* begun, and not joined; for the owner alone */
    void (*run)(void *context);
    void *context;
    atomic_bool is_over; /* the thread's last word */
};

/* Have run(context) run in a thread of its own. False after a complaint. */
bool thread_start(struct thread *thread, void (*run)(void *context), void *context);

/* Wait for the end of the thread, until_ms of the clock of system_clock_now_ms at most, and join
 * it. False: it goes on. One that was not begun has ended. */
bool thread_join(struct thread *thread, int64_t until_ms);

#endif
