/* SPDX-License-Identifier: GPL-2.0-or-later */
/* service_options.h -- options for live capture and for running as a service. */
#ifndef TLSWHY_TOOLS_SERVICE_OPTIONS_H
#define TLSWHY_TOOLS_SERVICE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SERVICE_INTERFACES_MAX = 16, /* of one sensor */
    SERVICE_WORKERS_MAX = 64,    /* each has a ring of every interface */
    SERVICE_SNAPLEN_MIN = 96,    /* below, TCP options are cut */
    SERVICE_STATS_DEFAULT = 60,  /* seconds */
    SERVICE_STATE_DEFAULT = 300  /* seconds: what a crash may cost of what is known */
};

/* Strings are borrowed: from the command line, or of struct setting. */
struct service_options {
    const char *interfaces[SERVICE_INTERFACES_MAX];
    size_t interface_count;
    const char *timestamp_type;
    uint64_t buffer_size; /* octets of each ring */
    uint64_t snaplen;     /* octets */
    bool no_promiscuous;
    bool immediate;
    uint64_t workers; /* threads that capture and analyse, 1 at least */
    uint16_t cpus[SERVICE_WORKERS_MAX];
    size_t cpu_count; /* 0: workers run anywhere */
    const char *user; /* NULL: nobody, when started as root */
    bool no_sandbox;
    uint64_t stats_interval; /* seconds, 0: only at the end */
    uint64_t state_interval; /* seconds between two writes of --state */
    const char *metrics;     /* ADDRESS:PORT, NULL: none */
};

#endif
