/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/inventory.h"

#include <stdlib.h>

#include "analyze/chain_problem.h"
#include "analyze/inventory_table.h"
#include "analyze/text.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

#define SECOND INT64_C(1000000000)
#define DAY    INT64_C(86400)

/* 2030-01-01T00:00:00Z: the end of most certificates of the tests. */
#define THE_END INT64_C(1893456000)

struct fixture {
    struct judged judged;
    struct sample sample;
    struct note note;
    struct inventory *inventory;
    char news[512]; /* "first_seen www.example.test; " for each, with the level when near */
    struct text text;
};

static void take(void *context, const struct inventory_news *news)
{
    struct fixture *fixture = context;

    text_add(&fixture->text, "%s ", inventory_occasion_name(news->occasion));
    chain_problem_add_name(&fixture->text, news->entry->certificate);
    if (news->expiry == EXPIRY_NEAR)
        text_add(&fixture->text, " within %u", news->level);
    text_add(&fixture->text, "; ");
}

static void begin_with(struct fixture *fixture, size_t entries_max)
{
    const struct inventory_options options = {
        .levels = {7, 30, 1, 14}, .level_count = 4, .entries_max = entries_max};
    const struct inventory_sink sink = {.context = fixture, .take = take};

    memset(fixture, 0, sizeof(*fixture));
    fixture->text = text_begin(fixture->news, sizeof(fixture->news));
    judged_begin(&fixture->judged);
    sample_established(&fixture->sample);
    fixture->sample.facts.tls13 = false;
    fixture->inventory = inventory_new(&options, &sink);
    CU_ASSERT_PTR_NOT_NULL_FATAL(fixture->inventory);
}

static void begin(struct fixture *fixture)
{
    begin_with(fixture, 0);
}

static void end(struct fixture *fixture)
{
    inventory_free(fixture->inventory);
    judged_end(&fixture->judged);
}

/* A handshake with this chain at a time in seconds since 1970; returns the news of it. */
static const char *see(struct fixture *fixture, const char *files, const char *name, int64_t at)
{
    struct facts *facts = &fixture->sample.facts;
    enum side side = name != NULL ? SIDE_SERVER : SIDE_CLIENT;

    judged_chain(&fixture->judged, files, name, at);
    fixture->note.at.time_ns = at * SECOND;
    facts->server_certificate_note = side == SIDE_SERVER ? &fixture->note : NULL;
    facts->client_certificate_note = side == SIDE_CLIENT ? &fixture->note : NULL;
    for (size_t i = 0; i < SIDES; i++) {
        facts->certificates[i] = i == side ? &fixture->judged.chain : NULL;
        facts->chain[i] = i == side ? &fixture->judged.judgement : NULL;
    }
    fixture->text = text_begin(fixture->news, sizeof(fixture->news));
    inventory_add(fixture->inventory, &fixture->sample.verdict);
    return fixture->news;
}

static void a_certificate_is_news_once_at_each_server(void)
{
    struct fixture fixture;

    begin(&fixture);
    CU_ASSERT_STRING_EQUAL(
        see(&fixture, "leaf intermediate", "www.example.test", CERTIFICATES_TIME),
        "first_seen www.example.test; first_seen Intermediate; ");
    CU_ASSERT_STRING_EQUAL(
        see(&fixture, "leaf intermediate", "www.example.test", CERTIFICATES_TIME), "");
    fixture.sample.connection.endpoint[SIDE_SERVER].port = 8443;
    CU_ASSERT_STRING_EQUAL(
        see(&fixture, "leaf intermediate", "www.example.test", CERTIFICATES_TIME),
        "first_seen www.example.test; "); /* the issuer is known everywhere */
    fixture.sample.connection.endpoint[SIDE_CLIENT].port = 50001;
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_client", NULL, CERTIFICATES_TIME),
                           "first_seen www.example.test; ");
    CU_ASSERT_STRING_EQUAL(see(&fixture, "leaf_client", NULL, CERTIFICATES_TIME), "");
    CU_ASSERT_EQUAL(inventory_count(fixture.inventory), 4);
    end(&fixture);
}

