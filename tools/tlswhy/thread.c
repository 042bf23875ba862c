/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/thread.h"

#include <string.h>
#include <time.h>

#include "capture/time_unit.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/system_clock.h"

#define LOOK_NS (2 * MILLISECOND_NS) /* between two looks: nobody notices, and it costs nothing */

static void *run(void *argument)
{
    struct thread *thread = argument;

    thread->run(thread->context);
    atomic_store(&thread->is_over, true);
    return NULL;
}

bool thread_start(struct thread *thread, void (*run_in_it)(void *context), void *context)
{
    int error;

    thread->run = run_in_it;
    thread->context = context;
    error = pthread_create(&thread->id, NULL, run, thread);
    thread->is_running = error == 0;
    return thread->is_running || complain("cannot start a thread: %s", strerror(error));
}

static bool wait_until_over(const struct thread *thread, int64_t until_ms)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};

    while (!atomic_load(&thread->is_over)) {
        if (system_clock_now_ms() >= until_ms)
            return false;
        (void)nanosleep(&look, NULL);
    }
    return true;
}

bool thread_join(struct thread *thread, int64_t until_ms)
{
    if (thread->is_running && wait_until_over(thread, until_ms)) {
        pthread_join(thread->id, NULL); /* does not wait any more */
        thread->is_running = false;
    }
    return !thread->is_running;
}
