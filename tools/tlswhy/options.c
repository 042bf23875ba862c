/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/live.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/config.h"
#include "tools/tlswhy/option_row.h"
#include "tools/tlswhy/option_value.h"

static bool apply_read(struct options *options, const char *value)
{
    options->paths[options->path_count++] = value;
    options->read_count++;
    return true;
}

static bool apply_filter(struct options *options, const char *value)
{
    free(options->filter);
    options->filter = strdup(value);
    return options->filter != NULL || complain_memory();
}

static bool apply_explain(struct options *options, const char *value)
{
    options->mode = MODE_EXPLAIN;
    options->cause = value;
    return true;
}

/* What is given replaces the default, and what was given before. */
static bool apply_expiry_levels(struct options *options, const char *value)
{
    options->has_expiry_levels = true;
    options->expiry_level_count = 0;
    return option_value_days("--expiry-levels", value, options->expiry_levels, OPTIONS_LEVELS_MAX,
                             &options->expiry_level_count);
}

static bool apply_tls_port(struct options *options, const char *value)
{
    return option_value_ports("--tls-port", value, options->tls_ports, OPTIONS_TLS_PORTS_MAX,
                              &options->tls_port_count);
}

static bool apply_crl(struct options *options, const char *value)
{
    if (options->crl_count == OPTIONS_CRLS_MAX)
        return complain("--crl: at most %d files", OPTIONS_CRLS_MAX);
    options->crls[options->crl_count++] = value;
    return true;
}

static bool apply_internal_network(struct options *options, const char *value)
{
    return option_value_networks("--internal-network", value, options->internal,
                                 OPTIONS_NETWORKS_MAX, &options->internal_count);
}

static bool apply_no_color(struct options *options, const char *value)
{
    (void)value;
    options->color = WHEN_NEVER;
    return true;
}

static const struct option_row *find_row(const char *name);

static bool read_config(struct options *options, const char *path, size_t *settings)
{
    const size_t before = options->service.interface_count;
    bool is_good;

    if (options->config_count == OPTIONS_CONFIGS_MAX)
        return complain("--config: at most %d files", OPTIONS_CONFIGS_MAX);
    options->configs[options->config_count++] = path;
    is_good = config_read(path, find_row, options, settings);
    options->config_interfaces += options->service.interface_count - before;
    return is_good;
}

static bool apply_config(struct options *options, const char *value)
{
    size_t settings;

    return read_config(options, value, &settings);
}

static bool apply_check_config(struct options *options, const char *value)
{
    options->mode = MODE_CHECK_CONFIG;
    options->checked = value;
    return read_config(options, value, &options->checked_settings);
}

