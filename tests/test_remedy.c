/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/remedy.h"

#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* A prelude of a story that led to TLS. */
static void open_in_clear(struct story *story, enum side side, const char *text)
{
    story_plaintext(story, side, text);
    story->handshake.opening[side] = story->handshake.prelude[side];
    story->handshake.prelude[side] = NULL;
}

/* TLS begins after this request and answer, and the client minds the certificate. */
static void refuse_within(struct story *story, const char *request, const char *answer)
{
    story_begin(story);
    open_in_clear(story, SIDE_CLIENT, request);
    story->handshake.starttls_at = story->connection.last;
    open_in_clear(story, SIDE_SERVER, answer);
    story->handshake.starttls_answered_at = story->connection.last;
    story->handshake.note_count = 0; /* what came before TLS is none of its notes */
    story->handshake.switched = true;
    story_modern_hello(story);
    story_refuse(story);
    (void)story_cause(story);
}

/* The remedy of this cause for the story. */
static const char *remedy_for(const struct story *story, const char *cause)
{
    static char buffer[REMEDY_SIZE];

    return remedy_text(cause_find(cause)->remedy, story->verdict.way, buffer);
}

static void a_command_gets_the_protocol_in_which_tls_began(void)
{
    static const struct {
        const char *request;
        const char *answer;
        const char *evidence;
        const char *remedy;
    } rows[] = {
        {"STLS\r\n", "+OK\r\n", "the client changed to TLS within POP3, by STLS",
         "-connect SERVER:PORT -starttls pop3 -servername NAME"},
        {"EHLO a\r\nSTARTTLS\r\n", "220 a ESMTP\r\n", "within SMTP, by STARTTLS",
         "-starttls smtp "},
        {"LHLO a\r\nSTARTTLS\r\n", "220 a LMTP\r\n", "within LMTP, by STARTTLS", "-starttls lmtp "},
        {"CONNECT www.example.org:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
         "the client asked within HTTP CONNECT for a connection to www.example.org:443",
         "-connect SERVER:PORT -proxy PROXY:PORT "},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        refuse_within(&story, rows[i].request, rows[i].answer);
        CU_ASSERT_TRUE(story_tells(&story, "starttls", rows[i].evidence));
        CU_ASSERT_PTR_NOT_NULL(strstr(remedy_for(&story, "certificate_expired"), rows[i].remedy));
    }
}

static void tls_from_the_first_octet_needs_no_more(void)
{
    struct story story;

    story_begin_hello(&story);
    story_refuse(&story);
    (void)story_cause(&story);
    CU_ASSERT_FALSE(story_tells(&story, "starttls", ""));
    CU_ASSERT_PTR_EQUAL(remedy_for(&story, "certificate_expired"),
                        cause_find("certificate_expired")->remedy);
}

static void a_server_in_clear_is_tried_in_its_own_protocol(void)
{
    struct story story;

    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "+OK Dovecot ready.\r\n");
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_CERTAIN));
    CU_ASSERT_PTR_NOT_NULL(strstr(remedy_for(&story, "server_not_tls"), "PORT -starttls pop3`."));
    story_begin_hello(&story);
    story_plaintext(&story, SIDE_SERVER, "SSH-2.0-OpenSSH\r\n");
    CU_ASSERT_TRUE(story_says(&story, "server_not_tls", CAUSE_CERTAIN));
    CU_ASSERT_PTR_NOT_NULL(strstr(remedy_for(&story, "server_not_tls"), "-starttls PROTOCOL`"));
}

/* The way of a protocol by its identifier alone. */
static const struct remedy_way *way_of(enum prelude protocol)
{
    static struct story story;

    story_begin_hello(&story);
    (void)story_facts(&story);
    story.facts.starttls.protocol = protocol;
    return remedy_way_of(&story.facts);
}

static void what_openssl_cannot_speak_is_said(void)
{
    char buffer[REMEDY_SIZE];
    const char *remedy = cause_find("certificate_expired")->remedy;

    remedy = remedy_text(remedy, way_of(PRELUDE_TDS), buffer);
    CU_ASSERT_PTR_NOT_NULL(strstr(remedy, " openssl s_client cannot speak TDS: `nmap "));
    remedy = cause_find("connect_timeout")->remedy; /* it has no such command */
    CU_ASSERT_PTR_EQUAL(remedy_text(remedy, way_of(PRELUDE_TDS), buffer), remedy);
}

static void every_remedy_has_its_commands_in_one_form_and_room_for_more(void)
{
    static const char command[] = "s_client";
    static const char form[] = " -connect SERVER:PORT";

    for (size_t i = 0; i < cause_count; i++) {
        const char *place = cause_list[i]->remedy;

        while ((place = strstr(place, command)) != NULL) {
            place += strlen(command);
            CU_ASSERT_EQUAL(strncmp(place, form, strlen(form)), 0);
        }
        for (int protocol = 0; protocol < PRELUDE_COUNT; protocol++) {
            char buffer[REMEDY_SIZE];
            const char *remedy =
                remedy_text(cause_list[i]->remedy, way_of((enum prelude)protocol), buffer);

            CU_ASSERT_EQUAL(remedy[strlen(remedy) - 1], '.');
            CU_ASSERT_TRUE(strlen(remedy) < REMEDY_SIZE - 4);
        }
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a command gets the protocol in which TLS began",
         a_command_gets_the_protocol_in_which_tls_began},
        {"TLS from the first octet needs no more", tls_from_the_first_octet_needs_no_more},
        {"a server in clear is tried in its own protocol",
         a_server_in_clear_is_tried_in_its_own_protocol},
        {"what openssl cannot speak is said", what_openssl_cannot_speak_is_said},
        {"every remedy has its commands in one form and room for more",
         every_remedy_has_its_commands_in_one_form_and_room_for_more},
        CU_TEST_INFO_NULL,
    };

    return suite_run("remedy", tests);
}
