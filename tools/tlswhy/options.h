/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h -- the command line. */
#ifndef TLSWHY_TOOLS_OPTIONS_H
#define TLSWHY_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/event.h"
#include "analyze/layout.h"
#include "tools/tlswhy/feed_options.h"
#include "tools/tlswhy/service_options.h"

enum {
    EXIT_ANALYSED = 0,
    EXIT_COULD_NOT = 1,     /* something could not be read, written or allocated */
    EXIT_USAGE = 2,         /* the command line makes no sense */
    EXIT_FAILURES_FOUND = 3 /* --check: a handshake failed */
};

enum {
    OPTIONS_TLS_PORTS_MAX = 256,      /* more ports than any site runs TLS on */
    OPTIONS_LEVELS_MAX = 16,          /* levels of --expiry-levels */
    OPTIONS_NETWORKS_MAX = 256,       /* of --internal-network: what a site writes down by hand */
    OPTIONS_CRLS_MAX = 64,            /* --crl given so many times */
    OPTIONS_CONFIGS_MAX = 16,         /* --config and --check-config likewise */
    OPTIONS_FILTER_FILE_MAX = 1 << 20 /* octets of a file given with -F */
};

enum mode {
    MODE_ANALYSE,
    MODE_HELP,
    MODE_VERSION,
    MODE_CAUSES,
    MODE_EXPLAIN,
    MODE_CHECK_CONFIG,
    MODE_MERGE
};

/* What a run is, as far as options differ in it. */
enum run_kind {
    RUN_CAPTURES,          /* reads captures */
    RUN_CAPTURES_TO_SINKS, /* the same, with --sink */
    RUN_LIVE,
    RUN_MERGE,
    RUN_TELL, /* --causes and --explain */
    RUN_KINDS
};

struct option_row;

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* What a line of a file of options says. */
struct setting {
    struct setting *next;         /* that was read before */
    const struct option_row *row; /* NULL: the command line said otherwise later */
    const char *path;
    unsigned line; /* from 1 */
    char value[];
};

/* Strings point into argv unless said otherwise. */
struct options {
    enum mode mode;
    const char *cause;                        /* MODE_EXPLAIN */
    const char *checked;                      /* the file of MODE_CHECK_CONFIG */
    size_t checked_settings;                  /* lines of it that set something */
    const char *configs[OPTIONS_CONFIGS_MAX]; /* files that were read for options */
    size_t config_count;
    bool is_unread;           /* one of them, or of -F, could not be read */
    size_t config_interfaces; /* how many interfaces they name */
    const char **paths;       /* owned; "-" is standard input */
    size_t path_count;
    size_t read_count;                         /* of them, those given with -r */
    char *filter;                              /* owned; NULL: every packet */
    const char *filter_file;                   /* -F */
    const struct option_row *unfit[RUN_KINDS]; /* the first given that does nothing in such a run;
                                                  NULL: none */
    const char *output;                        /* NULL: standard output */
    const char *summary;                       /* of the run; "-" is standard output, NULL: none */
    bool json;
    bool all;
    bool certificates; /* the inventory instead of verdicts */
    bool check;
    bool streaming; /* verdicts at once */
    bool verify_checksums;
    bool no_correlation; /* each connection by its own packets alone */
    enum when color;
    enum when progress;
    uint64_t memory_max; /* octets */
    uint16_t tls_ports[OPTIONS_TLS_PORTS_MAX];
    size_t tls_port_count;
    const char *trust_store; /* file or directory; NULL: the system's */
    const char *crls[OPTIONS_CRLS_MAX];
    size_t crl_count;
    const char *state; /* file with what is known of servers; NULL: nothing is kept */
    uint16_t expiry_levels[OPTIONS_LEVELS_MAX]; /* days */
    size_t expiry_level_count;
    bool has_expiry_levels;  /* given by the user */
    uint64_t community_seed; /* 16 bits */
    const char *observer_name;
    const char *observer_hostname;
    bool certificate_chain; /* in events */
    struct event_network internal[OPTIONS_NETWORKS_MAX];
    size_t internal_count;
    struct feed_sinks sinks;
    struct service_options service;
    /* Owned: of files, whose values others point to; the last one first. */
    struct setting *settings;
};

/* Read the command line. False when it makes no sense, or, with options->is_unread, a file that it
 * names could not be read: the reason was written to standard error. *options is to be freed in
 * either case. */
bool options_parse(int argc, char **argv, struct options *options);
void options_free(struct options *options);

/* What people may have meant by a filter that makes no sense, to be said behind the reason; "":
 * nothing is known. */
const char *options_filter_hint(const struct options *options);

/* Write what --help prints. */
void options_help(const struct layout *layout);

#endif
