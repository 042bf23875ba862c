/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/filter.h"
#include "capture/live.h"
#include "tools/tlswhy/apart.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/config.h"
#include "tools/tlswhy/state_file.h"
#include "tools/tlswhy/trust_files.h"

static bool has_filter(const struct options *options)
{
    char error[FILTER_ERROR_MAX];
    struct filter *filter;

    if (options->filter == NULL)
        return true;
    filter = filter_new(options->filter, error);
    filter_free(filter);
    return filter != NULL || complain("%s%s", error, options_filter_hint(options))
           || config_blame(options, "filter", NULL);
}

bool check_analysis(const struct options *options)
{
    return has_filter(options) && apart_check(options);
}

static bool has_processors(const struct service_options *options)
{
    const long count = sysconf(_SC_NPROCESSORS_CONF);

    for (size_t i = 0; i < options->cpu_count; i++)
        if (options->cpus[i] >= count)
            return complain("--cpu: there is no %d: processors are 0 to %ld", options->cpus[i],
                            count - 1);
    return true;
}

static bool has_timestamps(const struct service_options *options)
{
    const char *type = options->timestamp_type;

    return type == NULL || live_has_timestamp_type(type)
           || complain("%s: no timestamp type has this name; see pcap-tstamp(7)", type);
}

bool check_service(const struct options *options, struct identity *identity)
{
    const struct service_options *service = &options->service;

    return check_analysis(options)
           && (privileges_find(service->user, identity) || config_blame(options, "user", NULL))
           && (has_processors(service) || config_blame(options, "cpu", NULL))
           && (has_timestamps(service) || config_blame(options, "timestamp-type", NULL));
}

/* Whether the state finds a place as the service will look for it: as its user, whom only a process
 * of its own can try to be. */
static bool has_place_for_state(const char *path, const struct identity *identity)
{
    int status;
    pid_t child;

    if (!identity->is_other)
        return state_file_has_place(path, NULL);
    child = fork();
    if (child == 0)
        _exit(privileges_drop(identity) && state_file_has_place(path, identity->name)
                  ? EXIT_ANALYSED
                  : EXIT_COULD_NOT);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return complain("%s: it cannot be tried as user %s", path, identity->name);
    return WEXITSTATUS(status) == EXIT_ANALYSED;
}

/* Spools are opened by who starts the service. */
static bool has_place_for_spools(const char *directory)
{
    struct stat status;

    if (stat(directory, &status) == 0 && !S_ISDIR(status.st_mode))
        return complain("%s: %s", directory, strerror(ENOTDIR));
    return access(directory, W_OK | X_OK) == 0
           || complain("%s: no spool can be put into this directory: %s", directory,
                       strerror(errno));
}

static bool has_files(const struct options *options, const struct identity *identity)
{
    struct trust_files files;
    bool is_good = trust_files_open(&files, options);

    trust_files_close(&files);
    return is_good
           && (options->state == NULL || has_place_for_state(options->state, identity)
               || config_blame(options, "state", NULL))
           && (options->sinks.spool == NULL || has_place_for_spools(options->sinks.spool)
               || config_blame(options, "spool", NULL));
}

/* What is good about it, as far as that goes. */
static const char *describe_good(const struct options *options)
{
    if (options->checked_settings == 0)
        return "good, but it sets nothing";
    return options->service.interface_count > 0 || options->read_count > 0
               ? "good"
               : "good for captures; a service needs an interface";
}

int check_config(const struct options *options)
{
    struct identity identity = {.is_other = false};
    int status = EXIT_ANALYSED;

    if (!(options->service.interface_count > 0 ? check_service(options, &identity)
                                               : check_analysis(options)))
        status = EXIT_USAGE;
    if (!has_files(options, &identity) && status == EXIT_ANALYSED)
        status = EXIT_COULD_NOT;
    if (status == EXIT_ANALYSED)
        (void)complain("%s: %s", options->checked, describe_good(options));
    return status;
}
