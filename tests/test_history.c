/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/history.h"
#include "dissect/tls.h"
#include "tests/support/wire.h"

static void add(struct handshake *handshake, enum note_kind kind, enum side side, uint8_t type)
{
    handshake->notes[handshake->note_count++] =
        (struct note){.kind = (uint8_t)kind, .side = (uint8_t)side, .type = type};
}

static void a_whole_handshake_is_one_word(void)
{
    struct note notes[HANDSHAKE_NOTES_MAX];
    struct handshake handshake = {.notes = notes};
    char word[HISTORY_SIZE];

    add(&handshake, NOTE_MESSAGE, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO);
    add(&handshake, NOTE_MESSAGE, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO);
    add(&handshake, NOTE_MESSAGE, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE);
    add(&handshake, NOTE_MESSAGE, SIDE_SERVER, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE);
    add(&handshake, NOTE_MESSAGE, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE_REQUEST);
    add(&handshake, NOTE_MESSAGE, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO_DONE);
    add(&handshake, NOTE_MESSAGE, SIDE_CLIENT, TLS_HANDSHAKE_CERTIFICATE);
    add(&handshake, NOTE_MESSAGE, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE);
    add(&handshake, NOTE_CHANGE_CIPHER_SPEC, SIDE_CLIENT, 0);
    add(&handshake, NOTE_ENCRYPTED_HANDSHAKE, SIDE_CLIENT, 0);
    add(&handshake, NOTE_FIN, SIDE_SERVER, 0);
    CU_ASSERT_EQUAL(history_format(&handshake, word), strlen("CsxkrnXGIF"));
    CU_ASSERT_STRING_EQUAL(word, "CsxkrnXGIF");
}

static void what_is_no_message_has_a_letter_too(void)
{
    struct note notes[HANDSHAKE_NOTES_MAX];
    struct handshake handshake = {.notes = notes};
    char word[HISTORY_SIZE];

    add(&handshake, NOTE_PLAINTEXT, SIDE_SERVER, 0);
    add(&handshake, NOTE_SSLV2_HELLO, SIDE_CLIENT, TLS_HANDSHAKE_CLIENT_HELLO);
    add(&handshake, NOTE_SSLV2_HELLO, SIDE_SERVER, TLS_HANDSHAKE_SERVER_HELLO);
    add(&handshake, NOTE_SSLV2_HELLO, SIDE_SERVER, SSLV2_NOTE_ERROR);
    add(&handshake, NOTE_GAP, SIDE_SERVER, 0);
    add(&handshake, NOTE_APPLICATION_DATA, SIDE_SERVER, 0);
    add(&handshake, NOTE_HEARTBEAT, SIDE_CLIENT, 0);
    add(&handshake, NOTE_MALFORMED, SIDE_CLIENT, 0);
    add(&handshake, NOTE_MESSAGE, SIDE_CLIENT, 99);
    add(&handshake, NOTE_ALERT, SIDE_SERVER, TLS_ALERT_LEVEL_FATAL);
    add(&handshake, NOTE_ENCRYPTED_ALERT, SIDE_CLIENT, 0);
    add(&handshake, NOTE_RST, SIDE_CLIENT, 0);
    CU_ASSERT_EQUAL(history_format(&handshake, word), strlen("qCsl-dBMZlL"));
    CU_ASSERT_STRING_EQUAL(word, "qCsl-dBMZlL");
}

static void nothing_is_the_empty_word_and_the_longest_fits(void)
{
    struct note notes[HANDSHAKE_NOTES_MAX];
    struct handshake handshake = {.notes = notes};
    char word[HISTORY_SIZE];

    CU_ASSERT_EQUAL(history_format(&handshake, word), strlen(""));
    CU_ASSERT_STRING_EQUAL(word, "");
    while (handshake.note_count < HANDSHAKE_NOTES_MAX)
        add(&handshake, NOTE_HEARTBEAT, SIDE_CLIENT, 0);
    CU_ASSERT_EQUAL(history_format(&handshake, word), HANDSHAKE_NOTES_MAX);
    CU_ASSERT_EQUAL(strlen(word), HANDSHAKE_NOTES_MAX);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a whole handshake is one word", a_whole_handshake_is_one_word},
        {"what is no message has a letter too", what_is_no_message_has_a_letter_too},
        {"nothing is the empty word, and the longest fits",
         nothing_is_the_empty_word_and_the_longest_fits},
        CU_TEST_INFO_NULL,
    };

    return suite_run("history", tests);
}
