/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/metrics_certificates.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/inventory_filled.h"
#include "tests/support/wire.h"

/* The metrics of one certificate at so many servers, for the caller to free. */
static char *metrics_of(unsigned servers)
{
    struct inventory *inventory = inventory_filled(servers);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    metrics_certificates(out, inventory);
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
    char *text = metrics_of(1);

    CU_ASSERT_EQUAL(
        count_of(text, "tlswhy_certificate_not_after_seconds{name=\"www.example.test\""), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, ":1000\",sha256=\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "} 1893456000\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "tlswhy_certificates_left_out 0\n"));
    free(text);
}

static void what_is_beyond_the_limit_is_counted(void)
{
    char *text = metrics_of(METRICS_CERTIFICATES_MAX + 3);

    CU_ASSERT_EQUAL(count_of(text, "\ntlswhy_certificate_not_after_seconds{"),
                    METRICS_CERTIFICATES_MAX);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "tlswhy_certificates_left_out 3\n"));
    free(text);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"the end of a certificate has its name and server",
         the_end_of_a_certificate_has_its_name_and_server},
        {"what is beyond the limit is counted", what_is_beyond_the_limit_is_counted},
        CU_TEST_INFO_NULL,
    };

    return suite_run("metrics_certificates", tests);
}
