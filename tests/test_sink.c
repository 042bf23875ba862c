/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/sink.h"

enum { STOP_MS = 5000, LINE = 100, KEEP = 3 };

static void pause_ms(long milliseconds)
{
    const struct timespec pause = {.tv_nsec = milliseconds * 1000000};

    (void)nanosleep(&pause, NULL);
}

static struct bytes line_of(char octet, size_t length, char *buffer)
{
    memset(buffer, octet, length - 1);
    buffer[length - 1] = '\n';
    return bytes_of(buffer, length);
}

static void a_queue_gives_lines_in_order(void)
{
    struct queue *queue = queue_new(-1);
    char buffer[LINE];
    struct bytes line;

    for (int octet = 'a'; octet <= 'z'; octet++)
        CU_ASSERT(queue_push(queue, line_of((char)octet, LINE, buffer)));
    CU_ASSERT_EQUAL(queue_level(queue), 26);
    for (int octet = 'a'; octet <= 'z'; octet++) {
        CU_ASSERT_FATAL(queue_take(queue, &line));
        CU_ASSERT(bytes_equal(line, line_of((char)octet, LINE, buffer)));
        free((void *)(uintptr_t)line.data);
    }
    CU_ASSERT(!queue_take(queue, &line));
    queue_free(queue);
}

static void a_full_queue_counts_what_it_does_not_take(void)
{
    struct queue *queue = queue_new(-1);
    char buffer[LINE];
    struct bytes line = line_of('x', LINE, buffer);

    for (unsigned i = 0; i < QUEUE_LINES; i++)
        CU_ASSERT(queue_push(queue, line));
    CU_ASSERT(!queue_push(queue, line));
    CU_ASSERT(!queue_push(queue, line));
    CU_ASSERT_EQUAL(queue_lost(queue), 2);
    CU_ASSERT_EQUAL(queue_level(queue), QUEUE_LINES);
    queue_free(queue);
}

static void a_queue_holds_no_more_octets_than_it_may(void)
{
    struct queue *queue = queue_new(-1);
    size_t length = QUEUE_OCTETS_MAX / 4;
    char *buffer = malloc(length);
    struct bytes line = line_of('x', length, buffer);

    for (int i = 0; i < 4; i++)
        CU_ASSERT(queue_push(queue, line));
    CU_ASSERT(!queue_push(queue, bytes_of("\n", 1)));
    CU_ASSERT(queue_take(queue, &line));
    free((void *)(uintptr_t)line.data);
    CU_ASSERT(queue_push(queue, bytes_of("\n", 1)));
    free(buffer);
    queue_free(queue);
}

static void a_queue_may_be_limited_further(void)
{
    struct queue *queue = queue_new(-1);
    char buffer[LINE];

    queue_limit(queue, (size_t)3 * LINE);
    CU_ASSERT_EQUAL(queue_octets_max(queue), (size_t)3 * LINE);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_TRUE(queue_offer(queue, line_of('a', LINE, buffer)));
    CU_ASSERT_FALSE(queue_offer(queue, line_of('b', LINE, buffer)));
    queue_limit(queue, SIZE_MAX);
    CU_ASSERT_EQUAL(queue_octets_max(queue), QUEUE_OCTETS_MAX);
    queue_free(queue);
}

/* A file in a new folder; its name is returned and to be freed. */
static char *new_file(void)
{
    char *name = strdup("/tmp/tlswhy_sink_XXXXXX");
    int file = mkstemp(name);

    CU_ASSERT_FATAL(file >= 0);
    close(file);
    return name;
}

static off_t size_of(const char *name)
{
    struct stat status;

    CU_ASSERT_FATAL(stat(name, &status) == 0);
    return status.st_size;
}

/* As the program does without a broker. */
static int open_spec(const struct sink_spec *spec, enum sink_wish wish)
{
    const struct sink_opening opening = {.wish = wish, .keep = KEEP};
    bool is_new;

    return sink_spec_open(spec, &opening, &is_new);
}

