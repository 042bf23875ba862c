/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_row.h -- one option: what it is called, what it does, and what --help says of it.
 *
 * Most options only store what they are given, so what they store and where are columns, and such
 * an option is one row:
 *
 *     {"output", 'o', "FILE", SETS_TEXT(output), FOR_ANALYSIS | FOR_MERGE, "write to FILE"},
 *
 * What checks more than bounds, or gathers a list, has a function. A member of struct options that
 * has not the type that a macro is for does not compile.
 */
#ifndef TLSWHY_TOOLS_OPTION_ROW_H
#define TLSWHY_TOOLS_OPTION_ROW_H

#include "tools/tlswhy/options.h"

/* What an option does with its value, which is NULL when it takes none. False after a complaint. */
typedef bool option_apply(struct options *options, const char *value);

enum option_kind {
    OPTION_FLAG,   /* bool: true */
    OPTION_TEXT,   /* const char *: the value as it is, borrowed */
    OPTION_NAME,   /* the same, when it can stand in events */
    OPTION_NUMBER, /* uint64_t: a decimal number */
    OPTION_SIZE,   /* uint64_t: octets, with K, M or G */
    OPTION_WHEN,   /* enum when; the value may be left out */
    OPTION_MODE,   /* what to do instead of analysing */
    OPTION_CALL    /* what a function makes of it */
};

struct option_effect {
    enum option_kind kind;
    size_t place;        /* of what is stored, in struct options */
    uint64_t least;      /* of OPTION_SIZE, included; a number begins at 0 */
    uint64_t most;       /* of OPTION_SIZE and OPTION_NUMBER, included */
    enum mode mode;      /* OPTION_MODE */
    option_apply *apply; /* OPTION_CALL */
    bool is_list;        /* given again it adds to what there is */
};

/* Store in a member of that type, which cannot stand in parentheses.
 * NOLINTBEGIN(bugprone-macro-parentheses) */
#define OPTION_STORES(what, type, member, minimum, maximum)                                        \
    {                                                                                              \
        .kind = (what), .least = (minimum), .most = (maximum),                                     \
        .place = _Generic(((struct options *)NULL)->member, type                                   \
                          : offsetof(struct options, member))                                      \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

#define SETS_FLAG(member)           OPTION_STORES(OPTION_FLAG, bool, member, 0, 0)
#define SETS_TEXT(member)           OPTION_STORES(OPTION_TEXT, const char *, member, 0, 0)
#define SETS_NAME(member)           OPTION_STORES(OPTION_NAME, const char *, member, 0, 0)
#define SETS_WHEN(member)           OPTION_STORES(OPTION_WHEN, enum when, member, 0, 0)
#define SETS_NUMBER(member, max)    OPTION_STORES(OPTION_NUMBER, uint64_t, member, 0, max)
#define SETS_SIZE(member, min, max) OPTION_STORES(OPTION_SIZE, uint64_t, member, min, max)
#define SETS_MODE(what)                                                                            \
    {                                                                                              \
        .kind = OPTION_MODE, .mode = (what)                                                        \
    }
#define CALLS(function)                                                                            \
    {                                                                                              \
        .kind = OPTION_CALL, .apply = (function)                                                   \
    }
#define GATHERS(function)                                                                          \
    {                                                                                              \
        .kind = OPTION_CALL, .apply = (function), .is_list = true                                  \
    }

/* The runs that an option is for: where it does something. */
enum {
    FOR_LIVE = 1 << RUN_LIVE,
    FOR_CAPTURES = 1 << RUN_CAPTURES | 1 << RUN_CAPTURES_TO_SINKS,
    FOR_SINKS = FOR_LIVE | 1 << RUN_CAPTURES_TO_SINKS,
    FOR_ANALYSIS = FOR_LIVE | FOR_CAPTURES,
    FOR_MERGE = 1 << RUN_MERGE,
    FOR_TELLING = 1 << RUN_TELL,
    FOR_ITSELF = 0 /* what it does needs no other option */
};

struct option_row {
    const char *name;  /* NULL: only the letter */
    char letter;       /* 0: only the name */
    const char *value; /* what the value is, for --help; NULL: there is none */
    struct option_effect effect;
    unsigned runs; /* FOR_... */
    const char *help;
};

/* Does a value follow? no_argument, required_argument or optional_argument of getopt.h. */
int option_row_argument(const struct option_row *row);

/* Do what the option does. The value is NULL when none was given. False after a complaint. */
bool option_row_apply(const struct option_row *row, struct options *options, const char *value);

/* Keep in mind that the option was given, for those of these runs that it does nothing in. */
void option_row_note(const struct option_row *row, struct options *options, unsigned runs);

/* False after a complaint when an option was given that does nothing in this run. */
bool option_row_check(const struct options *options, enum run_kind run);

/* service_options.c: those for live capture, in the order of --help. */
enum { SERVICE_OPTION_COUNT = 13 };

extern const struct option_row service_option_rows[SERVICE_OPTION_COUNT];

/* feed_options.c: those for where events go. */
enum { FEED_OPTION_COUNT = 9 };

extern const struct option_row feed_option_rows[FEED_OPTION_COUNT];

#endif
