/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events with statistics: what becomes of one that finds no memory. */
#include <string.h>

#include "tests/support/listener.h"
#include "tests/support/suite.h"
#include "tools/tlswhy/memory_plan.h"
#include "tools/tlswhy/service_parts.h"

/* No memory is left. The linker has all calls come here. */
static bool memory_is_out;

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    return memory_is_out ? NULL : __real_calloc(count, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* A service of no worker, whose events wait in the queue of standard output. */
struct bench {
    struct options options;
    struct shared shared;
    struct service service;
};

static struct bench *bench_new(void)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct feed_options feed = {
        .outlet_count = SERVICE_QUEUES,
        .has_output = true,
        .is_live = true,
    };
    struct collector_options collector = {0};
    struct service *service;

    if (bench == NULL)
        abort();
    service = &bench->service;
    feed.options = &bench->options;
    collector.options = &bench->options;
    collector.shared = &bench->shared;
    bench->options = (struct options){.json = true, .memory_max = 64 << 20};
    collector.knowledge_max = memory_plan_make(bench->options.memory_max, 1).knowledge;
    CU_ASSERT_FATAL(shared_open(&bench->shared, &bench->options, NULL, -1));
    *service = (struct service){.options = &bench->options, .shared = &bench->shared};
    service->feed = feed_open(&feed);
    CU_ASSERT_PTR_NOT_NULL_FATAL(service->feed);
    service->outlet = feed_outlet(service->feed, SERVICE_QUEUE_MAIN);
    collector.outlet = feed_outlet(service->feed, SERVICE_QUEUE_COLLECTOR);
    service->collector = collector_new(&collector);
    CU_ASSERT_PTR_NOT_NULL_FATAL(service->collector);
    return bench;
}

static void bench_free(struct bench *bench)
{
    collector_free(bench->service.collector);
    feed_close(bench->service.feed);
    shared_close(&bench->shared);
    free(bench);
}

/* What is said while one is pushed. */
static void push(struct bench *bench, bool is_last, bool has_memory, char said[LISTENER_SIZE])
{
    struct listener listener = listener_begin();

    memory_is_out = !has_memory;
    service_push_stats(&bench->service, is_last);
    memory_is_out = false;
    listener_end(&listener, said);
}

static uint64_t lost(const struct bench *bench)
{
    struct stats sum;

    service_stats(&bench->service, &sum);
    return sum.unserialised;
}

static void one_that_finds_no_memory_is_counted(void)
{
    struct bench *bench = bench_new();
    char said[LISTENER_SIZE];

    push(bench, false, true, said);
    CU_ASSERT_EQUAL(lost(bench), 0);
    CU_ASSERT_EQUAL(feed_counters(bench->service.feed).waiting, 1);
    push(bench, false, false, said);
    CU_ASSERT_EQUAL(lost(bench), 1);
    CU_ASSERT_EQUAL(feed_counters(bench->service.feed).waiting, 1);
    CU_ASSERT_STRING_EQUAL(said, ""); /* the next one tells it */
    push(bench, true, false, said);
    CU_ASSERT_EQUAL(lost(bench), 2);
    CU_ASSERT_STRING_EQUAL(said, "tlswhy: out of memory: the last statistics are missing\n");
    bench_free(bench);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"one that finds no memory is counted", one_that_finds_no_memory_is_counted},
        CU_TEST_INFO_NULL,
    };

    return suite_run("service_stats", tests);
}
