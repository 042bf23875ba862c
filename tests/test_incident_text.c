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

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an estimate of what succeeded meanwhile is told as one",
         an_estimate_of_what_succeeded_meanwhile_is_told_as_one},
        CU_TEST_INFO_NULL,
    };

    return suite_run("incident_text", tests);
}
