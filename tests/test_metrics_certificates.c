/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/metrics_certificates.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

/* The metrics of one certificate at so many servers, for the caller to free. */
static char *metrics_of(size_t servers)
{
    const struct inventory_options options = {0};
    const struct inventory_sink sink = {0};
    struct inventory *inventory = inventory_new(&options, &sink);
    struct judged judged;
    struct sample sample;
    struct note note = {.at.time_ns = CERTIFICATES_TIME * INT64_C(1000000000)};
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    CU_ASSERT_PTR_NOT_NULL_FATAL(inventory);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    judged_begin(&judged);
    judged_chain(&judged, "leaf", "www.example.test", CERTIFICATES_TIME);
    sample_established(&sample);
    sample.facts.tls13 = false;
    sample.facts.server_certificate_note = &note;
    sample.facts.certificates[SIDE_SERVER] = &judged.chain;
    sample.facts.chain[SIDE_SERVER] = &judged.judgement;
    for (size_t i = 0; i < servers; i++) {
        sample.connection.endpoint[SIDE_SERVER].port = (uint16_t)(1000 + i);
        inventory_add(inventory, &sample.verdict);
    }
    metrics_certificates(out, inventory);
    fclose(out);
    inventory_free(inventory);
    judged_end(&judged);
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
