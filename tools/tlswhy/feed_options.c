/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/feed_options.h"

#include <string.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/option_row.h"
#include "tools/tlswhy/option_value.h"

#define ROTATE_SIZE_MIN (UINT64_C(64) << 10)
#define SPOOL_SIZE_MIN  (UINT64_C(4) << 20) /* a few of the longest events */
#define SIZE_MAX_GIVEN  (UINT64_C(1) << 50)
#define ROTATE_AGE_MAX  (UINT64_C(366) * 24 * 60 * 60) /* seconds */

/* Events go there, so events are written. */
static bool apply_sink(struct options *options, const char *value)
{
    struct feed_sinks *sinks = &options->sinks;

    if (sinks->count == SINKS_MAX)
        return complain("--sink: at most %d of them", SINKS_MAX);
    for (size_t i = 0; i < sinks->count; i++)
        if (strcmp(sinks->specs[i].text, value) == 0)
            return complain("--sink: %s is given twice", value);
    options->json = true;
    return sink_spec_parse(value, &sinks->specs[sinks->count++]);
}

static bool apply_on_full(struct options *options, const char *value)
{
    static const struct {
        const char *name;
        enum full_policy policy;
    } policies[] = {{"block", FULL_BLOCK}, {"drop", FULL_DROP}, {"spool", FULL_SPOOL}};

    for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
        if (strcmp(value, policies[i].name) != 0)
            continue;
        options->sinks.on_full = policies[i].policy;
        return true;
    }
    return complain("--on-full: '%s' is none of block, drop and spool", value);
}

static bool apply_events_per_minute(struct options *options, const char *value)
{
    uint64_t number;

    if (!option_value_number_or("--events-per-minute", value, "all", FEED_EVENTS_ALL - 1, &number))
        return false;
    options->sinks.events_per_minute = number > 0 ? (uint32_t)number : FEED_EVENTS_ALL;
    return true;
}

static bool apply_kafka_property(struct options *options, const char *value)
{
    struct feed_sinks *sinks = &options->sinks;
    const char *equals = strchr(value, '=');
    size_t length = equals != NULL ? (size_t)(equals - value) : 0;
    struct kafka_property *property;

    if (sinks->kafka_property_count == KAFKA_PROPERTIES_MAX)
        return complain("--kafka-property: at most %d of them", KAFKA_PROPERTIES_MAX);
    if (length == 0)
        return complain("--kafka-property: '%s' is not of the form NAME=VALUE", value);
    if (length >= KAFKA_PROPERTY_NAME_SIZE)
        return complain("--kafka-property: '%s' has a name of more than %d octets", value,
                        KAFKA_PROPERTY_NAME_SIZE - 1);
    property = &sinks->kafka_properties[sinks->kafka_property_count++];
    memcpy(property->name, value, length);
    property->name[length] = '\0';
    property->value = equals + 1;
    return true;
}

const struct option_row feed_option_rows[FEED_OPTION_COUNT] = {
    {"sink", 0, "WHERE", GATHERS(apply_sink), FOR_SINKS,
     "send events to file:PATH, unix:PATH, syslog+tcp://HOST:PORT ...; may be given again"},
    {"on-full", 0, "POLICY", CALLS(apply_on_full), FOR_SINKS,
     "when a sink takes no more: block (default with files), drop (default live), spool"},
    {"spool", 0, "DIRECTORY", SETS_TEXT(sinks.spool), FOR_SINKS,
     "where events wait for sinks with --on-full=spool"},
    {"spool-size", 0, "SIZE", SETS_SIZE(sinks.spool_size, SPOOL_SIZE_MIN, SIZE_MAX_GIVEN),
     FOR_SINKS, "of each sink's spool, with K, M or G (default 1G)"},
    {"rotate-size", 0, "SIZE", SETS_SIZE(sinks.rotate_size, ROTATE_SIZE_MIN, SIZE_MAX_GIVEN),
     FOR_SINKS, "begin a new file when one has so many octets, with K, M or G"},
    {"rotate-age", 0, "SECONDS", SETS_NUMBER(sinks.rotate_age, ROTATE_AGE_MAX), FOR_SINKS,
     "begin a new file after so long"},
    {"rotate-count", 0, "NUMBER", SETS_NUMBER(sinks.rotate_count, FEED_ROTATE_COUNT_MAX), FOR_SINKS,
     "rotated files that stay: FILE.1, FILE.2 ... (default 10)"},
    {"events-per-minute", 0, "NUMBER", CALLS(apply_events_per_minute), FOR_ANALYSIS,
     "failures of one incident told in full (default 100; all, 0 or with --all: each of them)"},
    {"kafka-property", 0, "NAME=VALUE", GATHERS(apply_kafka_property), FOR_SINKS,
     "a setting of librdkafka; may be given again"},
};
