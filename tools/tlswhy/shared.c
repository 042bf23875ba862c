/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/shared.h"

#include <string.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/memory_plan.h"
#include "tools/tlswhy/output.h"
#include "tools/tlswhy/random_key.h"

/* Memory of each of both, for both may be there. */
static size_t seen_share(const struct options *options)
{
    const size_t seen = memory_plan_make(options->memory_max, 1).seen;

    return options->json ? seen : seen / 2;
}

static bool open_report(struct shared *shared, const struct options *options, FILE *file,
                        int terminal)
{
    struct report_options report = {
        .out = file,
        .width = output_width(terminal),
        .has_color = output_has_color(terminal, options->color),
        .memory_max = seen_share(options),
    };

    if (!random_key_draw(report.hash_key))
        return false;
    shared->report = report_new(&report);
    return shared->report != NULL || complain_memory();
}

static void take_news(void *context, const struct inventory_news *news)
{
    const struct shared *shared = context;

    if (shared->news != NULL)
        shared->news->take(shared->news->context, news);
}

static bool open_inventory(struct shared *shared, const struct options *options)
{
    const struct inventory_sink sink = {.context = shared, .take = take_news};
    struct inventory_options inventory = {
        .level_count = options->expiry_level_count,
        .entries_max = inventory_entries_within(seen_share(options)),
    };

    memcpy(inventory.levels, options->expiry_levels, sizeof(inventory.levels));
    if (!random_key_draw(inventory.hash_key))
        return false;
    shared->inventory = inventory_new(&inventory, &sink);
    return shared->inventory != NULL || complain_memory();
}

bool shared_open(struct shared *shared, const struct options *options, FILE *file, int terminal)
{
    *shared = (struct shared){0};
    pthread_mutex_init(&shared->lock, NULL); /* cannot fail on Linux */
    if (!options->json && !open_report(shared, options, file, terminal))
        return false;
    if (options->service.metrics == NULL && !(options->json && options->all))
        return true;
    return open_inventory(shared, options);
}

void shared_close(struct shared *shared)
{
    report_free(shared->report);
    inventory_free(shared->inventory);
    pthread_mutex_destroy(&shared->lock);
}

void shared_add(struct shared *shared, const struct verdict *verdict,
                const struct shared_news *news)
{
    if (shared->report == NULL && shared->inventory == NULL)
        return;
    pthread_mutex_lock(&shared->lock);
    shared->news = news;
    if (shared->report != NULL && verdict->earlier != NULL)
        report_revise(shared->report, verdict);
    else if (shared->report != NULL)
        report_add(shared->report, verdict);
    if (shared->inventory != NULL && verdict->earlier == NULL)
        inventory_add(shared->inventory, verdict);
    shared->news = NULL;
    pthread_mutex_unlock(&shared->lock);
}

void shared_stats(struct shared *shared, struct stats *stats)
{
    if (shared->inventory == NULL)
        return;
    pthread_mutex_lock(&shared->lock);
    stats->inventory = inventory_count(shared->inventory);
    stats->inventory_left_out = inventory_left_out(shared->inventory);
    pthread_mutex_unlock(&shared->lock);
}
