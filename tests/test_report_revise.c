/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report tells of failures whose verdicts changed. */
#include "tests/support/report_text.h"
#include "tests/support/wire.h"

static const struct cause other_cause = {
    .id = "other_cause",
    .title = "It was something else",
    .explanation = "Later connections told.",
    .remedy = "Read it anew.",
    .reported_as = "",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "",
};

/* A failure of the sample's kind, with this confidence. */
static void add_with(struct report_text *written, enum certainty confidence)
{
    sample_failed(&written->sample);
    written->sample.verdict.confidence = confidence;
    report_add(written->report, &written->sample.verdict);
}

/* One that was added with the sample's cause and this confidence has the other cause now. */
static void revise_from(struct report_text *written, enum certainty confidence)
{
    struct earlier_verdict earlier = {.cause = &sample_cause, .confidence = confidence};

    sample_failed(&written->sample);
    earlier.refused_by = written->sample.verdict.refused_by;
    written->sample.verdict.cause = &other_cause;
    written->sample.verdict.earlier = &earlier;
    report_revise(written->report, &written->sample.verdict);
    written->sample.verdict.earlier = NULL;
}

static void a_failure_is_told_with_what_was_said_of_it_last(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    add_with(&written, CAUSE_LIKELY);
    add_with(&written, CAUSE_LIKELY);
    revise_from(&written, CAUSE_LIKELY);
    revise_from(&written, CAUSE_LIKELY);
    text = report_text_finish(&written);
    text_check_has(text, "2 of 2 TLS handshakes failed.");
    text_check_has(text, "Seen        2 times from 1 client");
    CU_ASSERT_EQUAL(text_count_of(text, "other_cause  "), 2); /* an entry, and among the causes */
    CU_ASSERT_EQUAL(text_count_of(text, "sample_cause"), 0);
    report_text_end(&written);
}

/* The surest ones went; how sure the rest is was not kept. */
static void what_is_left_of_an_entry_is_not_surer_than_it_is(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){0});
    add_with(&written, CAUSE_POSSIBLE);
    add_with(&written, CAUSE_LIKELY);
    add_with(&written, CAUSE_POSSIBLE);
    revise_from(&written, CAUSE_LIKELY);
    text = report_text_finish(&written);
    text_check_has(text, "Seen        2 times");
    text_check_has(text, "How sure    possible: the best of several explanations\n");
    CU_ASSERT_EQUAL(text_count_of(text, "sample_cause  "), 2);
    report_text_end(&written);
}

static void what_had_no_entry_is_still_counted_once(void)
{
    struct report_text written;
    const char *text;

    report_text_begin(&written, (struct report_options){.memory_max = 1}); /* one entry */
    add_with(&written, CAUSE_LIKELY);
    written.sample.facts.refusal.alert++;
    report_add(written.report, &written.sample.verdict);
    revise_from(&written, CAUSE_LIKELY);
    text = report_text_finish(&written);
    text_check_has(text, "2 of 2 TLS handshakes failed.");
    text_check_has(text, "2 more failures, of other kinds, are only counted below.");
    report_text_end(&written);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a failure is told with what was said of it last",
         a_failure_is_told_with_what_was_said_of_it_last},
        {"what is left of an entry is not surer than it is",
         what_is_left_of_an_entry_is_not_surer_than_it_is},
        {"what had no entry is still counted once", what_had_no_entry_is_still_counted_once},
        CU_TEST_INFO_NULL,
    };

    return suite_run("report_revise", tests);
}