static void each_level_is_told_once_and_then_the_end(void)
{
    static const struct {
        int64_t before_end; /* seconds */
        const char *expected;
    } steps[] = {
        {31 * DAY, "first_seen Root; "},
        {30 * DAY + 1, ""},
        {30 * DAY, "expiring Root within 30; "},
        {29 * DAY, ""},
        {6 * DAY, "expiring Root within 7; "}, /* 14 passed while nobody looked */
        {20 * DAY, ""},                        /* packets out of order */
        {DAY, "expiring Root within 1; "},
        {0, ""}, /* the last second of its validity */
        {-1, "expired Root; "},
        {-5 * DAY, ""},
    };
    struct fixture fixture;

    begin(&fixture);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        CU_ASSERT_STRING_EQUAL(
            see(&fixture, "root", "www.example.test", THE_END - steps[i].before_end),
            steps[i].expected);
    end(&fixture);
}

static void first_seen_says_how_close_the_end_is_already(void)
{
    struct fixture fixture;

    begin(&fixture);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "root", "www.example.test", THE_END - 10 * DAY),
                           "first_seen Root within 14; ");
    CU_ASSERT_STRING_EQUAL(see(&fixture, "root", "www.example.test", THE_END - 10 * DAY), "");
    end(&fixture);
}

static void days_are_rounded_down(void)
{
    struct certificate certificate = {.has_validity = true, .not_after = 10 * DAY};

    CU_ASSERT_EQUAL(inventory_days_left(&certificate, 0), 10);
    CU_ASSERT_EQUAL(inventory_days_left(&certificate, SECOND), 9);
    CU_ASSERT_EQUAL(inventory_days_left(&certificate, 10 * DAY * SECOND), 0);
    CU_ASSERT_EQUAL(inventory_days_left(&certificate, (10 * DAY + 1) * SECOND), -1);
    CU_ASSERT_EQUAL(inventory_days_left(&certificate, 11 * DAY * SECOND), -1);
    CU_ASSERT_EQUAL(inventory_days_left(&certificate, (11 * DAY + 1) * SECOND), -2);
}

