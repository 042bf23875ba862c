/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/service.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tools/tlswhy/check.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/metrics_server.h"
#include "tools/tlswhy/sandbox.h"
#include "tools/tlswhy/service_parts.h"
#include "tools/tlswhy/state_file.h"
#include "tools/tlswhy/system_clock.h"

enum {
    STATUS_MS = 1000, /* between two status lines */
    TICK_MS = 250     /* how long the main thread sleeps at most */
};

/* When an orderly end has come so far, counted from its beginning: each has what those before it
 * did not need. */
enum {
    STOP_WORKERS_MS = SERVICE_STOP_MS / 2,   /* they hand over what is open: one that takes longer
                                              hangs */
    STOP_JUDGE_MS = SERVICE_STOP_MS * 3 / 4, /* what they handed over is judged */
    STOP_REPORT_MS = SERVICE_STOP_MS * 7 / 8 /* the report is queued; the rest is for what is, and
                                                for the state */
};

/* All of them wait for the main thread; the other threads never see one. */
static bool open_signals(struct service *service)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    service->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return service->signals >= 0 || complain("signalfd: %s", strerror(errno));
}

/* The next signal that came, 0: none within timeout_ms. */
static int next_signal(const struct service *service, int timeout_ms)
{
    struct pollfd file = {.fd = service->signals, .events = POLLIN};
    struct signalfd_siginfo info;

    if (poll(&file, 1, timeout_ms) <= 0
        || read(service->signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return 0;
    return (int)info.ssi_signo;
}

/* Die of a signal, as if it had never been taken over. */
static void die_of(int signal_number)
{
    sigset_t set;

    signal(signal_number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    (void)raise(signal_number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* Since when: sd_notify(3) wants that with Type=notify-reload. */
static void notify_reloading(const struct service *service)
{
    char state[64];

    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             system_clock_ns(CLOCK_MONOTONIC) / 1000);
    notify_send(&service->notify, state);
}

static void reload(struct service *service)
{
    service_clear_status(service);
    notify_reloading(service);
    feed_reopen(service->feed);
    file_thread_read_trust(service->file_thread);
    service->is_reloading = true;
}

static void end_reload(struct service *service)
{
    if (!service->is_reloading || !file_thread_is_idle(service->file_thread))
        return;
    notify_send(&service->notify, "READY=1");
    service->is_reloading = false;
}

/* A thread that hangs is a service that hangs; but not the one that waits for files. */
static bool all_alive(const struct service *service, int64_t now_ms)
{
    for (size_t i = 0; i < service->worker_count; i++)
        if (now_ms - worker_seen_ms(service->workers[i]) > SERVICE_HANG_MS)
            return false;
    return now_ms - collector_seen_ms(service->collector) <= SERVICE_HANG_MS;
}

/* Now and then what is known is written, so that a crash costs little of it: asked for now, put
 * into the file when it is there. */
static void keep_state(struct service *service, int64_t now_ms)
{
    struct bytes state;

    if (service->options->state == NULL)
        return;
    if (file_thread_is_idle(service->file_thread)
        && collector_take_state(service->collector, &state))
        file_thread_write_state(service->file_thread, state);
    if (now_ms < service->state_at_ms)
        return;
    collector_ask_state(service->collector);
    service->state_at_ms = now_ms + (int64_t)service->options->service.state_interval * 1000;
}

static void do_what_is_due(struct service *service)
{
    int64_t now_ms = system_clock_now_ms();
    uint64_t interval_ms = service->options->service.stats_interval * 1000;

    if (now_ms >= service->status_at_ms && service->wants_status) {
        service_show_status(service);
        service->status_at_ms = now_ms + STATUS_MS;
    }
    if (service->notify.watchdog_ms > 0 && now_ms >= service->watchdog_at_ms) {
        if (all_alive(service, now_ms))
            notify_send(&service->notify, "WATCHDOG=1");
        service->watchdog_at_ms = now_ms + service->notify.watchdog_ms;
    }
    if (interval_ms > 0 && now_ms >= service->stats_at_ms) {
        service_push_stats(service, false);
        service->stats_at_ms = now_ms + (int64_t)interval_ms;
    }
    keep_state(service, now_ms);
    end_reload(service);
}

/* True when every worker has nothing left to capture from. */
static bool is_lost(const struct service *service)
{
    for (size_t i = 0; i < service->worker_count; i++)
        if (!worker_is_lost(service->workers[i]))
            return false;
    return true;
}

/* Why it cannot go on; NULL: it can. What failed at a sink was said. */
static const char *reason_to_end(const struct service *service)
{
    if (broker_is_gone(service->broker))
        return "the opener of files is gone";
    if (is_lost(service))
        return "nothing is left to capture from";
    return NULL;
}

/* Returns the exit status as far as it is known. */
static int serve(struct service *service)
{
    const char *reason;

    for (;;) {
        int signal_number = next_signal(service, TICK_MS);

        if (signal_number == SIGINT || signal_number == SIGTERM)
            return EXIT_ANALYSED;
        if (signal_number == SIGHUP)
            reload(service);
        if (signal_number == SIGUSR1)
            service_print_stats(service);
        do_what_is_due(service);
        reason = reason_to_end(service);
        if (reason != NULL) {
            (void)complain("%s", reason);
            return EXIT_COULD_NOT;
        }
        if (feed_is_dead(service->feed))
            return EXIT_COULD_NOT; /* that was said */
    }
}

/* A second signal ends everything. */
static void obey_second_signal(const struct service *service)
{
    int signal_number = next_signal(service, 0);

    if (signal_number == SIGINT || signal_number == SIGTERM)
        die_of(signal_number);
}

/* Until when to wait before signals are looked at again. */
static int64_t next_look_ms(int64_t until_ms)
{
    int64_t look_ms = system_clock_now_ms() + TICK_MS;

    return look_ms < until_ms ? look_ms : until_ms;
}

static bool join_workers(struct service *service, int64_t until_ms)
{
    for (size_t i = 0; i < service->worker_count; i++) {
        while (!worker_join(service->workers[i], next_look_ms(until_ms))) {
            obey_second_signal(service);
            if (system_clock_now_ms() >= until_ms)
                return complain("a worker hangs: its verdicts are lost");
        }
    }
    return true;
}

/* Wait for the judge of what the workers left, which all of them have ended by now. */
static bool join_collector(struct service *service, int64_t until_ms)
{
    collector_stop(service->collector);
    while (!collector_join(service->collector, next_look_ms(until_ms))) {
        obey_second_signal(service);
        if (system_clock_now_ms() >= until_ms)
            return complain("the verdicts are not ready in time: some are lost");
    }
    return true;
}

/* Write what is queued. */
static bool stop_feed(struct service *service, int64_t until_ms)
{
    while (!feed_stop(service->feed, (int)(next_look_ms(until_ms) - system_clock_now_ms()))) {
        obey_second_signal(service);
        if (system_clock_now_ms() >= until_ms || !feed_is_running(service->feed))
            return false;
    }
    return true;
}

/* What is known, for the next run: it is written while the feed ends. A service that has nobody to
 * wait for files yet has seen nothing. */
static bool leave_state(struct service *service)
{
    struct bytes state;

    if (service->options->state == NULL || service->file_thread == NULL)
        return true;
    if (!collector_take_state(service->collector, &state))
        return false; /* that was said */
    file_thread_write_state(service->file_thread, state);
    return true;
}

static bool join_file_thread(struct service *service, int64_t until_ms)
{
    while (!file_thread_join(service->file_thread, next_look_ms(until_ms))) {
        obey_second_signal(service);
        if (system_clock_now_ms() >= until_ms)
            return service->options->state == NULL
                   || complain("the state: it was not written in time");
    }
    return service->file_thread == NULL || file_thread_has_written(service->file_thread);
}

/* What was not delivered, by the name of the sink. True: all of it was. */
static bool tell_losses(const struct service *service)
{
    struct stats_sinks sinks;
    bool is_whole = true;

    service_sinks(service, &sinks);
    for (size_t i = 0; i < sinks.count; i++) {
        uint64_t lost = sinks.items[i].counters.lost + sinks.items[i].counters.waiting;
        char number[LAYOUT_NUMBER_SIZE];

        if (lost > 0)
            is_whole = complain("%s: %s event%s lost", sinks.items[i].name,
                                layout_number(lost, number), lost == 1 ? " was" : "s were");
    }
    return is_whole;
}

/* One that did not start has nothing to report. */
static bool stop(struct service *service, bool is_started)
{
    const int64_t begin_ms = system_clock_now_ms();
    const int64_t until_ms = begin_ms + SERVICE_STOP_MS;
    bool is_whole;
    bool is_judged;

    service_clear_status(service);
    for (size_t i = 0; i < service->worker_count; i++)
        worker_stop(service->workers[i]);
    is_whole = join_workers(service, begin_ms + STOP_WORKERS_MS);
    is_judged = join_collector(service, begin_ms + STOP_JUDGE_MS);
    if (is_started)
        service_push_stats(service, true);
    if (is_judged)
        is_whole = leave_state(service) && is_whole;
    file_thread_stop(service->file_thread);
    if (is_started && is_judged)
        is_whole = service_push_report(service, begin_ms + STOP_REPORT_MS) && is_whole;
    is_whole = stop_feed(service, until_ms) && is_whole && is_judged;
    is_whole = join_file_thread(service, until_ms) && is_whole;
    return (!is_started || tell_losses(service)) && is_whole;
}

static bool start_workers(struct service *service)
{
    const struct service_options *options = &service->options->service;

    for (size_t i = 0; i < service->worker_count; i++) {
        int cpu = options->cpu_count > 0 ? options->cpus[i % options->cpu_count] : -1;

        if (!worker_start(service->workers[i], cpu))
            return false;
    }
    return true;
}

/* Who it is once the privileges are gone, if not who started it; else NULL. */
static const char *user_of(const struct service *service)
{
    return service->identity.is_other ? service->identity.name : NULL;
}

/* Whoever it is from now on has to find a place for the state. */
static bool become_unprivileged(const struct service *service)
{
    const char *state = service->options->state;

    return privileges_drop(&service->identity)
           && (state == NULL || state_file_has_place(state, user_of(service)));
}

static bool start_helpers(struct service *service)
{
    service->broker = broker_start(service->options, service->feed,
                                   collector_trust_path(service->collector), user_of(service));
    if (service->broker == NULL)
        return false;
    feed_set_opener(service->feed, broker_opener(service->broker));
    return service->metrics == NULL || metrics_server_start(service->metrics, service);
}

static bool enter_sandbox(const struct service *service)
{
    if (service->options->service.no_sandbox || !sandbox_is_built_in())
        return true;
    return sandbox_enter(feed_has_kafka(service->feed) ? SANDBOX_SERVICE_KAFKA : SANDBOX_SERVICE);
}

/* All is open: from here on nothing can be opened or connected to, and nothing executed. The order
 * matters: the process that opens files is made by who has no privileges any more, and before there
 * are threads, which the HTTP server has; and in the sandbox no process can be made. */
static bool give_up_privileges(struct service *service)
{
    return become_unprivileged(service) && start_helpers(service) && enter_sandbox(service);
}

static bool start_threads(struct service *service)
{
    if (!feed_start(service->feed) || !collector_start(service->collector))
        return false;
    service->file_thread = file_thread_start(service->broker, service->collector);
    return service->file_thread != NULL && start_workers(service);
}

static bool start(struct service *service)
{
    service->stats_at_ms =
        system_clock_now_ms() + (int64_t)service->options->service.stats_interval * 1000;
    service->state_at_ms =
        system_clock_now_ms() + (int64_t)service->options->service.state_interval * 1000;
    return give_up_privileges(service) && start_threads(service);
}

int service_run(const struct options *options)
{
    struct shared shared = {0};
    struct service service = {
        .options = options,
        .signals = -1,
        .shared = &shared,
    };
    int status = EXIT_COULD_NOT;

    if (!check_service(options, &service.identity))
        return EXIT_USAGE;
    service.notify = notify_open();
    if (open_signals(&service) && service_open(&service)) {
        bool is_started = start(&service);

        if (is_started) {
            notify_send(&service.notify, "READY=1");
            status = serve(&service);
        }
        notify_send(&service.notify, "STOPPING=1");
        if (!stop(&service, is_started))
            status = EXIT_COULD_NOT;
    }
    service_release(&service);
    return status;
}