/* The order is that of --help. */
static const struct option_row option_rows[] = {
    {"read", 'r', "FILE", GATHERS(apply_read), FOR_CAPTURES,
     "read FILE; what follows the options is then a filter expression, as in tcpdump"},
    {"filter", 'f', "EXPRESSION", CALLS(apply_filter), FOR_ANALYSIS,
     "look only at packets that match, in the syntax of tcpdump"},
    {NULL, 'F', "FILE", SETS_TEXT(filter_file), FOR_ANALYSIS,
     "read the filter expression from FILE"},
    {"all", 'a', NULL, SETS_FLAG(all), FOR_ANALYSIS,
     "tell of every connection, not only of failures; with --json of certificates too"},
    {"json", 'j', NULL, SETS_FLAG(json), FOR_ANALYSIS,
     "write one JSON object per line (ECS), no text"},
    {"output", 'o', "FILE", SETS_TEXT(output), FOR_ANALYSIS | FOR_MERGE,
     "write to FILE; - is standard output"},
    {"summary", 0, "FILE", SETS_TEXT(summary), FOR_CAPTURES,
     "write counts by cause, server and client to FILE at the end, in JSON, of files alone; - is "
     "standard output"},
    {"check", 'c', NULL, SETS_FLAG(check), FOR_CAPTURES,
     "exit with status 3 if a handshake failed"},
    {"streaming", 0, NULL, SETS_FLAG(streaming), FOR_CAPTURES,
     "judge each connection when it ends; do not wait for what later ones tell"},
    {"no-correlation", 0, NULL, SETS_FLAG(no_correlation), FOR_ANALYSIS,
     "judge each connection by its own packets alone, as if there were no other"},
    {"certificates", 0, NULL, SETS_FLAG(certificates), FOR_CAPTURES,
     "list the certificates that were seen, soonest end first, and no handshakes"},
    {"expiry-levels", 0, "DAYS[,DAYS]", CALLS(apply_expiry_levels), FOR_ANALYSIS,
     "days before its end at which a certificate is told of (default 30,14,7,1)"},
    {"explain", 'e', "CAUSE", CALLS(apply_explain), FOR_TELLING, "explain a cause"},
    {"causes", 0, NULL, SETS_MODE(MODE_CAUSES), FOR_TELLING, "list all causes"},
    {"merge", 0, NULL, SETS_MODE(MODE_MERGE), FOR_MERGE,
     "add up files of --summary, and write the sum"},
    {"tls-port", 'p', "PORT[,PORT]", GATHERS(apply_tls_port), FOR_ANALYSIS,
     "expect TLS on these ports too; elsewhere it is recognised by content"},
    {"verify-checksums", 0, NULL, SETS_FLAG(verify_checksums), FOR_ANALYSIS,
     "leave out packets with a wrong checksum; not for captures made by their sender"},
    {"max-memory", 'm', "SIZE", SETS_SIZE(memory_max, OPTION_MEMORY_MIN, OPTION_MEMORY_MAX),
     FOR_ANALYSIS, "memory for connections and handshakes, with K, M or G (default 512M)"},
    {"trust-store", 0, "PATH", SETS_TEXT(trust_store), FOR_ANALYSIS,
     "roots to judge certificates by: PEM or DER, or a directory (default: the system's)"},
    {"crl", 0, "FILE", GATHERS(apply_crl), FOR_ANALYSIS,
     "a certificate revocation list, PEM or DER; may be given again"},
    {"state", 0, "FILE", SETS_TEXT(state), FOR_ANALYSIS,
     "begin with what an earlier run knew of servers, and keep what this one knows in FILE"},
    {"seed", 0, "NUMBER", SETS_NUMBER(community_seed, UINT16_MAX), FOR_ANALYSIS,
     "seed of the Community ID (default 0)"},
    {"observer-name", 0, "NAME", SETS_NAME(observer_name), FOR_ANALYSIS,
     "observer.name of the events"},
    {"observer-hostname", 0, "NAME", SETS_NAME(observer_hostname), FOR_ANALYSIS,
     "observer.hostname of the events"},
    {"certificate-chain", 0, NULL, SETS_FLAG(certificate_chain), FOR_ANALYSIS,
     "put the certificates themselves into events"},
    {"internal-network", 0, "NETWORK[,NETWORK]", GATHERS(apply_internal_network), FOR_ANALYSIS,
     "networks of one's own, for network.direction of the events"},
    {"color", 0, "WHEN", SETS_WHEN(color), FOR_ANALYSIS | FOR_TELLING,
     "auto (default), always or never; auto honours NO_COLOR"},
    {"no-color", 0, NULL, CALLS(apply_no_color), FOR_ANALYSIS | FOR_TELLING,
     "the same as --color=never"},
    {"progress", 0, "WHEN", SETS_WHEN(progress), FOR_ANALYSIS,
     "auto (default: on a terminal), always or never"},
    {"config", 0, "FILE", CALLS(apply_config), FOR_ANALYSIS,
     "options from FILE, one NAME = VALUE a line; later ones on the command line win"},
    {"check-config", 0, "FILE", CALLS(apply_check_config), FOR_ANALYSIS,
     "only say what is wrong with FILE, together with the other options; interfaces, files of "
     "events and receivers are not tried"},
    {"version", 'V', NULL, SETS_MODE(MODE_VERSION), FOR_ITSELF,
     "print the version and what is built in"},
    {"help", 'h', NULL, SETS_MODE(MODE_HELP), FOR_ITSELF, "print this"},
};

