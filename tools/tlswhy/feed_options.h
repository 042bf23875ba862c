/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feed_options.h -- options for where events go. */
#ifndef TLSWHY_TOOLS_FEED_OPTIONS_H
#define TLSWHY_TOOLS_FEED_OPTIONS_H

#include <stdint.h>

#include "tools/tlswhy/sink.h"

enum {
    SINKS_MAX = 8,                /* --sink given so many times; each is a thread */
    KAFKA_PROPERTIES_MAX = 64,    /* librdkafka has some hundred */
    FEED_ROTATE_COUNT_MAX = 1000, /* files that stay */
    FEED_ROTATE_COUNT_DEFAULT = 10,
    FEED_EVENTS_DEFAULT = 100 /* failures of one incident in a minute that are told in full: enough
                                 to see who and how, and few beside the thousands of an outage */
};

#define FEED_SPOOL_DEFAULT (UINT64_C(1) << 30)

#define FEED_EVENTS_ALL UINT32_MAX

/* Strings are borrowed: from the command line, or of struct setting. */
struct feed_sinks {
    struct sink_spec specs[SINKS_MAX];
    size_t count;
    enum full_policy on_full;
    const char *spool;          /* directory */
    uint64_t spool_size;        /* octets for each sink */
    uint64_t rotate_size;       /* octets, 0: never */
    uint64_t rotate_age;        /* seconds, 0: never */
    uint64_t rotate_count;      /* files that stay beside the one that is written */
    uint32_t events_per_minute; /* of one incident, told in full; FEED_EVENTS_ALL; 0: the default */
    struct kafka_property kafka_properties[KAFKA_PROPERTIES_MAX];
    size_t kafka_property_count;
};

#endif
