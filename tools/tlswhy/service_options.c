/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/service_options.h"

#include <string.h>

#include "capture/packet.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/option_row.h"
#include "tools/tlswhy/option_value.h"

enum {
    BUFFER_MIN = 1 << 20,       /* a few packets of the largest size */
    BUFFER_MAX = 1 << 30,       /* libpcap takes an int */
    INTERVAL_MAX = 24 * 60 * 60 /* seconds */
};

static bool apply_interface(struct options *options, const char *value)
{
    struct service_options *service = &options->service;

    if (value[strcspn(value, " \t\"'")] != '\0') /* as if a shell had read it */
        return complain("--interface: %s is no name of an interface", value);
    if (service->interface_count == SERVICE_INTERFACES_MAX)
        return complain("--interface: at most %d of them", SERVICE_INTERFACES_MAX);
    for (size_t i = 0; i < service->interface_count; i++)
        if (strcmp(service->interfaces[i], value) == 0)
            return complain("--interface: %s is given twice", value);
    service->interfaces[service->interface_count++] = value;
    return true;
}

static bool apply_snaplen(struct options *options, const char *value)
{
    return option_value_number("--snaplen", value, SERVICE_SNAPLEN_MIN, PACKET_OCTETS_MAX,
                               &options->service.snaplen);
}

static bool apply_workers(struct options *options, const char *value)
{
    return option_value_number("--workers", value, 1, SERVICE_WORKERS_MAX,
                               &options->service.workers);
}

static bool apply_cpu(struct options *options, const char *value)
{
    struct service_options *service = &options->service;

    service->cpu_count = 0;
    return option_value_processors("--cpu", value, service->cpus, SERVICE_WORKERS_MAX,
                                   &service->cpu_count);
}

static bool apply_state_interval(struct options *options, const char *value)
{
    return option_value_number("--state-interval", value, 1, INTERVAL_MAX,
                               &options->service.state_interval);
}

static bool apply_metrics(struct options *options, const char *value)
{
    struct addrinfo *address;

    options->service.metrics = value;
    if (!option_value_listen("--metrics", value, &address))
        return false;
    freeaddrinfo(address);
    return true;
}

const struct option_row service_option_rows[SERVICE_OPTION_COUNT] = {
    {"interface", 'i', "NAME", GATHERS(apply_interface), FOR_LIVE,
     "capture from this interface, or any; may be given again"},
    {"buffer-size", 0, "SIZE", SETS_SIZE(service.buffer_size, BUFFER_MIN, BUFFER_MAX), FOR_LIVE,
     "ring of each worker and interface, with K, M or G (default 64M)"},
    {"snaplen", 's', "OCTETS", CALLS(apply_snaplen), FOR_LIVE,
     "octets captured of a packet (default 262144)"},
    {"no-promiscuous", 0, NULL, SETS_FLAG(service.no_promiscuous), FOR_LIVE,
     "only packets that are for this host"},
    {"immediate", 0, NULL, SETS_FLAG(service.immediate), FOR_LIVE,
     "see each packet at once, at a higher cost (default: within 50 ms)"},
    {"timestamp-type", 0, "TYPE", SETS_TEXT(service.timestamp_type), FOR_LIVE,
     "who takes the time of packets, see pcap-tstamp(7)"},
    {"workers", 0, "NUMBER", CALLS(apply_workers), FOR_LIVE,
     "threads that share the packets out among them (default 1)"},
    {"cpu", 0, "CPU[,CPU]", CALLS(apply_cpu), FOR_LIVE, "where the workers run, in turn"},
    {"user", 0, "NAME", SETS_TEXT(service.user), FOR_LIVE,
     "who to be once interfaces and files are open (default: nobody, when started by root)"},
    {"no-sandbox", 0, NULL, SETS_FLAG(service.no_sandbox), FOR_LIVE,
     "do without the filter of system calls"},
    {"stats-interval", 0, "SECONDS", SETS_NUMBER(service.stats_interval, INTERVAL_MAX), FOR_LIVE,
     "between two events with statistics; 0: only at the end (default 60)"},
    {"state-interval", 0, "SECONDS", CALLS(apply_state_interval), FOR_LIVE,
     "live, between two writes of --state (default 300)"},
    {"metrics", 0, "[ADDRESS:]PORT", CALLS(apply_metrics), FOR_LIVE,
     "serve metrics for Prometheus (default address: 127.0.0.1)"},
};