/* Opens the file, whatever the sink's number is. */
static int open_for_test(void *context, size_t number, enum sink_wish wish)
{
    (void)number;
    return open_spec(context, wish);
}

/* A sink for a file. */
static struct sink *sink_of(struct sink_spec *spec, const char *name, size_t count)
{
    struct sink_options options = {
        .spec = spec,
        .opener = {.context = spec, .open = open_for_test},
        .memory_max = (size_t)1 << 30,
        .queue_count = count,
    };

    *spec = sink_spec_of_file(name);
    return sink_new(&options);
}

struct pusher {
    struct queue *queue;
    unsigned lines;
};

static void *push_all(void *argument)
{
    const struct pusher *pusher = argument;
    char buffer[LINE];

    for (unsigned i = 0; i < pusher->lines; i++)
        while (!queue_push(pusher->queue, line_of('p', LINE, buffer)))
            sched_yield();
    return NULL;
}

static void all_lines_of_all_threads_arrive(void)
{
    char *name = new_file();
    struct sink_spec spec;
    struct sink *sink = sink_of(&spec, name, 2);
    struct pusher pushers[2] = {{sink_queue(sink, 0), 20000}, {sink_queue(sink, 1), 20000}};
    pthread_t threads[2];

    CU_ASSERT_FATAL(sink_start(sink));
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, push_all, &pushers[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CU_ASSERT(sink_stop(sink, STOP_MS));
    CU_ASSERT_EQUAL(sink_counters(sink).written, 40000);
    CU_ASSERT_EQUAL(size_of(name), (off_t)40000 * LINE);
    sink_close(sink);
    unlink(name);
    free(name);
}

static void lines_longer_than_a_batch_arrive(void)
{
    char *name = new_file();
    struct sink_spec spec;
    struct sink *sink = sink_of(&spec, name, 1);
    size_t length = (size_t)2 << 18;
    char *buffer = malloc(length);

    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of("a\n", 2)));
    CU_ASSERT(queue_push(sink_queue(sink, 0), line_of('x', length, buffer)));
    CU_ASSERT_FATAL(sink_start(sink));
    CU_ASSERT(sink_stop(sink, STOP_MS));
    CU_ASSERT_EQUAL(size_of(name), (off_t)length + 2);
    sink_close(sink);
    free(buffer);
    unlink(name);
    free(name);
}

/* A limit on the file's size takes the place of a full disk. */
static void a_file_that_is_full_ends_in_a_whole_line(void)
{
    const struct rlimit small = {.rlim_cur = 10 * LINE + LINE / 2, .rlim_max = RLIM_INFINITY};
    const struct rlimit large = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    char *name = new_file();
    struct sink_spec spec;
    struct sink *sink = sink_of(&spec, name, 1);
    char buffer[LINE];

    for (int i = 0; i < 25; i++)
        CU_ASSERT(queue_push(sink_queue(sink, 0), line_of('x', LINE, buffer)));
    setrlimit(RLIMIT_FSIZE, &small);
    CU_ASSERT_FATAL(sink_start(sink));
    CU_ASSERT(!sink_stop(sink, STOP_MS));
    setrlimit(RLIMIT_FSIZE, &large);
    CU_ASSERT_EQUAL(size_of(name), (off_t)10 * LINE);
    CU_ASSERT_EQUAL(sink_counters(sink).written, 10);
    CU_ASSERT_EQUAL(sink_counters(sink).lost, 15);
    sink_close(sink);
    unlink(name);
    free(name);
}

static void write_one(const char *name, const char *line)
{
    struct sink_spec spec;
    struct sink *sink = sink_of(&spec, name, 1);

    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of(line, strlen(line))));
    CU_ASSERT_FATAL(sink_start(sink));
    CU_ASSERT(sink_stop(sink, STOP_MS));
    sink_close(sink);
}

static void write_raw(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    fputs(text, file);
    fclose(file);
}

static bool holds(const char *name, const char *text)
{
    char content[256] = "";
    FILE *file = fopen(name, "r");
    size_t length = fread(content, 1, sizeof(content) - 1, file);

    fclose(file);
    return length == strlen(text) && memcmp(content, text, length) == 0;
}

