/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/file_thread.h"

#include <pthread.h>
#include <stdlib.h>

#include "analyze/file.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/thread.h"

/* What was asked for. */
struct errands {
    bool wants_trust;
    bool has_state;
    struct bytes state; /* owned, if has_state */
};

struct file_thread {
    struct broker *broker;
    struct collector *collector;
    struct thread thread;
    bool has_written; /* the last state, if there was one */

    pthread_mutex_t lock; /* for what follows; never held while a file is waited for */
    pthread_cond_t wake;
    struct errands waiting;
    bool is_busy;
    bool is_stopping;
};

/* What cannot be read does not take the place of what could. */
static void read_trust(const struct file_thread *thread)
{
    struct trust_files files;

    if (broker_read_trust(thread->broker, &files))
        collector_set_trust(thread->collector, &files);
    else
        (void)complain("trust store and revocation lists stay as they were");
}

static void write_state(struct file_thread *thread, struct bytes state)
{
    thread->has_written = broker_write_state(thread->broker, state);
    file_free(state);
}

static bool has_any(const struct errands *errands)
{
    return errands->wants_trust || errands->has_state;
}

/* Wait for something to do. False: there is nothing more. */
static bool next_errands(struct file_thread *thread, struct errands *errands)
{
    pthread_mutex_lock(&thread->lock);
    thread->is_busy = false;
    while (!has_any(&thread->waiting) && !thread->is_stopping)
        pthread_cond_wait(&thread->wake, &thread->lock);
    if (thread->is_stopping) /* nobody judges by it any more */
        thread->waiting.wants_trust = false;
    *errands = thread->waiting;
    thread->waiting = (struct errands){0};
    thread->is_busy = has_any(errands);
    pthread_mutex_unlock(&thread->lock);
    return has_any(errands);
}

static void run(void *context)
{
    struct file_thread *thread = context;
    struct errands errands;

    while (next_errands(thread, &errands)) {
        if (errands.has_state)
            write_state(thread, errands.state);
        if (errands.wants_trust)
            read_trust(thread);
    }
}

struct file_thread *file_thread_start(struct broker *broker, struct collector *collector)
{
    struct file_thread *thread = calloc(1, sizeof(*thread));

    if (thread == NULL) {
        (void)complain_memory();
        return NULL;
    }
    thread->broker = broker;
    thread->collector = collector;
    thread->has_written = true;
    pthread_mutex_init(&thread->lock, NULL); /* neither can fail on Linux */
    pthread_cond_init(&thread->wake, NULL);
    if (thread_start(&thread->thread, run, thread))
        return thread;
    file_thread_free(thread);
    return NULL;
}

bool file_thread_is_idle(struct file_thread *thread)
{
    bool is_idle;

    pthread_mutex_lock(&thread->lock);
    is_idle = !thread->is_busy && !has_any(&thread->waiting);
    pthread_mutex_unlock(&thread->lock);
    return is_idle;
}

void file_thread_read_trust(struct file_thread *thread)
{
    pthread_mutex_lock(&thread->lock);
    thread->waiting.wants_trust = true;
    pthread_cond_signal(&thread->wake);
    pthread_mutex_unlock(&thread->lock);
}

void file_thread_write_state(struct file_thread *thread, struct bytes state)
{
    struct errands before;

    pthread_mutex_lock(&thread->lock);
    before = thread->waiting;
    thread->waiting.has_state = true;
    thread->waiting.state = state;
    pthread_cond_signal(&thread->wake);
    pthread_mutex_unlock(&thread->lock);
    if (before.has_state)
        file_free(before.state);
}

void file_thread_stop(struct file_thread *thread)
{
    if (thread == NULL)
        return;
    pthread_mutex_lock(&thread->lock);
    thread->is_stopping = true;
    pthread_cond_signal(&thread->wake);
    pthread_mutex_unlock(&thread->lock);
}

bool file_thread_join(struct file_thread *thread, int64_t until_ms)
{
    return thread == NULL || thread_join(&thread->thread, until_ms);
}

bool file_thread_has_written(const struct file_thread *thread)
{
    return thread->has_written;
}

void file_thread_free(struct file_thread *thread)
{
    if (thread == NULL || thread->thread.is_running)
        return;
    if (thread->waiting.has_state)
        file_free(thread->waiting.state);
    pthread_cond_destroy(&thread->wake);
    pthread_mutex_destroy(&thread->lock);
    free(thread);
}
