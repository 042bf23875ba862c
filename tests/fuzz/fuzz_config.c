/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration files: whatever is taken from one is within its bounds. The input is the file. */
#include <getopt.h>
#include <string.h>

#include "tests/fuzz/line.h"
#include "tests/fuzz/scratch.h"
#include "tools/tlswhy/options.h"

static void check_ports(const uint16_t *ports, size_t count)
{
    must(count <= OPTIONS_TLS_PORTS_MAX);
    for (size_t i = 0; i < count; i++)
        must(ports[i] > 0);
}

static void check_levels(const struct options *options)
{
    must(options->expiry_level_count <= OPTIONS_LEVELS_MAX);
    for (size_t i = 0; i < options->expiry_level_count; i++)
        must(options->expiry_levels[i] >= 1 && options->expiry_levels[i] <= 3650);
}

static void check_text(const char *text)
{
    if (text != NULL)
        line_check_text(bytes_of(text, strlen(text)));
}

static void check_sinks(const struct feed_sinks *sinks)
{
    must(sinks->count <= SINKS_MAX && sinks->kafka_property_count <= KAFKA_PROPERTIES_MAX);
    must(sinks->rotate_count <= FEED_ROTATE_COUNT_MAX);
    for (size_t i = 0; i < sinks->count; i++) {
        must(memchr(sinks->specs[i].host, '\0', SINK_HOST_SIZE) != NULL);
        must(memchr(sinks->specs[i].port, '\0', SINK_PORT_SIZE) != NULL);
        must(memchr(sinks->specs[i].brokers, '\0', SINK_BROKERS_SIZE) != NULL);
    }
}

static void check_service(const struct service_options *service)
{
    must(service->interface_count <= SERVICE_INTERFACES_MAX);
    must(service->workers >= 1 && service->workers <= SERVICE_WORKERS_MAX);
    must(service->cpu_count <= SERVICE_WORKERS_MAX);
    must(service->snaplen >= SERVICE_SNAPLEN_MIN);
}

static void check(const struct options *options)
{
    must(options->mode == MODE_CHECK_CONFIG); /* a file does not say what to do */
    must(options->path_count == 0 && options->crl_count <= OPTIONS_CRLS_MAX);
    check_ports(options->tls_ports, options->tls_port_count);
    check_levels(options);
    check_text(options->observer_name);
    check_text(options->observer_hostname);
    check_sinks(&options->sinks);
    check_service(&options->service);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char program[] = "tlswhy";
    char option[] = "--check-config";
    char path[SCRATCH_PATH_SIZE];
    char *arguments[] = {program, option, path, NULL};
    int file = scratch_open(bytes_of(data, size), path);
    struct options options;

    optind = 0; /* begin anew */
    if (options_parse(3, arguments, &options))
        check(&options);
    options_free(&options);
    close(file);
    return 0;
}
