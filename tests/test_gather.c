/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/suite.h"
#include "tools/tlswhy/gather.h"

/* In place of the pipeline's own: what it was given, and how much of it is said to be read. */
struct pipeline {
    size_t batches;
    size_t packets;
    size_t last; /* packets of the last batch */
    size_t wrong;
    bool reads;
};

/* Each packet is filled with one octet, which tells its number, and its time is that number. */
static bool is_whole(const struct raw_packet *raw)
{
    for (size_t i = 0; i < raw->data.len; i++)
        if (raw->data.data[i] != (uint8_t)raw->time_ns)
            return false;
    return true;
}

size_t pipeline_packets(struct pipeline *pipeline, const struct raw_packet *raw, size_t count)
{
    if (count == 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        pipeline->wrong += raw[i].time_ns != (int64_t)(pipeline->packets + i) || !is_whole(&raw[i]);
    pipeline->batches++;
    pipeline->packets += count;
    pipeline->last = count;
    return pipeline->reads ? count : 0;
}

struct fixture {
    struct pipeline pipeline;
    struct gather gather;
    size_t number;                 /* of the packet that comes next */
    uint8_t ring[GATHER_LONG + 1]; /* the only room for a packet: the next one takes it */
};

static void begin(struct fixture *fixture, bool reads)
{
    fixture->pipeline = (struct pipeline){.reads = reads};
    fixture->number = 0;
    gather_init(&fixture->gather, &fixture->pipeline);
}

static void give(struct fixture *fixture, size_t count, size_t octets)
{
    for (size_t i = 0; i < count; i++) {
        struct raw_packet raw = {
            .data = bytes_of(fixture->ring, octets),
            .time_ns = (int64_t)fixture->number,
        };

        memset(fixture->ring, (uint8_t)fixture->number++, octets);
        gather_packet(&fixture->gather, &raw);
    }
}

/* All of them came, in their order and as they were. */
static void end(struct fixture *fixture)
{
    gather_flush(&fixture->gather);
    CU_ASSERT_EQUAL(fixture->pipeline.packets, fixture->number);
    CU_ASSERT_EQUAL(fixture->pipeline.wrong, 0);
}

static void short_packets_are_given_many_at_once(void)
{
    struct fixture fixture;

    begin(&fixture, false);
    give(&fixture, PIPELINE_BATCH - 1, GATHER_SHORT);
    CU_ASSERT_EQUAL(fixture.pipeline.batches, 0);
    give(&fixture, 1, GATHER_SHORT);
    CU_ASSERT_EQUAL(fixture.pipeline.last, PIPELINE_BATCH);
    give(&fixture, 3, 0);
    end(&fixture);
    CU_ASSERT_EQUAL(fixture.pipeline.last, 3);
}

static void a_long_packet_that_nobody_reads_is_the_last_of_its_batch(void)
{
    struct fixture fixture;

    begin(&fixture, false);
    give(&fixture, GATHER_LOOK, 60);
    give(&fixture, 2, 60);
    give(&fixture, 1, GATHER_SHORT + 1);
    CU_ASSERT_EQUAL(fixture.pipeline.packets, GATHER_LOOK + 3);
    CU_ASSERT_EQUAL(fixture.pipeline.last, 3);
    end(&fixture);
}

static void long_packets_are_copied_while_many_are_read(void)
{
    struct fixture fixture;

    begin(&fixture, true);
    give(&fixture, GATHER_LOOK, 60);
    give(&fixture, 3, GATHER_LONG);
    CU_ASSERT_EQUAL(fixture.pipeline.packets, GATHER_LOOK);
    give(&fixture, 1, GATHER_LONG + 1);
    CU_ASSERT_EQUAL(fixture.pipeline.last, 4);
    fixture.pipeline.reads = false;
    give(&fixture, GATHER_LOOK, 60);
    give(&fixture, 1, GATHER_LONG);
    CU_ASSERT_EQUAL(fixture.pipeline.packets, fixture.number);
    end(&fixture);
}

static void what_does_not_fit_waits_for_the_next_batch(void)
{
    enum { FITTING = GATHER_OCTETS / GATHER_LONG };
    struct fixture fixture;

    begin(&fixture, true);
    give(&fixture, GATHER_LOOK, 60);
    give(&fixture, FITTING, GATHER_LONG);
    CU_ASSERT_EQUAL(fixture.pipeline.packets, GATHER_LOOK);
    give(&fixture, 1, 1);
    CU_ASSERT_EQUAL(fixture.pipeline.last, FITTING);
    end(&fixture);
    CU_ASSERT_EQUAL(fixture.pipeline.last, 1);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"short packets are given many at once", short_packets_are_given_many_at_once},
        {"a long packet that nobody reads is the last of its batch",
         a_long_packet_that_nobody_reads_is_the_last_of_its_batch},
        {"long packets are copied while many are read",
         long_packets_are_copied_while_many_are_read},
        {"what does not fit waits for the next batch", what_does_not_fit_waits_for_the_next_batch},
        CU_TEST_INFO_NULL,
    };

    return suite_run("gather", tests);
}
