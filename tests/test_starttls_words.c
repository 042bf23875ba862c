/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that ask for TLS where they are a command, within what is none. */
#include "tests/support/step.h"
#include "tests/support/suite.h"

enum { STEPS_MAX = 8 };

struct dialogue {
    uint16_t port;
    struct step steps[STEPS_MAX]; /* a step without a text ends them */
};

#define SMTP_BEGINS                                                                                \
    SERVER_SAYS("220 mail.example.org ESMTP\r\n"), CLIENT_SAYS("EHLO client\r\n"),                 \
        SERVER_SAYS("250 mail.example.org\r\n")
#define FTP_BEGINS                                                                                 \
    SERVER_SAYS("220 FTP ready\r\n"), CLIENT_SAYS("USER anonymous\r\n"), SERVER_SAYS("230 in\r\n")
#define IMAP_BEGINS SERVER_SAYS("* OK IMAP4rev1\r\n"), CLIENT_SAYS("a CAPABILITY\r\n")
#define START_TLS   "1.3.6.1.4.1.1466.20037"

static void play_dialogue(struct play *play, const struct dialogue *dialogue, size_t piece)
{
    play_begin(play, dialogue->port, piece);
    for (size_t i = 0; i < STEPS_MAX && dialogue->steps[i].text != NULL; i++)
        say(play, &dialogue->steps[i]);
    play_fin(play, SIDE_CLIENT);
    play_end(play);
}

static void what_is_no_command_asks_for_nothing(void)
{
    static const struct dialogue dialogues[] = {
        {25,
         {SMTP_BEGINS, CLIENT_SAYS("DATA\r\n"), SERVER_SAYS("354 go\r\n"),
          CLIENT_SAYS("Subject: STARTTLS\r\n\r\nSTARTTLS\r\n.\r\n"), SERVER_SAYS("550 spam\r\n")}},
        {25, {SMTP_BEGINS, CLIENT_SAYS("STARTTLS-NOW\r\n"), SERVER_SAYS("502 what?\r\n")}},
        {21, {FTP_BEGINS, CLIENT_SAYS("RETR STARTTLS-howto.txt\r\n"), SERVER_SAYS("550 no\r\n")}},
        {143,
         {IMAP_BEGINS, CLIENT_SAYS("b APPEND Sent {22}\r\n"), SERVER_SAYS("+ go\r\n"),
          CLIENT_SAYS("Use STARTTLS\r\nstls\r\n\r\n"), SERVER_SAYS("b NO full\r\n")}},
        {389,
         {CLIENT_SAYS("\x30\x39\2\1\1\x63\x34\4\0\x0a\1\0\x0a\1\0\2\1\0\2\1\0\1\1\0"
                      "\xa3\x1b\4\3oid\4\x16" START_TLS "\x30\0"),
          SERVER_SAYS("\x30\x0c\2\1\0\x78\7\x0a\1\x34\4\0\4\0")}},
    };

    for (size_t i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++) {
        struct play play;

        play_dialogue(&play, &dialogues[i], 0);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
        CU_ASSERT_FALSE(play.starttls_refused);
    }
}

static void a_command_may_have_other_forms(void)
{
    static const struct dialogue dialogues[] = {
        {25, {SMTP_BEGINS, CLIENT_SAYS("starttls  \r\n"), SERVER_SAYS("502 what?\r\n")}},
        {21, {FTP_BEGINS, CLIENT_SAYS("AUTH TLS-P\r\n"), SERVER_SAYS("502 what?\r\n")}},
        {143, {IMAP_BEGINS, CLIENT_SAYS("a.1 STARTTLS\n"), SERVER_SAYS("a.1 BAD what?\r\n")}},
        {143,
         {SERVER_SAYS("* OK IMAP4rev1\r\n"), CLIENT_SAYS("a ENABLE X\r\n"),
          SERVER_SAYS("a BAD what?\r\n"), CLIENT_SAYS("b STARTTLS\r\n"),
          SERVER_SAYS("b BAD what?\r\n")}},
    };

    for (size_t i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++)
        for (size_t piece = 0; piece < 2; piece++) {
            struct play play;

            play_dialogue(&play, &dialogues[i], piece);
            CU_ASSERT_TRUE(play.starttls_refused);
        }
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"what is no command asks for nothing", what_is_no_command_asks_for_nothing},
        {"a command may have other forms", a_command_may_have_other_forms},
        CU_TEST_INFO_NULL,
    };

    return suite_run("words that ask for TLS", tests);
}
