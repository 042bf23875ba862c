/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feed_load COUNT RATE OPTION... -- push so many events, so many a second (0: as fast as it
 * goes), to the sinks that the options name, as tlswhy would.
 *
 * The events have what receivers look at: an event.id of their own, and one of 200 servers.
 * Their times are a millisecond apart. With -i in the options it does as a live capture does.
 * $RECEIVER_WAIT_MS is how long a receiver that connects by itself may take at first.
 * Prints the counters. SIGHUP opens files anew, SIGTERM ends it early. Exit status: 0 all
 * delivered or spooled, 1 not, 2 usage.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "tools/tlswhy/feed.h"
#include "tools/tlswhy/system_clock.h"

enum { SERVERS = 200, LINE_SIZE = 4096, PADDING = 900, STOP_MS = 5000 };

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    is_interrupted = 1;
}

static volatile sig_atomic_t is_hung_up;

static void hang_up(int signal_number)
{
    (void)signal_number;
    is_hung_up = 1;
}

static struct bytes make_line(unsigned long number, char line[LINE_SIZE])
{
    static const char causes[][24] = {"no_shared_cipher", "certificate_expired", "unknown_ca",
                                      "version_mismatch"};
    static const time_t begin = 1767225600; /* 2026-01-01 */
    time_t seconds = begin + (time_t)(number / 1000);
    unsigned server = (unsigned)(number * 7919 % SERVERS);
    struct tm parts;
    char when[32];
    int length;

    (void)gmtime_r(&seconds, &parts);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &parts);
    length = snprintf(
        line, LINE_SIZE,
        "{\"@timestamp\":\"%s.%03lu000000Z\",\"message\":\"a handshake failed %*s\","
        "\"ecs\":{\"version\":\"9.5.0\"},\"event\":{\"kind\":\"event\",\"category\":[\"network\"],"
        "\"action\":\"tls_handshake\",\"outcome\":\"failure\",\"dataset\":\"tlswhy.handshake\","
        "\"id\":\"%032lx\",\"sequence\":%lu},\"source\":{\"ip\":\"10.1.%lu.%lu\",\"port\":%lu},"
        "\"destination\":{\"ip\":\"10.0.0.%u\",\"port\":443},"
        "\"server\":{\"ip\":\"10.0.0.%u\",\"port\":443},"
        "\"tlswhy\":{\"outcome\":\"failed\",\"cause\":\"%s\"}}\n",
        when, number % 1000, PADDING, "", number, number, number / 250 % 250, number % 250,
        1024 + number % 60000, server, server, causes[number % 4]);
    return bytes_of(line, (size_t)length);
}

/* Until that many may have been pushed. */
static void keep_pace(unsigned long number, unsigned long rate, int64_t begun_ms)
{
    int64_t due_ms = rate > 0 ? (int64_t)(number * 1000 / rate) : 0;
    const struct timespec pause = {.tv_nsec = 1000000};

    while (!is_interrupted && system_clock_now_ms() - begun_ms < due_ms)
        (void)nanosleep(&pause, NULL);
}

static unsigned long push_all(struct feed *feed, unsigned long count, unsigned long rate)
{
    struct outlet *outlet = feed_outlet(feed, 0);
    int64_t begun_ms = system_clock_now_ms();
    char line[LINE_SIZE];
    unsigned long number;

    for (number = 0; number < count && !is_interrupted && !feed_is_dead(feed); number++) {
        if (number % 64 == 0)
            keep_pace(number, rate, begun_ms);
        if (is_hung_up)
            feed_reopen(feed);
        is_hung_up = 0;
        outlet_push(outlet, make_line(number, line));
    }
    return number;
}

static void wait_for_end(struct feed *feed, bool is_live)
{
    int64_t until_ms = system_clock_now_ms() + STOP_MS;

    do {
        if ((is_interrupted || is_live) && system_clock_now_ms() > until_ms)
            feed_give_up(feed);
        (void)feed_stop(feed, 100);
    } while (feed_is_running(feed));
}

/* How long a receiver may take to say its first word; 0: as with the program. */
static int receiver_wait_ms(void)
{
    const char *given = getenv("RECEIVER_WAIT_MS");

    return given != NULL ? (int)strtol(given, NULL, 10) : 0;
}

static int run(unsigned long count, unsigned long rate, const struct options *options)
{
    bool is_live = options->service.interface_count > 0;
    const struct feed_options feed_options = {
        .options = options,
        .outlet_count = 1,
        .has_output = true,
        .is_live = is_live,
        .receiver_wait_ms = receiver_wait_ms(),
    };
    struct feed *feed = feed_open(&feed_options);
    struct sink_counters counters;
    unsigned long pushed;

    if (feed == NULL || !feed_start(feed))
        return 1;
    pushed = push_all(feed, count, rate);
    wait_for_end(feed, is_live);
    counters = feed_counters(feed);
    fprintf(stderr,
            "pushed %lu written %" PRIu64 " lost %" PRIu64 " waiting %" PRIu64 " spooled %" PRIu64
            " again %" PRIu64 " failures %" PRIu64 "\n",
            pushed, counters.written, counters.lost, counters.waiting, counters.spooled,
            counters.sent_again, counters.failures);
    feed_close(feed);
    return counters.lost + counters.waiting > 0;
}

int main(int argc, char **argv)
{
    struct sigaction stop = {.sa_handler = interrupt};
    struct sigaction reopen = {.sa_handler = hang_up};
    struct options options;
    int status = 2;

    if (argc < 4)
        return status;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &reopen, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    /* Its own name is where the first option is expected after. */
    if (options_parse(argc - 2, argv + 2, &options))
        status = run(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), &options);
    options_free(&options);
    return status;
}