static void a_file_is_appended_to(void)
{
    char *name = new_file();

    write_one(name, "1\n");
    write_one(name, "22\n");
    CU_ASSERT(holds(name, "1\n22\n"));
    unlink(name);
    free(name);
}

static void a_cut_event_is_taken_off_at_the_next_start(void)
{
    char *name = new_file();

    write_raw(name, "{\"a\":1}\n{\"b\":");
    write_one(name, "{}\n");
    CU_ASSERT(holds(name, "{\"a\":1}\n{}\n"));
    write_raw(name, "{\"b\":");
    write_one(name, "{}\n");
    CU_ASSERT(holds(name, "{}\n"));
    unlink(name);
    free(name);
}

static void what_others_wrote_is_not_taken_off(void)
{
    char *name = new_file();

    write_raw(name, "a note without an end");
    write_one(name, "{}\n");
    CU_ASSERT(holds(name, "a note without an end\n{}\n"));
    unlink(name);
    free(name);
}

/* A name that was moved away gets a new file, a deleted one too without being told. */
static void a_file_is_opened_anew(void)
{
    char *name = new_file();
    char *moved = new_file();
    struct sink_spec spec;
    struct sink *sink = sink_of(&spec, name, 1);

    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of("1\n", 2)));
    CU_ASSERT_FATAL(sink_start(sink));
    while (sink_counters(sink).written < 1)
        sched_yield();
    rename(name, moved);
    sink_reopen(sink);
    while (access(name, F_OK) != 0)
        sched_yield();
    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of("22\n", 3)));
    while (sink_counters(sink).written < 2)
        sched_yield();
    unlink(name);
    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of("333\n", 4)));
    CU_ASSERT(sink_stop(sink, STOP_MS));
    CU_ASSERT_EQUAL(sink_counters(sink).written, 3);
    sink_close(sink);
    CU_ASSERT(holds(moved, "1\n"));
    CU_ASSERT(holds(name, "333\n"));
    unlink(name);
    unlink(moved);
    free(name);
    free(moved);
}

/* An opener that fails as often as is wanted. */
struct moody {
    struct sink_spec spec;
    atomic_int failures_left;
};

static int open_in_a_mood(void *context, size_t number, enum sink_wish wish)
{
    struct moody *moody = context;

    (void)number;
    if (atomic_load(&moody->failures_left) == 0)
        return open_spec(&moody->spec, wish);
    atomic_fetch_sub(&moody->failures_left, 1);
    errno = EISDIR;
    return -1;
}

static struct sink *moody_sink(struct moody *moody, bool is_patient)
{
    const struct sink_options options = {
        .spec = &moody->spec,
        .opener = {.context = moody, .open = open_in_a_mood},
        .memory_max = (size_t)1 << 30,
        .queue_count = 1,
        .is_patient = is_patient,
    };

    return sink_new(&options);
}

/* Who asked for a new file gets it, also if that takes more than one attempt. */
static void a_file_is_opened_anew_as_soon_as_that_works(void)
{
    char *name = new_file();
    char *moved = new_file();
    struct moody moody = {.spec = sink_spec_of_file(name)};
    struct sink *sink = moody_sink(&moody, false);

    CU_ASSERT_FATAL(sink != NULL);
    atomic_store(&moody.failures_left, 1);
    rename(name, moved);
    CU_ASSERT_FATAL(sink_start(sink));
    sink_reopen(sink);
    for (int waited = 0; access(name, F_OK) != 0 && waited < 6 * SINK_RETRY_MS; waited += 10)
        pause_ms(10);
    CU_ASSERT_EQUAL(access(name, F_OK), 0);
    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of("1\n", 2)));
    CU_ASSERT(sink_stop(sink, STOP_MS));
    sink_close(sink);
    CU_ASSERT(holds(moved, ""));
    CU_ASSERT(holds(name, "1\n"));
    unlink(name);
    unlink(moved);
    free(name);
    free(moved);
}

