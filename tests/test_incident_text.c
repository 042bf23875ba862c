/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/incident_text.h"

#include "tests/support/wire.h"

/* An estimate made later may be less than an earlier one. */
static void an_estimate_of_what_succeeded_meanwhile_is_told_as_one(void)
{
    static const struct {
        struct incident_past before;
        struct incident_past by_last;
        bool is_total;
        const char *text;
    } cases[] = {
        {{1, 4}, {2, 6}, false, "Meanwhile 2 other handshakes with this server succeeded; "},
        {{0, 4}, {2, 6}, false, "Meanwhile about 2 other handshakes with this server succeeded; "},
        {{0, 0}, {1, 1}, false, "Meanwhile 1 other handshake with this server succeeded; "},
        {{1, 4}, {1, 4}, true, "None succeeded in between; "},
        {{1, 4}, {0, 4}, false, "Few or none succeeded in between; "},
        {{0, 4}, {0, 3}, false, "Few or none succeeded in between; "},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct incident incident = {
            .scope = INCIDENT_SERVER,
            .before = cases[i].before,
            .by_last = cases[i].by_last,
        };
        char buffer[INCIDENT_TEXT_SIZE];
        struct text text = text_begin(buffer, sizeof(buffer));

        sketch_add(&incident.clients, UINT64_C(1) << 32);
        sketch_add(&incident.clients, UINT64_C(2) << 32);
        CU_ASSERT_EQUAL(incident_is_total(&incident), cases[i].is_total);
        incident_add_onset(&text, &incident, 0);
        CU_ASSERT_EQUAL(strncmp(buffer, cases[i].text, strlen(cases[i].text)), 0);
    }
}

static void a_single_client_is_named(void)
{
    static const char *const texts[] = {"3 failures of the client 192.0.2.7, begun between ",
                                        "3 failures of 2 clients, begun between "};

    for (uint64_t clients = 1; clients <= 2; clients++) {
        const struct address address = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 7}};
        struct incident incident = {
            .scope = INCIDENT_SERVER, .failures = 3, .client.address = address};
        char buffer[INCIDENT_TEXT_SIZE];
        struct text text = text_begin(buffer, sizeof(buffer));

        for (uint64_t client = 1; client <= clients; client++)
            sketch_add(&incident.clients, client << 32);
        incident_add_extent(&text, &incident);
        CU_ASSERT_EQUAL(strncmp(buffer, texts[clients - 1], strlen(texts[clients - 1])), 0);
    }
}

static void failures_of_a_scanner_are_told(void)
{
    static const struct {
        uint64_t scans;
        const char *text;
    } rows[] = {
        {0, "None succeeded in between; none had succeeded before."},
        {1,
         "None succeeded in between; none had succeeded before. 1 of the failures is of a client "
         "that seems to scan."},
        {2000, "None succeeded in between; none had succeeded before. 2,000 of the failures are of "
               "a client that seems to scan."},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct incident incident = {.scope = INCIDENT_SERVER, .scans = rows[i].scans};
        char buffer[INCIDENT_TEXT_SIZE];
        struct text text = text_begin(buffer, sizeof(buffer));

        incident_add_onset(&text, &incident, 0);
        CU_ASSERT_STRING_EQUAL(buffer, rows[i].text);
    }
}

/* Nobody is seen to succeed then. */
static void where_one_direction_was_captured_successes_are_not_told(void)
{
    static const struct {
        enum incident_scope scope;
        const char *text;
    } rows[] = {
        {INCIDENT_SERVER, "Whether others succeed at this server is not known."},
        {INCIDENT_NAME, "Whether others succeed for this name is not known."},
        {INCIDENT_CLIENT, "Whether this client succeeds elsewhere is not known."},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct incident incident = {
            .scope = rows[i].scope, .has_known_key = true, .is_half_seen = true};
        char buffer[INCIDENT_TEXT_SIZE];
        struct text text = text_begin(buffer, sizeof(buffer));

        sketch_add(&incident.clients, UINT64_C(1) << 32);
        sketch_add(&incident.clients, UINT64_C(2) << 32);
        CU_ASSERT_FALSE(incident_is_total(&incident));
        incident_add_onset(&text, &incident, 0);
        CU_ASSERT_STRING_EQUAL(buffer, rows[i].text);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a single client is named", a_single_client_is_named},
        {"failures of a scanner are told", failures_of_a_scanner_are_told},
        {"an estimate of what succeeded meanwhile is told as one",
         an_estimate_of_what_succeeded_meanwhile_is_told_as_one},
        {"where one direction was captured successes are not told",
         where_one_direction_was_captured_successes_are_not_told},
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident_text", tests);
}
