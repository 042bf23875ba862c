/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/metrics_certificates.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/certificates.h"
#include "tests/support/inventory_filled.h"
#include "tests/support/wire.h"

/* The metrics of a certificate at so many servers, and of one that has expired at so many others,
 * for the caller to free. */
static char *metrics_of(unsigned servers, unsigned expired)
{
    struct inventory *inventory = inventory_filled(servers);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    inventory_fill(inventory, "leaf_expired", 30000, expired);
    metrics_certificates(out, inventory, CERTIFICATES_TIME);
    fclose(out);
    inventory_free(inventory);
    return text;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

static void the_end_of_a_certificate_has_its_name_and_server(void)
{
    char *text = metrics_of(1, 0);

    CU_ASSERT_EQUAL(
        count_of(text, "tlswhy_certificate_not_after_seconds{name=\"www.example.test\""), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ":1000\",sha256=\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "} 1893456000\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "tlswhy_certificates_left_out 0\n"));
    free(text);
}

static void what_is_beyond_the_limit_is_counted(void)
{
    char *text = metrics_of(METRICS_CERTIFICATES_MAX + 3, 0);

    CU_ASSERT_EQUAL(count_of(text, "\ntlswhy_certificate_not_after_seconds{"),
                    METRICS_CERTIFICATES_MAX);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "tlswhy_certificates_left_out 3\n"));
    free(text);
}

/* Both of these ask for more than half of the room, and neither takes the other's half. */
static void those_that_expired_leave_room_for_those_that_end_next(void)
{
    static const struct {
        unsigned servers, expired;
        unsigned shown_servers, shown_expired;
    } rows[] = {
        {300, 600, 250, 250}, {20, 600, 20, 480}, {600, 20, 480, 20}, {0, 501, 0, 500},
        {250, 250, 250, 250}, {600, 0, 500, 0},   {3, 2, 3, 2},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = metrics_of(rows[i].servers, rows[i].expired);
        char left_out[64];

        snprintf(left_out, sizeof(left_out), "tlswhy_certificates_left_out %u\n",
                 rows[i].servers + rows[i].expired - rows[i].shown_servers - rows[i].shown_expired);
        CU_ASSERT_EQUAL(count_of(text, "} 1893456000\n"), rows[i].shown_servers);
        CU_ASSERT_EQUAL(count_of(text, "\ntlswhy_certificate_not_after_seconds{"),
                        rows[i].shown_servers + rows[i].shown_expired);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, left_out));
        free(text);
    }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"the end of a certificate has its name and server",
         the_end_of_a_certificate_has_its_name_and_server},
        {"what is beyond the limit is counted", what_is_beyond_the_limit_is_counted},
        {"those that expired leave room for those that end next",
         those_that_expired_leave_room_for_those_that_end_next},
        CU_TEST_INFO_NULL,
    };

    return suite_run("metrics_certificates", tests);
}
