/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/report_text.h"

#include <stdlib.h>

#include "tests/support/wire.h"

void report_text_begin(struct report_text *written, struct report_options options)
{
    memset(written, 0, sizeof(*written));
    written->packets.packets = 1234;
    written->connections.opened = 5;
    written->totals = (struct report_totals){
        .packets = &written->packets,
        .connections = &written->connections,
        .tracker = &written->tracker,
        .source = &written->source,
        .first_ns = SAMPLE_START_NS,
        .last_ns = SAMPLE_START_NS,
    };
    written->out = open_memstream(&written->text, &written->size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(written->out);
    options.out = written->out;
    written->report = report_new(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(written->report);
}

const char *report_text_finish(struct report_text *written)
{
    report_finish(written->report, &written->totals);
    CU_ASSERT_EQUAL(fflush(written->out), 0);
    return written->text;
}

void report_text_end(struct report_text *written)
{
    report_free(written->report);
    fclose(written->out);
    free(written->text);
}

void text_check_has(const char *text, const char *expected)
{
    if (strstr(text, expected) == NULL)
        printf("\n'%s' is not in:\n%s\n", expected, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, expected));
}

size_t text_count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part))
        count++;
    return count;
}
