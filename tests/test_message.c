/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/message.h"
#include "tests/support/wire.h"

static void several_messages_are_cut_off_one_after_the_other(void)
{
    struct guard guard = guard_new();
    struct bytes in = guard_hex(&guard, "0e 000000" /* ServerHelloDone */
                                        "14 000003 aabbcc");
    struct message message;
    size_t need;

    CU_ASSERT_EQUAL(message_next(&in, &message, &need), MESSAGE_OK);
    CU_ASSERT_EQUAL(message.type, TLS_HANDSHAKE_SERVER_HELLO_DONE);
    CU_ASSERT_EQUAL(message.body.len, 0);
    CU_ASSERT_EQUAL(message_next(&in, &message, &need), MESSAGE_OK);
    CU_ASSERT_EQUAL(message.type, TLS_HANDSHAKE_FINISHED);
    CU_ASSERT_EQUAL(message.body.len, 3);
    CU_ASSERT_EQUAL(message.body.data[2], 0xcc);
    CU_ASSERT_EQUAL(in.len, 0);
    guard_free(&guard);
}

static void a_prefix_of_a_message_is_partial(void)
{
    static const uint8_t whole[] = {0x14, 0, 0, 3, 0xaa, 0xbb, 0xcc};
    struct guard guard = guard_new();

    for (size_t length = 0; length < sizeof whole; length++) {
        struct bytes in = guard_copy(&guard, whole, length);
        struct message message = {.type = 99};
        size_t need = 0;

        CU_ASSERT_EQUAL(message_next(&in, &message, &need), MESSAGE_PARTIAL);
        CU_ASSERT_EQUAL(need, length < 4 ? 4 : sizeof whole);
        CU_ASSERT_EQUAL(in.len, length);
        CU_ASSERT_EQUAL(message.type, length < 4 ? 99 : 0x14);
        CU_ASSERT_EQUAL(message.body.len, 0);
    }
    guard_free(&guard);
}

static void a_message_of_the_greatest_length_is_waited_for(void)
{
    struct guard guard = guard_new();
    struct bytes in = guard_hex(&guard, "0b 020000"); /* 128 KiB */
    struct message message;
    size_t need;

    CU_ASSERT_EQUAL(message_next(&in, &message, &need), MESSAGE_PARTIAL);
    CU_ASSERT_EQUAL(need, MESSAGE_MAX);
    guard_free(&guard);
}

static void a_longer_message_is_named_and_not_waited_for(void)
{
    static const char *const headers[] = {"0b 020001", "0b ffffff"};
    static const size_t totals[] = {MESSAGE_MAX + 1, 4 + 0xffffff};
    struct guard guard = guard_new();

    for (size_t i = 0; i < 2; i++) {
        struct bytes in = guard_hex(&guard, headers[i]);
        struct message message;
        size_t need;

        CU_ASSERT_EQUAL(message_next(&in, &message, &need), MESSAGE_TOO_LONG);
        CU_ASSERT_EQUAL(message.type, TLS_HANDSHAKE_CERTIFICATE);
        CU_ASSERT_EQUAL(message.body.len, 0);
        CU_ASSERT_EQUAL(need, totals[i]);
        CU_ASSERT_EQUAL(in.len, 4);
    }
    guard_free(&guard);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"several messages are cut off one after the other",
         several_messages_are_cut_off_one_after_the_other},
        {"a prefix of a message is partial", a_prefix_of_a_message_is_partial},
        {"a message of the greatest length is waited for",
         a_message_of_the_greatest_length_is_waited_for},
        {"a longer message is named and not waited for",
         a_longer_message_is_named_and_not_waited_for},
        CU_TEST_INFO_NULL,
    };

    return suite_run("message", tests);
}