static void what_finds_no_room_is_counted(void)
{
    struct fixture fixture;

    begin_with(&fixture, 2);
    see(&fixture, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    CU_ASSERT_EQUAL(inventory_left_out(fixture.inventory), 0);
    CU_ASSERT_STRING_EQUAL(see(&fixture, "self_signed", "self.example.test", CERTIFICATES_TIME),
                           "");
    see(&fixture, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    CU_ASSERT_EQUAL(inventory_count(fixture.inventory), 2);
    CU_ASSERT_EQUAL(inventory_left_out(fixture.inventory), 1);
    end(&fixture);
}

static void servers_with_one_certificate_share_it(void)
{
    struct fixture fixture;
    const struct inventory_entry **entries;

    begin(&fixture);
    see(&fixture, "self_signed", "self.example.test", CERTIFICATES_TIME);
    fixture.sample.connection.endpoint[SIDE_SERVER].port++;
    see(&fixture, "self_signed", "self.example.test", CERTIFICATES_TIME);
    see(&fixture, "leaf", "www.example.test", CERTIFICATES_TIME);
    CU_ASSERT_EQUAL_FATAL(inventory_count(fixture.inventory), 3);
    entries = inventory_entries(fixture.inventory);
    CU_ASSERT_PTR_NOT_NULL_FATAL(entries);
    CU_ASSERT_EQUAL((entries[0]->certificate == entries[1]->certificate)
                        + (entries[1]->certificate == entries[2]->certificate),
                    1);
    free((void *)entries);
    end(&fixture);
}

static void what_was_not_examined_is_left_alone(void)
{
    struct fixture fixture;

    begin(&fixture);
    inventory_add(fixture.inventory, &fixture.sample.verdict);
    fixture.sample.facts.tls13 = true;
    inventory_add(fixture.inventory, &fixture.sample.verdict);
    CU_ASSERT_EQUAL(inventory_count(fixture.inventory), 0);
    CU_ASSERT_EQUAL(inventory_hidden(fixture.inventory), 1);
    end(&fixture);
}

/* The table as text; to be freed. */
static char *table_of(struct fixture *fixture, bool is_clipped, int64_t at)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct layout layout = layout_new(out, 0, false);

    CU_ASSERT_TRUE(inventory_table_write(&layout, fixture->inventory, is_clipped, at * SECOND));
    fclose(out);
    return text;
}

static void the_table_has_a_line_for_each(void)
{
    struct fixture fixture;
    char *table;

    begin(&fixture);
    see(&fixture, "leaf_rsa_1024 intermediate", "www.elsewhere.test", CERTIFICATES_TIME);
    see(&fixture, "leaf_expired intermediate", "www.example.test", CERTIFICATES_TIME);
    see(&fixture, "leaf_client", NULL, CERTIFICATES_TIME);
    table = table_of(&fixture, false, CERTIFICATES_TIME);
    CU_ASSERT_STRING_EQUAL(
        table, "4 certificates as of 2025-01-03 12:00:00.000 UTC, the time of the last packet.\n\n"
               "Certificates of servers\n"
               "Name              Server            Issuer        Until        Days  Key       "
               "Chain      "
               "Problems\n"
               "www.example.test  198.51.100.7:443  Intermediate  2021-01-01  -1463  RSA 2048  "
               "complete   "
               "certificate_expired\n"
               "www.example.test  198.51.100.7:443  Intermediate  2030-01-01   1823  RSA 1024  "
               "complete   "
               "name_mismatch, short_key\n\n"
               "Certificates of clients\n"
               "Name              Client            Issuer        Until        Days  Key       "
               "Chain      "
               "Problems\n"
               "www.example.test  192.0.2.10        Intermediate  2030-01-01   1823  RSA 2048  "
               "no issuer  "
               "incomplete_chain\n\n"
               "Certificates of issuers that were sent\n"
               "Name              Server            Issuer        Until        Days  Key       "
               "Chain      "
               "Problems\n"
               "Intermediate      198.51.100.7:443  Root          2030-01-01   1823  Ed25519   -   "
               "       "
               "-\n");
    free(table);
    table = table_of(&fixture, false, THE_END - 3 * DAY);
    CU_ASSERT_PTR_NOT_NULL(strstr(table, "   3  RSA 2048  no issuer  ends within 7 days, inc"));
    free(table);
    end(&fixture);
}

static void the_table_says_what_it_cannot_show(void)
{
    struct fixture fixture;
    char *table;

    begin_with(&fixture, 1);
    fixture.sample.facts.tls13 = true;
    inventory_add(fixture.inventory, &fixture.sample.verdict);
    table = table_of(&fixture, false, CERTIFICATES_TIME);
    CU_ASSERT_STRING_EQUAL(table, "No certificate was seen in clear.\n\n"
                                  "1 handshake of TLS 1.3 hid the certificates.\n");
    free(table);
    fixture.sample.facts.tls13 = false;
    see(&fixture, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    table = table_of(&fixture, false, CERTIFICATES_TIME);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(table, "Certificates for which there was no room were seen 1 times.\n"));
    free(table);
    end(&fixture);
}

static void a_clipped_name_is_short(void)
{
    struct fixture fixture;
    char *table;

    begin(&fixture);
    see(&fixture, "leaf intermediate", "www.example.test", CERTIFICATES_TIME);
    see(&fixture, "too_many_names", "www.example.test", CERTIFICATES_TIME);
    table = table_of(&fixture, true, CERTIFICATES_TIME);
    for (const char *line = table; *line != '\0'; line = strchr(line, '\n') + 1)
        CU_ASSERT_TRUE(strcspn(line, "\n") < 160);
    free(table);
    end(&fixture);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a certificate is news once at each server", a_certificate_is_news_once_at_each_server},
        {"each level is told once and then the end", each_level_is_told_once_and_then_the_end},
        {"first seen says how close the end is already",
         first_seen_says_how_close_the_end_is_already},
        {"days are rounded down", days_are_rounded_down},
        {"what finds no room is counted", what_finds_no_room_is_counted},
        {"servers with one certificate share it", servers_with_one_certificate_share_it},
        {"what was not examined is left alone", what_was_not_examined_is_left_alone},
        {"the table has a line for each", the_table_has_a_line_for_each},
        {"the table says what it cannot show", the_table_says_what_it_cannot_show},
        {"a clipped name is short", a_clipped_name_is_short},
        CU_TEST_INFO_NULL,
    };

    return suite_run("inventory", tests);
}