enum {
    FILE_OPTION_COUNT = sizeof(option_rows) / sizeof(option_rows[0]),
    SERVICE_OPTIONS_BEGIN = FILE_OPTION_COUNT + FEED_OPTION_COUNT,
    OPTION_COUNT = SERVICE_OPTIONS_BEGIN + SERVICE_OPTION_COUNT
};

_Static_assert((int)OPTION_COUNT <= CONFIG_OPTIONS_MAX, "a file may have each of them once");

enum { ALL_RUNS = (1 << RUN_KINDS) - 1 };

static const struct option_row *row_at(size_t index)
{
    if (index < FILE_OPTION_COUNT)
        return &option_rows[index];
    return index < SERVICE_OPTIONS_BEGIN ? &feed_option_rows[index - FILE_OPTION_COUNT]
                                         : &service_option_rows[index - SERVICE_OPTIONS_BEGIN];
}

static const struct option_row *find_row(const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (row_at(i)->name != NULL && strcmp(row_at(i)->name, name) == 0)
            return row_at(i);
    return NULL;
}

enum { HELP_COLUMN = 32, HELP_GAP = 2 };

static void write_help(const struct layout *layout, const struct option_row *row)
{
    char left[64];
    int length = snprintf(left, sizeof(left), "  %c%c%c ", row->letter != 0 ? '-' : ' ',
                          row->letter != 0 ? row->letter : ' ',
                          row->letter != 0 && row->name != NULL ? ',' : ' ');

    if (row->name != NULL)
        length += snprintf(left + length, sizeof(left) - (size_t)length, "--%s", row->name);
    if (option_row_argument(row) == optional_argument)
        snprintf(left + length, sizeof(left) - (size_t)length, "[=%s]", row->value);
    else if (option_row_argument(row) == required_argument)
        snprintf(left + length, sizeof(left) - (size_t)length, "%s%s", row->name != NULL ? "=" : "",
                 row->value);
    fprintf(layout->out, "%-*s", HELP_COLUMN, left);
    if (strlen(left) + HELP_GAP > HELP_COLUMN)
        fprintf(layout->out, "\n%*s", HELP_COLUMN, "");
    layout_paragraph(layout, HELP_COLUMN, HELP_COLUMN, row->help);
}

void options_help(const struct layout *layout)
{
    FILE *out = layout->out;

    fputs("Usage: tlswhy [OPTION]... CAPTURE...\n"
          "       tlswhy [OPTION]... -r CAPTURE [-r CAPTURE]... [EXPRESSION]\n"
          "       tlswhy [OPTION]... -i INTERFACE [-i INTERFACE]... [EXPRESSION]\n"
          "       tlswhy --merge [--output=FILE] SUMMARY...\n"
          "Say for each TLS handshake in a capture that failed: why, and what to do.\n\n",
          out);
    layout_paragraph(layout, 0, 0,
                     "A CAPTURE is a pcap or pcapng file, also compressed by gzip or zstd; - is "
                     "standard input.");
    fputc('\n', out);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (i == FILE_OPTION_COUNT)
            fputs("\nWhere events go:\n", out);
        if (i == SERVICE_OPTIONS_BEGIN)
            fputs("\nLive capture, until SIGINT or SIGTERM:\n", out);
        write_help(layout, row_at(i));
    }
    fputc('\n', out);
    layout_paragraph(layout, 0, 0,
                     "Exit status: 0 analysed; 1 something could not be read or written; 2 wrong "
                     "usage; 3 with --check, if a handshake failed.");
}

/* For getopt_long: its value is the row's place after all letters. */
static void build_getopt(struct option *long_options, char *letters)
{
    size_t long_count = 0;

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = row_at(i);

        if (row->name != NULL)
            long_options[long_count++] = (struct option){.name = row->name,
                                                         .has_arg = option_row_argument(row),
                                                         .val = (int)(UINT8_MAX + 1 + i)};
        if (row->letter != 0)
            *letters++ = row->letter;
        if (row->letter != 0 && option_row_argument(row) == required_argument)
            *letters++ = ':';
    }
    long_options[long_count] = (struct option){0};
    *letters = '\0';
}

