/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/summary_reader.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "capture/time_unit.h"

/* For parts that are read; each returns false when what is there is not what belongs there. */

static bool read_number(const cJSON *item, uint64_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0)
        || item->valuedouble > (double)TALLY_COUNT_MAX)
        return false;
    *out = (uint64_t)item->valuedouble;
    return (double)*out == item->valuedouble;
}

static bool read_count(const cJSON *object, const char *key, uint64_t *out)
{
    return read_number(cJSON_GetObjectItemCaseSensitive(object, key), out);
}

static bool read_digits(const char **text, size_t count, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *out = *out * 10 + (**text - '0');
    }
    return true;
}

/* "2026-01-01T00:00:00.123456789Z", as text_put_timestamp writes it. */
static bool parse_time(const char *text, int64_t *out_ns)
{
    static const struct {
        size_t digits;
        char after;
    } parts[] = {{4, '-'}, {2, '-'}, {2, 'T'}, {2, ':'}, {2, ':'}, {2, '.'}, {9, 'Z'}};
    enum { PARTS = sizeof(parts) / sizeof(parts[0]), YEAR_MAX = 2261 /* what 64 bits hold */ };
    int64_t values[PARTS];
    struct tm when;
    struct tm given;

    for (size_t i = 0; i < PARTS; i++)
        if (!read_digits(&text, parts[i].digits, &values[i]) || *text++ != parts[i].after)
            return false;
    when = (struct tm){.tm_year = (int)values[0] - 1900,
                       .tm_mon = (int)values[1] - 1,
                       .tm_mday = (int)values[2],
                       .tm_hour = (int)values[3],
                       .tm_min = (int)values[4],
                       .tm_sec = (int)values[5]};
    if (*text != '\0' || values[0] < 1678 || values[0] > YEAR_MAX)
        return false;
    given = when;
    *out_ns = (int64_t)timegm(&when) * SECOND_NS + values[6];
    return given.tm_mon == when.tm_mon && given.tm_mday == when.tm_mday
           && given.tm_hour == when.tm_hour && given.tm_min == when.tm_min
           && given.tm_sec == when.tm_sec; /* else there is no such time */
}

static bool read_time(const cJSON *object, const char *key, int64_t *out_ns)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

    return text != NULL && parse_time(text, out_ns);
}

static bool parse_hash(const char *text, uint64_t *out)
{
    size_t digits = text != NULL ? strspn(text, "0123456789ABCDEF") : 0;

    if (digits != 2 * sizeof(*out) || text[digits] != '\0')
        return false;
    *out = strtoull(text, NULL, 16);
    return true;
}

/* Hashes that ascend, so that none is there twice. One that is not there is empty. */
static bool read_distinct(const cJSON *row, const char *key, uint64_t hashes[DISTINCT_HASHES_MAX],
                          struct distinct *out)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(row, key);
    const cJSON *exact = cJSON_GetObjectItemCaseSensitive(object, "exact");
    const cJSON *item;

    *out = (struct distinct){.hashes = hashes, .has_more = cJSON_IsFalse(exact)};
    if (object == NULL)
        return true;
    if (!cJSON_IsBool(exact))
        return false;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(object, "hashes"))
    {
        if (out->count == DISTINCT_HASHES_MAX
            || !parse_hash(cJSON_GetStringValue(item), &hashes[out->count])
            || (out->count > 0 && hashes[out->count] <= hashes[out->count - 1]))
            return false;
        out->count++;
    }
    return out->count > 0 && (!out->has_more || out->count == DISTINCT_HASHES_MAX);
}

static bool read_address(const cJSON *row, struct address *out)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "ip"));

    return text != NULL && address_parse(text, out);
}

/* What the table goes by, and nothing else. */
static bool read_key(const cJSON *row, enum tally_table table, struct tally_key *out)
{
    const char *cause = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, "cause"));
    uint64_t port = 0;

    *out = (struct tally_key){.cause = cause != NULL ? cause_find(cause) : NULL};
    if ((out->cause == NULL) != (table == TALLY_ESTABLISHED))
        return false;
    if (table != TALLY_CAUSES && !read_address(row, &out->address))
        return false;
    if ((table == TALLY_SERVERS || table == TALLY_ESTABLISHED)
        && (!read_count(row, "port", &port) || port > UINT16_MAX))
        return false;
    out->port = (uint16_t)port;
    return true;
}

