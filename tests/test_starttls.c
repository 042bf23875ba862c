/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How TLS begins within other protocols, or is refused: whole connections, delivered whole, octet
 * by octet and in odd pieces. The conversations follow the examples of the RFCs. */
#include "dissect/tls.h"
#include "tests/support/step.h"
#include "tests/support/suite.h"

enum { STEPS_MAX = 8, PIECES = 3, SQL_SERVER_PORT = 1433, TDS_PACKET = 4088 };

struct conversation {
    const char *name;
    uint16_t port;
    struct step steps[STEPS_MAX]; /* up to the answer, a step without a text ends them */
    struct step accepts;
    struct step refuses;
};

#define LDAP_OID "1.3.6.1.4.1.1466.20037"

static const struct conversation conversations[] = {
    {"SMTP",
     25,
     {SERVER_SAYS("220 mail.example.org ESMTP\r\n"), CLIENT_SAYS("EHLO client\r\n"),
      SERVER_SAYS("250-mail.example.org\r\n250 STARTTLS\r\n"), CLIENT_SAYS("STARTTLS\r\n")},
     SERVER_SAYS("220 Go ahead\r\n"),
     SERVER_SAYS("454 TLS not available due to temporary reason\r\n")},
    {"IMAP",
     143,
     {SERVER_SAYS("* OK IMAP4rev1 ready\r\n"), CLIENT_SAYS("a001 CAPABILITY\r\n"),
      SERVER_SAYS("* CAPABILITY IMAP4rev1 STARTTLS\r\na001 OK done\r\n"),
      CLIENT_SAYS("a002 STARTTLS\r\n")},
     SERVER_SAYS("a002 OK Begin TLS negotiation now\r\n"),
     SERVER_SAYS("* OK still here\r\na002 BAD TLS is not enabled\r\n")},
    {"POP3",
     110,
     {SERVER_SAYS("+OK POP3 ready\r\n"), CLIENT_SAYS("CAPA\r\n"),
      SERVER_SAYS("+OK\r\nSTLS\r\n.\r\n"), CLIENT_SAYS("STLS\r\n")},
     SERVER_SAYS("+OK Begin TLS negotiation\r\n"),
     SERVER_SAYS("-ERR Command not permitted\r\n")},
    {"FTP",
     21,
     {SERVER_SAYS("220 FTP server ready\r\n"), CLIENT_SAYS("AUTH TLS\r\n")},
     SERVER_SAYS("234 Proceed with negotiation.\r\n"),
     SERVER_SAYS("530 Please login with USER and PASS.\r\n")},
    {"NNTP",
     119,
     {SERVER_SAYS("200 NNTP service ready, posting allowed\r\n"), CLIENT_SAYS("CAPABILITIES\r\n"),
      SERVER_SAYS("101 Capability list:\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n"),
      CLIENT_SAYS("STARTTLS\r\n")},
     SERVER_SAYS("382 Continue with TLS negotiation\r\n"),
     SERVER_SAYS("580 Can not initiate TLS negotiation\r\n")},
    {"IRC",
     6667,
     {CLIENT_SAYS("STARTTLS\r\n")},
     SERVER_SAYS(":irc.example.org 670 * :STARTTLS successful, proceed with TLS handshake\r\n"),
     SERVER_SAYS(":irc.example.org 691 * :STARTTLS failed\r\n")},
    {"NUT",
     3493,
     {CLIENT_SAYS("STARTTLS\n")},
     SERVER_SAYS("OK STARTTLS\n"),
     SERVER_SAYS("ERR FEATURE-NOT-CONFIGURED\n")},
    {"Sieve",
     4190,
     {SERVER_SAYS("\"IMPLEMENTATION\" \"Example\"\r\n\"STARTTLS\"\r\nOK\r\n"),
      CLIENT_SAYS("STARTTLS\r\n")},
     SERVER_SAYS("OK \"Begin TLS negotiation now.\"\r\n"),
     SERVER_SAYS("NO \"TLS is not available\"\r\n")},
    {"XMPP",
     5222,
     {CLIENT_SAYS("<?xml version='1.0'?><stream:stream to='example.org' "
                  "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
                  "version='1.0'>"),
      SERVER_SAYS("<?xml version='1.0'?><stream:stream from='example.org'><stream:features>"
                  "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"),
      CLIENT_SAYS("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")},
     SERVER_SAYS("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
     SERVER_SAYS("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>")},
    {"LDAP",
     389,
     {CLIENT_SAYS("\x30\x1d\x02\x01\x01\x77\x18\x80\x16" LDAP_OID)},
     SERVER_SAYS("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
     SERVER_SAYS("\x30\x0e\x02\x01\x01\x78\x09\x0a\x01\x34\x04\x00\x04\x02no")},
    {"PostgreSQL",
     5432,
     {CLIENT_SAYS("\0\0\0\x08\x04\xd2\x16\x2f")},
     SERVER_SAYS("S"),
     SERVER_SAYS("N")},
    {"PostgreSQL after GSSAPI",
     5432,
     {CLIENT_SAYS("\0\0\0\x08\x04\xd2\x16\x30"), SERVER_SAYS("N"),
      CLIENT_SAYS("\0\0\0\x08\x04\xd2\x16\x2f")},
     SERVER_SAYS("S"),
     SERVER_SAYS("N")},
    {"MySQL",
     3306,
     {SERVER_SAYS("\x2c\0\0\0\x0a"
                  "8.0.36\0\1\0\0\0abcdefgh\0\xff\xff\xff\2\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0x"),
      CLIENT_SAYS("\x20\0\0\1\x85\xae\xff\x19\0\0\0\1\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                  "\0\0\0\0")},
     SERVER_SAYS(""),
     SERVER_SAYS("\x1c\0\0\2\xff\x13\4#08S01Bad handshake......")},
    {"HTTP CONNECT",
     3128,
     {CLIENT_SAYS("CONNECT www.example.org:443 HTTP/1.1\r\nHost: www.example.org:443\r\n\r\n")},
     SERVER_SAYS("HTTP/1.1 200 Connection established\r\n\r\n"),
     SERVER_SAYS("HTTP/1.1 403 Forbidden\r\n\r\n")},
    {"SOCKS4",
     1080,
     {CLIENT_SAYS("\4\1\1\xbb\xc6\x33\x64\x14user\0")},
     SERVER_SAYS("\0\x5a\0\0\0\0\0\0"),
     SERVER_SAYS("\0\x5b\0\0\0\0\0\0")},
    {"SOCKS5",
     1080,
     {CLIENT_SAYS("\5\1\0"), SERVER_SAYS("\5\0"), CLIENT_SAYS("\5\1\0\3\x0fwww.example.org\1\xbb")},
     SERVER_SAYS("\5\0\0\1\0\0\0\0\0\0"),
     SERVER_SAYS("\5\2\0\1\0\0\0\0\0\0")},
    {"SOCKS5 with a password",
     1080,
     {CLIENT_SAYS("\5\2\0\2"), SERVER_SAYS("\5\2"), CLIENT_SAYS("\1\4user\4word"),
      SERVER_SAYS("\1\0"), CLIENT_SAYS("\5\1\0\3\x0fwww.example.org\1\xbb")},
     SERVER_SAYS("\5\0\0\1\0\0\0\0\0\0"),
     SERVER_SAYS("\5\5\0\1\0\0\0\0\0\0")},
    {"RDP",
     3389,
     {CLIENT_SAYS("\3\0\0\x2e\x29\xe0\0\0\0\0\0Cookie: mstshash=operator\r\n"
                  "\1\0\x08\0\x0b\0\0\0")},
     SERVER_SAYS("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\x1f\x08\0\2\0\0\0"),
     SERVER_SAYS("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\3\0\x08\0\5\0\0\0")},
    {"RDP to a server with security of its own",
     3389,
     {CLIENT_SAYS("\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\1\0\0\0")},
     SERVER_SAYS("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0"),
     SERVER_SAYS("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\0\0\0\0")},
    {"RDP to a server that does not negotiate",
     3389,
     {CLIENT_SAYS("\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\1\0\0\0")},
     SERVER_SAYS("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0"),
     SERVER_SAYS("\3\0\0\x0b\x06\xd0\0\0\x12\x34\0")},
    {"RPC",
     2049,
     {CLIENT_SAYS("\x80\0\0\x28\1\2\3\4\0\0\0\0\0\0\0\2\0\1\x86\xa3\0\0\0\4\0\0\0\0"
                  "\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\0")},
     SERVER_SAYS("\x80\0\0\x20\1\2\3\4\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\x08STARTTLS\0\0\0\0"),
     SERVER_SAYS("\x80\0\0\x14\1\2\3\4\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\2")},
    {"NBD",
     10809,
     {SERVER_SAYS("NBDMAGICIHAVEOPT\0\3"), CLIENT_SAYS("\0\0\0\3IHAVEOPT\0\0\0\5\0\0\0\0")},
     SERVER_SAYS("\0\3\xe8\x89\4\x55\x65\xa9\0\0\0\5\0\0\0\1\0\0\0\0"),
     SERVER_SAYS("\0\3\xe8\x89\4\x55\x65\xa9\0\0\0\5\x80\0\0\2\0\0\0\x12"
                 "TLS not configured")},
    {"TDS",
     SQL_SERVER_PORT,
     {CLIENT_SAYS("\x12\1\0\x1a\0\0\1\0\0\0\x0b\0\6\1\0\x11\0\1\xff\0\0\0\0\0\0\1")},
     SERVER_SAYS("\4\1\0\x1a\0\0\1\0\0\0\x0b\0\6\1\0\x11\0\1\xff\x0f\0\0\0\0\0\1"),
     SERVER_SAYS("\4\1\0\x1a\0\0\1\0\0\0\x0b\0\6\1\0\x11\0\1\xff\x0f\0\0\0\0\0\2")},
};

static const size_t pieces[PIECES] = {0, 1, 7};

static void ask(struct play *play, const struct conversation *conversation, size_t piece)
{
    play_begin(play, conversation->port, piece);
    if (conversation->port == SQL_SERVER_PORT)
        play->tds = TDS_PACKET;
    for (size_t i = 0; i < STEPS_MAX && conversation->steps[i].text != NULL; i++)
        say(play, &conversation->steps[i]);
}

static void check(const struct conversation *conversation, bool right, const char *what,
                  const struct play *play)
{
    CU_ASSERT_TRUE(right);
    if (!right)
        printf("\n%s: %s in pieces of %zu: %s, %s\n", conversation->name, what, play->piece,
               outcome_name(play->outcome), play->cause);
}

typedef void act(const struct conversation *conversation, size_t piece);

static void for_all(act *perform)
{
    for (size_t i = 0; i < sizeof(conversations) / sizeof(conversations[0]); i++)
        for (size_t piece = 0; piece < PIECES; piece++)
            perform(&conversations[i], pieces[piece]);
}

static void accept(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    say(&play, &conversation->accepts);
    play_handshake(&play);
    play_end(&play);
    check(conversation, play.outcome == OUTCOME_ESTABLISHED && play.switched, "accepted", &play);
    CU_ASSERT_FALSE(play.starttls_refused);
}

static void refuse(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    say(&play, &conversation->refuses);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    check(conversation, play.starttls_refused && strcmp(play.cause, "starttls_refused") == 0,
          "refused", &play);
}

/* A client that sends its hello all the same. */
static void ignore(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    say(&play, &conversation->refuses);
    play_client_hello(&play, false);
    play_text(&play, SIDE_SERVER, "500 What is that?\r\n");
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    check(conversation,
          play.outcome == OUTCOME_FAILED && strcmp(play.cause, "starttls_refused") == 0,
          "refused and ignored", &play);
}

/* The server agrees, and then says no to the hello. */
static void agree_and_refuse_hello(const struct conversation *conversation, struct play *play,
                                   const char *what)
{
    say(play, &conversation->accepts);
    play_client_hello(play, false);
    play_alert(play, SIDE_SERVER, 2, TLS_ALERT_PROTOCOL_VERSION);
    play_fin(play, SIDE_SERVER);
    play_end(play);
    check(conversation,
          play->outcome == OUTCOME_FAILED && play->alert == TLS_ALERT_PROTOCOL_VERSION, what, play);
}

static void fail(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    agree_and_refuse_hello(conversation, &play, "failed");
    CU_ASSERT_FALSE(play.starttls_refused);
}

/* The client leaves before the answer: nobody refused anything. */
static void leave(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    check(conversation, !play.starttls_refused && play.outcome != OUTCOME_FAILED, "left", &play);
}

/* It has waited for an answer longer than slow servers need for one. That a password is right is an
 * answer, too. */
static void wait_in_vain(const struct conversation *conversation, size_t piece)
{
    bool is_answered = strcmp(conversation->name, "SOCKS5 with a password") == 0;
    struct play play;

    ask(&play, conversation, piece);
    play.now_ns += INT64_C(5000000000);
    play_fin(&play, SIDE_CLIENT);
    play_end(&play);
    check(conversation,
          is_answered ? play.outcome == OUTCOME_NOT_TLS
                      : play.outcome == OUTCOME_FAILED && strcmp(play.cause, "server_silent") == 0
                            && play.refused_by == PARTY_CLIENT,
          "waited in vain", &play);
}

/* The client leaves when the server has agreed, and the server's TLS stack complains of its FIN. */
static void leave_agreed(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    say(&play, &conversation->accepts);
    play_fin(&play, SIDE_CLIENT);
    play_alert(&play, SIDE_SERVER, 2, TLS_ALERT_DECODE_ERROR);
    play_fin(&play, SIDE_SERVER);
    play_end(&play);
    check(conversation,
          play.outcome == OUTCOME_FAILED && play.refused == SIDE_CLIENT
              && play.refusal == REFUSAL_FIN && strcmp(play.cause, "client_abandoned") == 0,
          "left when TLS was agreed", &play);
}

/* The capture began behind the request. */
static void begin_midway(struct play *play, const struct conversation *conversation, size_t piece)
{
    play_begin_midway(play, piece);
    if (conversation->port == SQL_SERVER_PORT)
        play->tds = TDS_PACKET;
}

static void accept_midway(const struct conversation *conversation, size_t piece)
{
    struct play play;

    begin_midway(&play, conversation, piece);
    say(&play, &conversation->accepts);
    play_handshake(&play);
    play_end(&play);
    check(conversation, play.outcome == OUTCOME_ESTABLISHED, "midway", &play);
}

static void fail_midway(const struct conversation *conversation, size_t piece)
{
    struct play play;

    begin_midway(&play, conversation, piece);
    agree_and_refuse_hello(conversation, &play, "failed midway");
}

/* And it ended before the server's hello. */
static void end_midway(const struct conversation *conversation, size_t piece)
{
    struct play play;

    begin_midway(&play, conversation, piece);
    say(&play, &conversation->accepts);
    play_client_hello(&play, false);
    play_end(&play);
    check(conversation, play.outcome == OUTCOME_INCOMPLETE, "ended midway", &play);
}

/* The hello was captured before the answer that its sender had waited for. */
static void accept_late(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    play_client_hello(&play, false);
    say(&play, &conversation->accepts);
    play_server_hello(&play, false);
    play_finish(&play);
    play_end(&play);
    check(conversation, play.outcome == OUTCOME_ESTABLISHED && play.switched, "late", &play);
}

/* The server's hello was captured before the client's. */
static void answer_early(const struct conversation *conversation, size_t piece)
{
    struct play play;

    ask(&play, conversation, piece);
    say(&play, &conversation->accepts);
    play_server_hello(&play, false);
    play_client_hello(&play, false);
    play_finish(&play);
    play_end(&play);
    check(conversation, play.outcome == OUTCOME_ESTABLISHED && play.switched, "early", &play);
}

/* Half an answer is none, neither yes nor no. */
static void break_off(const struct conversation *conversation, size_t piece)
{
    for (size_t length = 1; length < conversation->accepts.length; length++) {
        struct step part = conversation->accepts;
        struct play play;

        part.length = length;
        ask(&play, conversation, piece);
        say(&play, &part);
        play_fin(&play, SIDE_SERVER);
        play_end(&play);
        check(conversation, !play.starttls_refused && play.outcome != OUTCOME_FAILED, "broken off",
              &play);
    }
}

static void half_an_answer_refuses_nothing(void)
{
    for_all(break_off);
}

/* Who asks for TLS where it can be had, and goes on in clear, has not failed. */
static void what_is_optional_may_go_on_in_clear(void)
{
    for (size_t i = 0; i < sizeof(conversations) / sizeof(conversations[0]); i++) {
        bool is_optional = strncmp(conversations[i].name, "PostgreSQL", 10) == 0
                           || strcmp(conversations[i].name, "RPC") == 0
                           || strncmp(conversations[i].name, "RDP", 3) == 0
                           || strcmp(conversations[i].name, "NBD") == 0;

        for (size_t piece = 0; piece < PIECES; piece++) {
            struct play play;

            ask(&play, &conversations[i], pieces[piece]);
            say(&play, &conversations[i].refuses);
            play_octets(&play, SIDE_CLIENT, "\0\0\0\x12\0\3\0\0user\0me\0\0", 17);
            play_fin(&play, SIDE_CLIENT);
            play_end(&play);
            check(&conversations[i], (play.outcome == OUTCOME_FAILED) == !is_optional, "in clear",
                  &play);
        }
    }
}

/* To say goodbye is not to go on. */
static void who_says_goodbye_has_failed(void)
{
    static const struct {
        const char *name;
        struct step goodbye;
    } cases[] = {
        {"NBD", CLIENT_SAYS("IHAVEOPT\0\0\0\2\0\0\0\0")},
        {"RDP", CLIENT_SAYS("\3\0\0\x0b\6\x80\0\0\0\0\0")},
    };

    for (size_t i = 0; i < sizeof(conversations) / sizeof(conversations[0]); i++)
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
            struct play play;

            if (strcmp(conversations[i].name, cases[k].name) != 0)
                continue;
            ask(&play, &conversations[i], 0);
            say(&play, &conversations[i].refuses);
            say(&play, &cases[k].goodbye);
            play_fin(&play, SIDE_CLIENT);
            play_end(&play);
            check(&conversations[i], strcmp(play.cause, "starttls_refused") == 0, "goodbye", &play);
        }
}

/* A file that goes from one side to the other may hold anything. */
static void a_hello_within_a_file_is_no_tls(void)
{
    static const char file[] = "file \x16\3\3\0\x2a\2\0\0\x26\3\3"
                               "0123456789abcdef0123456789abcdef\0\x13\1\0 of a capture";
    static const struct step requests[] = {
        CLIENT_SAYS("POST /x HTTP/1.1\r\nContent-Length: 65\r\n\r\n"),
        CLIENT_SAYS("GET /x HTTP/1.1\r\n\r\n"),
        SERVER_SAYS("220 mail.example.org ESMTP\r\n"),
    };

    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        for (size_t side = 0; side < SIDES; side++)
            for (size_t piece = 0; piece < PIECES; piece++) {
                struct play play;

                play_begin(&play, 8080, pieces[piece]);
                say(&play, &requests[i]);
                play_octets(&play, (enum side)side, file, sizeof(file) - 1);
                play_text(&play, SIDE_SERVER, "200 OK\r\n");
                play_end(&play);
                CU_ASSERT_EQUAL(play.outcome, OUTCOME_NOT_TLS);
            }
}

static void a_capture_may_begin_behind_the_request(void)
{
    for_all(accept_midway);
    for_all(fail_midway);
    for_all(end_midway);
}

static void packets_may_have_changed_places(void)
{
    for_all(accept_late);
    for_all(answer_early);
}

static void tls_begins_when_the_server_agrees(void)
{
    for_all(accept);
}

static void a_refusal_is_recognised(void)
{
    for_all(refuse);
}

static void a_hello_after_a_refusal_changes_nothing(void)
{
    for_all(ignore);
}

static void a_hello_is_judged_after_the_change(void)
{
    for_all(fail);
}

static void without_an_answer_nothing_is_refused(void)
{
    for_all(leave);
}

static void a_request_without_an_answer_fails_in_the_end(void)
{
    for_all(wait_in_vain);
}

static void the_words_before_tls_end_nothing(void)
{
    for_all(leave_agreed);
}

/* Its types of security are numbers, which mean nothing without the version before. */
static void vnc_goes_on_with_tls(void)
{
    static const struct step steps[] = {
        SERVER_SAYS("RFB 003.008\n"), CLIENT_SAYS("RFB 003.008\n"), SERVER_SAYS("\2\x13\2"),
        CLIENT_SAYS("\x13"),          SERVER_SAYS("\0\2"),          CLIENT_SAYS("\0\2"),
        SERVER_SAYS("\0\1\0\0\1\4"),  CLIENT_SAYS("\0\0\1\4"),      SERVER_SAYS("\1"),
    };

    for (size_t piece = 0; piece < PIECES; piece++) {
        struct play play;

        play_begin(&play, 5900, pieces[piece]);
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
            say(&play, &steps[i]);
        play_handshake(&play);
        play_end(&play);
        CU_ASSERT_EQUAL(play.outcome, OUTCOME_ESTABLISHED);
        CU_ASSERT_TRUE(play.switched);
    }
}

/* What a reply in numbers means is told in words. */
static void refusals_in_numbers_are_told_in_words(void)
{
    static const struct {
        const char *name;
        const char *reply;
    } cases[] = {
        {"RDP", "RDP failure 5: the server requires CredSSP (network level authe"},
        {"TDS", "PRELOGIN: encryption is not supported"},
        {"NBD", "NBD error 2: the server's policy forbids TLS, or it has no cert"},
        {"LDAP", "no"},
        {"SOCKS5", "SOCKS5 reply 2: connection not allowed by ruleset"},
    };

    for (size_t i = 0; i < sizeof(conversations) / sizeof(conversations[0]); i++)
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
            struct play play;

            if (strcmp(conversations[i].name, cases[k].name) != 0)
                continue;
            ask(&play, &conversations[i], 0);
            say(&play, &conversations[i].refuses);
            play_end(&play);
            CU_ASSERT_STRING_EQUAL(play.starttls_reply, cases[k].reply);
        }
}

static void a_long_greeting_leaves_room_for_the_answer(void)
{
    char greeting[600];
    struct play play;

    memset(greeting, 'x', sizeof(greeting));
    memcpy(greeting, "220 ", 4);
    memcpy(greeting + sizeof(greeting) - 8, " ESMTP\r\n", 8);
    play_begin(&play, 25, 0);
    play_octets(&play, SIDE_SERVER, greeting, sizeof(greeting));
    play_text(&play, SIDE_CLIENT, "EHLO a\r\n");
    play_text(&play, SIDE_SERVER, "250 STARTTLS\r\n");
    play_text(&play, SIDE_CLIENT, "STARTTLS\r\n");
    play_text(&play, SIDE_SERVER, "454 no\r\n");
    play_end(&play);
    CU_ASSERT_TRUE(play.starttls_refused);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"TLS begins when the server agrees", tls_begins_when_the_server_agrees},
        {"a refusal is recognised", a_refusal_is_recognised},
        {"a hello after a refusal changes nothing", a_hello_after_a_refusal_changes_nothing},
        {"a hello is judged after the change", a_hello_is_judged_after_the_change},
        {"without an answer nothing is refused", without_an_answer_nothing_is_refused},
        {"a request without an answer fails in the end",
         a_request_without_an_answer_fails_in_the_end},
        {"the words before TLS end nothing", the_words_before_tls_end_nothing},
        {"a capture may begin behind the request", a_capture_may_begin_behind_the_request},
        {"half an answer refuses nothing", half_an_answer_refuses_nothing},
        {"what is optional may go on in clear", what_is_optional_may_go_on_in_clear},
        {"who says goodbye has failed", who_says_goodbye_has_failed},
        {"a hello within a file is no TLS", a_hello_within_a_file_is_no_tls},
        {"packets may have changed places", packets_may_have_changed_places},
        {"VNC goes on with TLS", vnc_goes_on_with_tls},
        {"refusals in numbers are told in words", refusals_in_numbers_are_told_in_words},
        {"a long greeting leaves room for the answer", a_long_greeting_leaves_room_for_the_answer},
        CU_TEST_INFO_NULL,
    };

    return suite_run("starttls", tests);
}