/* What is written to a file without a name is lost, so it waits until there is one again. */
static void a_deleted_file_that_cannot_be_made_takes_nothing(void)
{
    char *name = new_file();
    struct moody moody = {.spec = sink_spec_of_file(name)};
    struct sink *sink = moody_sink(&moody, true);

    CU_ASSERT_FATAL(sink != NULL);
    atomic_store(&moody.failures_left, INT_MAX);
    unlink(name);
    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of("1\n", 2)));
    CU_ASSERT_FATAL(sink_start(sink));
    while (sink_counters(sink).failures == 0 && sink_counters(sink).written == 0)
        sched_yield();
    CU_ASSERT_EQUAL_FATAL(sink_counters(sink).written, 0);
    atomic_store(&moody.failures_left, 0);
    while (sink_counters(sink).written == 0)
        sched_yield();
    CU_ASSERT(holds(name, "1\n"));
    CU_ASSERT(sink_stop(sink, STOP_MS));
    sink_close(sink);
    unlink(name);
    free(name);
}

/* The end does not wait for the next attempt, nor does it do without one. */
static void the_end_is_one_attempt_more(void)
{
    char *name = new_file();
    struct moody moody = {.spec = sink_spec_of_file(name)};
    struct sink *sink = moody_sink(&moody, true);

    CU_ASSERT_FATAL(sink != NULL);
    atomic_store(&moody.failures_left, 1);
    unlink(name);
    CU_ASSERT(queue_push(sink_queue(sink, 0), bytes_of("1\n", 2)));
    CU_ASSERT_FATAL(sink_start(sink));
    while (sink_counters(sink).failures == 0)
        sched_yield();
    CU_ASSERT(sink_stop(sink, STOP_MS));
    CU_ASSERT_EQUAL(sink_counters(sink).lost, 0);
    sink_close(sink);
    CU_ASSERT(holds(name, "1\n"));
    unlink(name);
    free(name);
}

/* A page: a pipe that is full never holds a part of one. */
enum { PAGE = 4096, PAGES = 40 };

/* Opens a pipe so that a full one does not hold up who writes, and counts how often. */
struct pipe_opener {
    const char *path;
    atomic_int opened;
};