/* The row for what getopt_long returned, NULL: no such option, and getopt_long complained. */
static const struct option_row *row_of(int found)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (found == (int)(UINT8_MAX + 1 + i)
            || (row_at(i)->letter != 0 && found == row_at(i)->letter))
            return row_at(i);
    return NULL;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
    struct option long_options[OPTION_COUNT + 1];
    char letters[2 * OPTION_COUNT + 1];
    int found;

    build_getopt(long_options, letters);
    while ((found = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        const struct option_row *row = row_of(found);

        if (row == NULL || !option_row_apply(row, options, optarg))
            return false;
        config_forget(options, row);
        option_row_note(row, options, ALL_RUNS);
    }
    return true;
}

/* Join the operands with blanks: the filter expression. */
static bool join_filter(struct options *options, int count, char **words)
{
    size_t size = 1;

    for (int i = 0; i < count; i++)
        size += strlen(words[i]) + 1;
    options->filter = malloc(size);
    if (options->filter == NULL)
        return complain_memory();
    options->filter[0] = '\0';
    for (int i = 0, used = 0; i < count; i++)
        used += snprintf(options->filter + used, size - (size_t)used, "%s%s", i > 0 ? " " : "",
                         words[i]);
    return true;
}

/* Without -r and -i the operands are files, with them they are the filter. */
static bool take_operands(struct options *options, int count, char **words)
{
    bool has_words = (options->read_count > 0 || options->service.interface_count > 0) && count > 0;
    int filters = (options->filter != NULL) + (options->filter_file != NULL) + has_words;

    if (filters > 1)
        return complain_usage("more than one filter expression: use one of -f, -F and operands");
    if (options->filter_file != NULL)
        return option_value_file(options->filter_file, OPTIONS_FILTER_FILE_MAX, &options->filter,
                                 &options->is_unread);
    if (has_words)
        return join_filter(options, count, words);
    return true;
}

static bool take_paths(struct options *options, int count, char **words)
{
    size_t inputs = 0;

    if (options->service.interface_count > 0)
        return true;
    for (int i = 0; i < count && options->read_count == 0; i++)
        options->paths[options->path_count++] = words[i];
    if (options->path_count == 0)
        return complain_usage("no %s to read", options->mode == MODE_MERGE ? "summary" : "capture");
    for (size_t i = 0; options->paths[i] != NULL; i++)
        inputs += strcmp(options->paths[i], "-") == 0;
    return inputs < 2 || complain_usage("standard input can be read only once");
}

static bool is_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

/* Take standard output for an option. False: it is another one's. */
static bool claim_stdout(const struct options *options, const char **owner, const char *name,
                         const char *value)
{
    if (*owner != NULL) {
        (void)complain("--%s: standard output is written by --%s, too", name, *owner);
        (void)config_blame(options, name, value);
        complain_hint();
        return false;
    }
    *owner = name;
    return true;
}

static bool check_stdout(const struct options *options)
{
    const char *owner = NULL;

    for (size_t i = 0; i < options->sinks.count; i++)
        if (options->sinks.specs[i].scheme == SINK_STDOUT
            && !claim_stdout(options, &owner, "sink", options->sinks.specs[i].text))
            return false;
    return (!is_stdout(options->output) || claim_stdout(options, &owner, "output", NULL))
           && (!is_stdout(options->summary) || claim_stdout(options, &owner, "summary", NULL));
}

/* --output=- is the default; beside sinks, which take its place, it is one of them. */
static bool take_stdout(struct options *options)
{
    struct feed_sinks *sinks = &options->sinks;

    if (!is_stdout(options->output))
        return true;
    options->output = NULL;
    if (sinks->count == 0)
        return true;
    if (sinks->count == SINKS_MAX)
        return complain_usage("--output=-: at most %d of --sink and it", SINKS_MAX);
    return sink_spec_parse("stdout", &sinks->specs[sinks->count++]);
}

static enum run_kind run_of(const struct options *options)
{
    if (options->mode == MODE_MERGE)
        return RUN_MERGE;
    if (options->mode == MODE_CAUSES || options->mode == MODE_EXPLAIN)
        return RUN_TELL;
    if (options->service.interface_count > 0)
        return RUN_LIVE;
    return options->sinks.count > 0 ? RUN_CAPTURES_TO_SINKS : RUN_CAPTURES;
}

