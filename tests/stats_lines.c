/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats_lines -- two tlswhy_stats events, one of the end, in which no two numbers are the same: the
 * golden file shows which counter is told by which name. */
#include <stdio.h>

#include "analyze/event.h"
#include "tools/tlswhy/stats_event.h"

enum { WORKERS = 2 };

/* Each row of them counts from first on. */
static struct stats numbered(uint64_t first)
{
    struct stats stats = {.busy_ns = first + 100, .wall_ns = first + 101};

    for (size_t i = 0; i < stats_row_count; i++) {
        uint64_t value = first + i;

        memcpy((char *)&stats + stats_rows[i].offset, &value, sizeof(value));
    }
    return stats;
}

static void count_failures(struct stats *stats, const char *id, unsigned times)
{
    for (size_t i = 0; i < cause_count; i++)
        for (unsigned n = 0; n < times && strcmp(cause_list[i]->id, id) == 0; n++)
            stats_count_cause(stats, cause_list[i]);
}

static bool write_line(bool is_last)
{
    const struct options options = {.observer_name = "edge", .observer_hostname = "tap.example"};
    const struct stats workers[WORKERS] = {numbered(2000), numbered(3000)};
    const struct stats_sinks sinks = {
        .count = 2,
        .items =
            {
                {"file:/var/log/tlswhy/events.json", {1, 2, 3, 4, 5, 6}},
                {"syslog+tcp://siem.example:601", {10, 20, 30, 40, 50, 60}},
            },
    };
    struct stats sum = numbered(1000);
    const struct stats_event event = {
        .options = &options,
        .sum = &sum,
        .workers = workers,
        .worker_count = WORKERS,
        .sinks = &sinks,
        .is_last = is_last,
    };
    struct json json;
    struct bytes line;
    bool is_written;

    count_failures(&sum, "certificate_expired", 7);
    count_failures(&sum, "no_shared_cipher", 8);
    json_init(&json, EVENT_LINE_MAX);
    is_written = stats_event_write(&event, &json, &line)
                 && fwrite(line.data, 1, line.len, stdout) == line.len;
    json_release(&json);
    return is_written;
}

int main(void)
{
    return write_line(false) && write_line(true) ? 0 : 1;
}