static const char *read_row(const cJSON *item, enum tally_table table, struct tally *tally)
{
    uint64_t clients[DISTINCT_HASHES_MAX];
    uint64_t servers[DISTINCT_HASHES_MAX];
    struct tally_row row = {0};

    if (!read_key(item, table, &row.key))
        return "a row is for nothing that is known here";
    if (!read_count(item, "connections", &row.connections) || row.connections == 0
        || !read_time(item, "first", &row.first_ns) || !read_time(item, "last", &row.last_ns)
        || row.first_ns > row.last_ns)
        return "a row has no count or no times";
    if (!read_distinct(item, "clients", clients, &row.clients)
        || !read_distinct(item, "servers", servers, &row.servers))
        return "the hashes of a row make no sense";
    return tally_add_row(tally, table, &row) ? NULL : "out of memory";
}

static const char *read_table(const cJSON *root, enum tally_table table, struct tally *tally)
{
    const char *name = tally_table_name(table);
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(root, name);
    const cJSON *row;
    uint64_t left_out;

    if (!cJSON_IsArray(rows)
        || !read_count(cJSON_GetObjectItemCaseSensitive(root, "left_out"), name, &left_out))
        return "a table is missing";
    tally_add_left_out(tally, table, left_out);
    cJSON_ArrayForEach(row, rows)
    {
        const char *error = read_row(row, table, tally);

        if (error != NULL)
            return error;
    }
    return NULL;
}

static uint64_t *find_counter(struct run_summary *summary, const char *key)
{
    const char *name;

    for (size_t i = 0; (name = run_summary_counter(i)) != NULL; i++)
        if (strcmp(name, key) == 0)
            return &summary->counters[i];
    return NULL;
}

/* One that a program without it wrote lacks a counter. */
static const char *read_counters(const cJSON *root, struct run_summary *sum)
{
    const cJSON *counters = cJSON_GetObjectItemCaseSensitive(root, "counters");
    const cJSON *item;

    if (!cJSON_IsObject(counters))
        return "it has no counters";
    cJSON_ArrayForEach(item, counters)
    {
        uint64_t *counter = find_counter(sum, item->string);
        uint64_t value;

        if (counter == NULL)
            return "it counts what is not known here: another version wrote it";
        if (!read_number(item, &value))
            return "a counter is no number";
        *counter = tally_sum(*counter, value);
    }
    return NULL;
}

static const char *read_outcomes(const cJSON *root, struct run_summary *sum)
{
    const cJSON *outcomes = cJSON_GetObjectItemCaseSensitive(root, "outcomes");

    for (size_t i = 0; i < sizeof(sum->outcomes) / sizeof(sum->outcomes[0]); i++) {
        uint64_t value;

        if (!read_count(outcomes, outcome_name((enum outcome)i), &value))
            return "an outcome is missing";
        sum->outcomes[i] = tally_sum(sum->outcomes[i], value);
    }
    return NULL;
}

static const char *read_head(const cJSON *root, struct run_summary *sum)
{
    const char *kind = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "kind"));
    bool has_times = cJSON_GetObjectItemCaseSensitive(root, "first") != NULL;
    uint64_t format;
    uint64_t runs;
    int64_t first_ns = 0;
    int64_t last_ns = 0;

    if (kind == NULL || strcmp(kind, RUN_SUMMARY_KIND) != 0)
        return "it is no summary of tlswhy";
    if (!read_count(root, "format", &format) || format != RUN_SUMMARY_FORMAT)
        return "a summary of another format";
    if (!read_count(root, "runs", &runs))
        return "it does not say of how many runs";
    if (has_times
        && (!read_time(root, "first", &first_ns) || !read_time(root, "last", &last_ns)
            || first_ns > last_ns))
        return "its times make no sense";
    sum->runs = tally_sum(sum->runs, runs);
    run_summary_add_times(sum, first_ns, last_ns);
    return NULL;
}

static const char *read_all(const cJSON *root, struct run_summary *sum)
{
    const char *error = read_head(root, sum);

    if (error == NULL)
        error = read_outcomes(root, sum);
    if (error == NULL)
        error = read_counters(root, sum);
    for (size_t i = 0; i < TALLY_TABLES && error == NULL; i++)
        error = read_table(root, (enum tally_table)i, sum->tally);
    return error;
}

const char *summary_read(struct bytes line, struct run_summary *sum)
{
    const char *end;
    cJSON *root = cJSON_ParseWithLengthOpts((const char *)line.data, line.len, &end, false);
    const bool is_begun = line.len > 0 && line.data[0] == '{'; /* else memory has no part in it */
    const char *error = is_begun ? "it is no JSON, or memory is short" : "it is no JSON";

    if (root != NULL && end == (const char *)line.data + line.len)
        error = read_all(root, sum);
    cJSON_Delete(root);
    return error;
}