/* A file with an interface serves captures as well: -r says that they are wanted. */
static void prefer_captures(struct options *options)
{
    if (options->read_count > 0 && options->config_interfaces == options->service.interface_count)
        options->service.interface_count = 0;
}

/* Say what is wrong with this option, and where it stands. */
static bool refuse(const struct options *options, const char *name, const char *reason)
{
    (void)complain("%s", reason);
    (void)config_blame(options, name, NULL);
    complain_hint();
    return false;
}

/* Options that say nothing together. */
static bool check_together(const struct options *options)
{
    if (options->certificates && options->all)
        return refuse(options, "certificates",
                      "--certificates lists no handshakes: --all does not go with it");
    if (options->no_correlation && options->state != NULL)
        return refuse(options, "no-correlation",
                      "--no-correlation knows of no other connection: --state does not go with it");
    if (is_stdout(options->state))
        return refuse(options, "state", "--state=-: what is known is read and kept in a file");
    if (options->has_expiry_levels && !options->certificates && !(options->all && options->json))
        return refuse(options, "expiry-levels",
                      "--expiry-levels is for --certificates and for --json --all");
    if (is_stdout(options->summary) && options->output == NULL
        && (options->certificates || options->json) && options->sinks.count == 0)
        return refuse(options, "summary",
                      "--summary=-: the rest needs another place, by --output or --sink");
    if (options->sinks.on_full == FULL_SPOOL && options->sinks.spool == NULL)
        return refuse(options, "on-full", "--on-full=spool: --spool says where");
    if (options->sinks.on_full != FULL_SPOOL && options->sinks.spool != NULL)
        return refuse(options, "spool", "--spool is for --on-full=spool");
    return true;
}

static const struct options defaults = {
    .memory_max = OPTION_MEMORY_DEFAULT,
    .expiry_levels = {30, 14, 7, 1},
    .expiry_level_count = 4,
    .sinks =
        {
            .spool_size = FEED_SPOOL_DEFAULT,
            .rotate_count = FEED_ROTATE_COUNT_DEFAULT,
        },
    .service =
        {
            .buffer_size = LIVE_BUFFER_DEFAULT,
            .snaplen = LIVE_SNAPLEN_DEFAULT,
            .workers = 1,
            .stats_interval = SERVICE_STATS_DEFAULT,
            .state_interval = SERVICE_STATE_DEFAULT,
        },
};

/* What follows the options on the command line. */
static bool take_rest(struct options *options, int count, char **words)
{
    switch (options->mode) {
    case MODE_ANALYSE:
        return check_together(options) && take_operands(options, count, words)
               && take_paths(options, count, words);
    case MODE_MERGE:
        return take_paths(options, count, words);
    default:
        if (count > 0)
            return complain_usage("'%s' is one argument too many", words[0]);
        return options->mode != MODE_CHECK_CONFIG
               || (check_together(options) && take_operands(options, 0, NULL));
    }
}

bool options_parse(int argc, char **argv, struct options *options)
{
    *options = defaults;
    options->paths = calloc((size_t)argc + 1, sizeof(options->paths[0]));
    if (options->paths == NULL)
        return complain_memory();
    if (!parse_options(argc, argv, options)) {
        if (!options->is_unread)
            complain_hint();
        return false;
    }
    if (options->mode == MODE_VERSION && argc > 2)
        return complain_usage("--version stands alone");
    if (options->mode == MODE_HELP || options->mode == MODE_VERSION)
        return true;
    prefer_captures(options);
    return option_row_check(options, run_of(options)) && check_stdout(options)
           && take_stdout(options) && take_rest(options, argc - optind, argv + optind);
}

const char *options_filter_hint(const struct options *options)
{
    if (options->filter == NULL || access(options->filter, F_OK) != 0)
        return "";
    return options->config_interfaces > 0 ? "; a file? -r FILE reads it, and no interface"
                                          : "; a file? behind -r FILE and -i NAME comes a filter";
}

void options_free(struct options *options)
{
    while (options->settings != NULL) {
        struct setting *setting = options->settings;

        options->settings = setting->next;
        free(setting);
    }
    free(options->paths);
    free(options->filter);
}
