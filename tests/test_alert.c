/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/alert.h"
#include "tests/support/wire.h"

static void an_alert_has_a_level_and_a_description(void)
{
    struct guard guard = guard_new();
    struct bytes fragment = guard_hex(&guard, "02 28");
    struct alert alert;

    CU_ASSERT_TRUE(alert_next(&fragment, &alert));
    CU_ASSERT_EQUAL(fragment.len, 0);
    CU_ASSERT_EQUAL(alert.level, TLS_ALERT_LEVEL_FATAL);
    CU_ASSERT_EQUAL(alert.description, TLS_ALERT_HANDSHAKE_FAILURE);
    fragment = guard_hex(&guard, "01 ff");
    CU_ASSERT_TRUE(alert_next(&fragment, &alert));
    CU_ASSERT_EQUAL(alert.description, 0xff);
    guard_free(&guard);
}

static bool parse(struct bytes in)
{
    struct alert alert;

    return alert_next(&in, &alert);
}

static void a_cut_alert_is_none(void)
{
    check_prefixes("02 28", parse, SIZE_MAX);
}

static void a_level_that_does_not_exist_is_refused(void)
{
    struct guard guard = guard_new();
    struct bytes none = guard_hex(&guard, "00 28");
    struct bytes beyond = guard_hex(&guard, "03 28");
    struct alert alert = {.level = 9};

    CU_ASSERT_FALSE(alert_next(&none, &alert));
    CU_ASSERT_FALSE(alert_next(&beyond, &alert));
    CU_ASSERT_EQUAL(beyond.len, 2);
    CU_ASSERT_EQUAL(alert.level, 9);
    guard_free(&guard);
}

static void two_alerts_in_one_record_are_read(void)
{
    struct guard guard = guard_new();
    struct bytes fragment = guard_hex(&guard, "02 2a 01 00");
    struct alert alert;

    CU_ASSERT_TRUE(alerts_are_plain(fragment));
    CU_ASSERT_TRUE(alert_next(&fragment, &alert));
    CU_ASSERT_EQUAL(alert.description, TLS_ALERT_BAD_CERTIFICATE);
    CU_ASSERT_TRUE(alert_next(&fragment, &alert));
    CU_ASSERT_EQUAL(alert.level, TLS_ALERT_LEVEL_WARNING);
    CU_ASSERT_EQUAL(alert.description, TLS_ALERT_CLOSE_NOTIFY);
    CU_ASSERT_FALSE(alert_next(&fragment, &alert));
    guard_free(&guard);
}

static void what_may_be_encrypted_is_not_plain(void)
{
    static const char *const not_plain[] = {
        "",                        /* nothing */
        "02",                      /* half an alert */
        "02 28 01",                /* one and a half */
        "02 28 07 00",             /* no such level */
        "02 28 02 28 02 28 02 28", /* more than anyone sends */
        "00 00 00 00 00 00 00 01 c3 1f 5e 11 bb 04 25 9a 80 1d 4c 62 a0 9b 11 02 7f 55"};
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(not_plain) / sizeof(not_plain[0]); i++)
        CU_ASSERT_FALSE(alerts_are_plain(guard_hex(&guard, not_plain[i])));
    CU_ASSERT_TRUE(alerts_are_plain(guard_hex(&guard, "02 28 02 28 01 00")));
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"an alert has a level and a description", an_alert_has_a_level_and_a_description},
        {"a cut alert is none", a_cut_alert_is_none},
        {"a level that does not exist is refused", a_level_that_does_not_exist_is_refused},
        {"two alerts in one record are read", two_alerts_in_one_record_are_read},
        {"what may be encrypted is not plain", what_may_be_encrypted_is_not_plain},
        CU_TEST_INFO_NULL,
    };

    return suite_run("alert", tests);
}