static int open_pipe_end(void *context, size_t number, enum sink_wish wish)
{
    struct pipe_opener *opener = context;

    (void)number;
    (void)wish;
    atomic_fetch_add(&opener->opened, 1);
    return open(opener->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

/* Read pages until each of them came, for a while at most; returns how many were different. */
static int read_pages(int file)
{
    bool has_come[PAGES] = {0};
    uint8_t page[PAGE];
    int count = 0;

    for (int waited = 0; count < PAGES && waited < STOP_MS; waited++) {
        if (read(file, page, sizeof(page)) != (ssize_t)sizeof(page)) {
            pause_ms(1);
            continue;
        }
        count += !has_come[page[0]];
        has_come[page[0]] = true;
    }
    return count;
}

/* What was given to the one before, who could not write it any more, is not lost. */
static void what_was_not_written_goes_to_what_is_opened_anew(void)
{
    char *name = new_file();
    struct sink_spec spec = sink_spec_of_file(name);
    struct pipe_opener opener = {.path = name};
    const struct sink_options options = {
        .spec = &spec,
        .opener = {.context = &opener, .open = open_pipe_end},
        .memory_max = (size_t)1 << 30,
        .queue_count = 1,
    };
    char page[PAGE];
    struct sink *sink;
    int reader;

    CU_ASSERT_FATAL(unlink(name) == 0 && mkfifo(name, 0600) == 0);
    reader = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    sink = sink_new(&options);
    CU_ASSERT_FATAL(reader >= 0 && sink != NULL);
    for (int i = 0; i < PAGES; i++)
        CU_ASSERT(queue_push(sink_queue(sink, 0), line_of((char)i, PAGE, page)));
    CU_ASSERT_FATAL(sink_start(sink));
    while (sink_counters(sink).written == 0)
        sched_yield();
    sink_reopen(sink);
    while (atomic_load(&opener.opened) < 2)
        sched_yield();
    CU_ASSERT_EQUAL(read_pages(reader), PAGES);
    CU_ASSERT(sink_stop(sink, STOP_MS));
    CU_ASSERT_EQUAL(sink_counters(sink).written, PAGES);
    sink_close(sink);
    close(reader);
    unlink(name);
    free(name);
}

/* Reads whatever comes from the first who connects. */
static void *read_all(void *argument)
{
    const int *listener = argument;
    int file = accept(*listener, NULL, NULL);
    char octets[65536];

    while (read(file, octets, sizeof(octets)) > 0)
        ;
    close(file);
    return NULL;
}

static int listen_on_loopback(char port[8])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CU_ASSERT_FATAL(bind(listener, (struct sockaddr *)(void *)&address, length) == 0
                    && listen(listener, 1) == 0
                    && getsockname(listener, (struct sockaddr *)(void *)&address, &length) == 0);
    snprintf(port, 8, "%u", ntohs(address.sin_port));
    return listener;
}

/* A receiver by TCP gets again what it may not have read: so much is kept, but never so much that
 * nothing else has room until that has grown old. */
static void what_is_kept_to_be_sent_again_leaves_room(void)
{
    char port[8];
    char url[64];
    int listener = listen_on_loopback(port);
    struct sink_spec spec;
    const struct sink_options options = {
        .spec = &spec,
        .opener = {.context = &spec, .open = open_for_test},
        .queue_count = 1,
    };
    const unsigned lines = 4 * (SINK_SHARE_MIN / LINE);
    struct pusher pusher = {.lines = lines};
    pthread_t reading;
    pthread_t pushing;
    struct sink *sink;
    int waited = 0;

    snprintf(url, sizeof(url), "syslog+tcp://127.0.0.1:%s", port);
    CU_ASSERT_FATAL(sink_spec_parse(url, &spec) && sink_spec_resolve(&spec));
    pthread_create(&reading, NULL, read_all, &listener);
    sink = sink_new(&options);
    CU_ASSERT_FATAL(sink != NULL && sink_start(sink));
    pusher.queue = sink_queue(sink, 0);
    pthread_create(&pushing, NULL, push_all, &pusher);
    for (; sink_counters(sink).written < lines && waited < SINK_KEEP_MS / 2; waited++)
        pause_ms(1);
    CU_ASSERT_EQUAL(sink_counters(sink).written, lines);
    pthread_join(pushing, NULL);
    CU_ASSERT(sink_stop(sink, STOP_MS));
    sink_close(sink);
    pthread_join(reading, NULL);
    close(listener);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a queue gives lines in order", a_queue_gives_lines_in_order},
        {"a full queue counts what it does not take", a_full_queue_counts_what_it_does_not_take},
        {"a queue holds no more octets than it may", a_queue_holds_no_more_octets_than_it_may},
        {"a queue may be limited further", a_queue_may_be_limited_further},
        {"all lines of all threads arrive", all_lines_of_all_threads_arrive},
        {"lines longer than a batch arrive", lines_longer_than_a_batch_arrive},
        {"a file that is full ends in a whole line", a_file_that_is_full_ends_in_a_whole_line},
        {"a file is appended to", a_file_is_appended_to},
        {"a cut event is taken off at the next start", a_cut_event_is_taken_off_at_the_next_start},
        {"what others wrote is not taken off", what_others_wrote_is_not_taken_off},
        {"a file is opened anew", a_file_is_opened_anew},
        {"a file is opened anew as soon as that works",
         a_file_is_opened_anew_as_soon_as_that_works},
        {"a deleted file that cannot be made takes nothing",
         a_deleted_file_that_cannot_be_made_takes_nothing},
        {"the end is one attempt more", the_end_is_one_attempt_more},
        {"what was not written goes to what is opened anew",
         what_was_not_written_goes_to_what_is_opened_anew},
        {"what is kept to be sent again leaves room", what_is_kept_to_be_sent_again_leaves_room},
        CU_TEST_INFO_NULL,
    };

    signal(SIGXFSZ, SIG_IGN);
    return suite_run("sink", tests);
}
