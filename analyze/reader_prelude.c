/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_prelude.c -- a stream that is not TLS, and the hello that may come in it. */
#include "analyze/reader_internal.h"
#include "analyze/starttls.h"
#include "dissect/alert.h"
#include "dissect/names.h"
#include "dissect/prelude.h"

enum {
    /* The shortest run that is taken for a hello in the middle of another protocol: record header,
     * message header, version. */
    HELLO_MARK_LENGTH = 11,
    SEARCH_STEP = 512, /* octets looked at in one go */
    REPLY_ROOM = 160,  /* octets that a long greeting leaves for the answer to a request for TLS */
    ASK_ROOM = 16,     /* those that a long CONNECT leaves for the beginning of the next one */
    REQUEST_ROOM = HANDSHAKE_PRELUDE_MAX / 2 /* less is left: what came before is dropped for it */
};

/* What the client said, or after an answer what it said then: a proxy that wants a password is
 * asked again. The steps of SOCKS are one request. */
static bool asks_for_tls(const struct preludes *preludes, const struct prelude_text *text)
{
    struct bytes client = bytes_of(text->data, text->length);

    if (!moment_seen(preludes->starttls_at))
        return starttls_is_request(client);
    return moment_seen(preludes->starttls_answered_at)
           && starttls_client_protocol(client) != PRELUDE_SOCKS5
           && bytes_skip(&client, preludes->starttls_request_end) && starttls_is_request(client);
}

static bool is_connect(const struct prelude_text *text)
{
    return starttls_client_protocol(prelude_octets(text)) == PRELUDE_HTTP_CONNECT;
}

/* Drop the beginning of a text. */
static void drop_octets(struct prelude_text *text, size_t count)
{
    text->length = (uint16_t)(text->length - count);
    text->dropped += count;
    memmove(text->data, text->data + count, text->length);
}

/* The client's turn begins behind before octets of its stream: there it may ask a proxy again,
 * behind more than is kept. */
static void make_room_to_ask(struct preludes *preludes, struct prelude_text *text, uint64_t before)
{
    enum { LENGTH_MAX = HANDSHAKE_PRELUDE_MAX - ASK_ROOM };

    if (!moment_seen(preludes->starttls_answered_at) || before != preludes->turn_began
        || text->length <= LENGTH_MAX || !is_connect(text))
        return;
    text->length = LENGTH_MAX;
    text->dropped = before - LENGTH_MAX;
    preludes->starttls_request_end = LENGTH_MAX;
}

/* Until it is answered, all that comes is a part of it. */
static bool connect_goes_on(const struct preludes *preludes, const struct prelude_text *text)
{
    return moment_seen(preludes->starttls_at) && !moment_seen(preludes->starttls_answered_at)
           && is_connect(text);
}

/* A request for TLS is answered by what the server sends from here on. */
static void see_request(const struct run *run, struct prelude_text *text)
{
    struct preludes *preludes = run->session->preludes;
    struct prelude_text *server = preludes->prelude[SIDE_SERVER];

    if (connect_goes_on(preludes, text))
        preludes->starttls_request_end = text->length;
    if (!asks_for_tls(preludes, text))
        return;
    if (preludes->starttls_request_end > HANDSHAKE_PRELUDE_MAX - REQUEST_ROOM && is_connect(text))
        drop_octets(text, preludes->starttls_request_end);
    preludes->starttls_at = run->at;
    preludes->starttls_answered_at = (struct moment){0};
    preludes->starttls_request_end = text->length;
    preludes->starttls_reply_offset = 0;
    if (server == NULL)
        return;
    if (server->length > sizeof(server->data) - REPLY_ROOM)
        server->length = sizeof(server->data) - REPLY_ROOM;
    preludes->starttls_reply_offset = server->length;
}

/* The first answer counts; in SOCKS5 the last one, for the method is agreed on before. */
static void see_answer(const struct run *run)
{
    struct preludes *preludes = run->session->preludes;
    const struct prelude_text *client;

    if (preludes == NULL)
        return;
    client = preludes->prelude[SIDE_CLIENT];
    if (!moment_seen(preludes->starttls_at) || client == NULL)
        return;
    if (!moment_seen(preludes->starttls_answered_at)
        || starttls_client_protocol(bytes_of(client->data, client->length)) == PRELUDE_SOCKS5)
        preludes->starttls_answered_at = run->at;
}

static struct prelude_text *find_or_make_text(const struct run *run)
{
    struct session *session = run->session;
    struct prelude_text *text = NULL;

    if (session->preludes != NULL)
        text = session->preludes->prelude[run->from];
    if (text != NULL)
        return text;
    text = session_new_text(session, run->at);
    if (text != NULL)
        session->preludes->prelude[run->from] = text;
    return text;
}

/* Move to the text what there is room for. */
static void append(struct prelude_text *text, struct bytes *data)
{
    size_t room = sizeof(text->data) - text->length;
    struct bytes octets;

    if (!bytes_take(data, data->len < room ? data->len : room, &octets))
        return;
    memcpy(text->data + text->length, octets.data, octets.len);
    text->length = (uint16_t)(text->length + octets.len);
}

static void keep_words_of_client(const struct run *run, struct bytes data)
{
    struct prelude_text *text = find_or_make_text(run);
    uint16_t length;

    if (text == NULL)
        return;
    make_room_to_ask(run->session->preludes, text,
                     run->session->stream_octets[SIDE_CLIENT] - data.len);
    length = text->length;
    append(text, &data);
    if (text->length == length)
        return;
    see_request(run, text);
    append(text, &data); /* that may have made room */
}

static void keep_words_of_server(const struct run *run, struct bytes data)
{
    struct prelude_text *text;

    see_answer(run);
    text = find_or_make_text(run);
    if (text == NULL)
        return;
    run->session->preludes->turn_began = run->session->stream_octets[SIDE_CLIENT];
    append(text, &data);
}

static void keep_prelude(const struct run *run, struct bytes data)
{
    if (run->from == SIDE_CLIENT)
        keep_words_of_client(run, data);
    else
        keep_words_of_server(run, data);
}

/* A server's alert in clear. */
static bool is_alert_mark(struct bytes octets)
{
    uint8_t content;
    uint16_t version, length;
    struct alert alert;

    return bytes_u8(&octets, &content) && content == TLS_CONTENT_ALERT
           && bytes_u16(&octets, &version) && version >= TLS_VERSION_SSL3
           && version <= TLS_VERSION_1_2 && bytes_u16(&octets, &length)
           && length == TLS_ALERT_LENGTH && alert_next(&octets, &alert)
           && names_alert(alert.description) != NULL;
}

/* The server has said no to the client's request for TLS. Some clients do not listen. */
static bool request_is_refused(const struct preludes *preludes)
{
    struct bytes server = prelude_octets(preludes->prelude[SIDE_SERVER]);
    struct bytes client = prelude_octets(preludes->prelude[SIDE_CLIENT]);
    struct bytes reply = server;

    return moment_seen(preludes->starttls_at) && client.len > 0
           && bytes_skip(&reply, preludes->starttls_reply_offset) && reply.len > 0
           && starttls_is_refusal(
               starttls_protocol(starttls_client_protocol(client), prelude_identify(server, false)),
               reply);
}

/* The hello that ends what a side says in clear was kept with it: hello_octets of the stream. */
static void drop_hello(const struct run *run, size_t hello_octets)
{
    struct prelude_text *text = run->session->preludes->prelude[run->from];
    uint64_t before = run->session->stream_octets[run->from] - hello_octets;

    if (text != NULL && text->dropped + text->length > before)
        text->length = (uint16_t)(before > text->dropped ? before - text->dropped : 0);
}

/* What was said so far becomes the opening; what comes instead of TLS is kept apart from it. */
static void keep_opening(struct preludes *preludes, enum side side)
{
    struct prelude_text *text = preludes->prelude[side];

    if (text == NULL)
        return;
    if (preludes->opening[side] != NULL) {
        text->length = 0;
        return;
    }
    preludes->opening[side] = text;
    preludes->prelude[side] = NULL;
}

void reader_end_preludes(struct session *session)
{
    if (session->switched)
        return;
    for (size_t side = 0; side < SIDES; side++)
        keep_opening(session->preludes, (enum side)side);
    session->switched = true;
}

/* The hello comes in a packet of TDS, whose header is what its side said last: what is left of that
 * packet. 0: it does not, or what was said before it is not known to its end. */
static uint16_t tds_left(const struct run *run, size_t hello_octets)
{
    const struct prelude_text *text = run->session->preludes->prelude[run->from];
    uint64_t before = run->session->stream_octets[run->from] - hello_octets;
    struct bytes said = prelude_octets(text);
    bool is_tds = prelude_identify(said, run->from == SIDE_CLIENT) == PRELUDE_TDS;
    struct tds_header header;

    if (said.len != before || said.len < TDS_HEADER_LENGTH
        || !bytes_skip(&said, said.len - TDS_HEADER_LENGTH)
        || !(is_tds ? tds_header_take(&said, &header) : tds_prelogin_header_take(&said, &header)))
        return 0;
    return header.length;
}

/* Nothing that was said leads to TLS, and all was seen: files of packets have hellos in them. */
static bool is_unannounced(const struct session *session)
{
    return !session->midway && !session_may_switch(session);
}

/* TLS after another protocol. From a ClientHello on both directions speak it; after a refusal the
 * client alone does, and what was said before remains what matters. By its answer to a hello the
 * server alone shows it: the hello is there already, or comes later because packets changed
 * places. */
static void switch_to_tls(struct run *run, size_t hello_octets, bool is_answer)
{
    struct session *session = run->session;
    struct preludes *preludes = session->preludes; /* NULL: there was no memory for it */
    bool refused = !is_answer && preludes != NULL && request_is_refused(preludes);
    bool presumed = false;
    uint16_t left = 0;

    if (preludes != NULL) {
        drop_hello(run, hello_octets);
        presumed = !refused && (preludes->is_unknown || (!is_answer && is_unannounced(session)));
        left = tds_left(run, hello_octets);
    }
    for (size_t side = 0; side < SIDES; side++) {
        struct reader *reader = &session->reader[side];

        if (reader->state == READER_TLS || (is_answer && left == 0 && side != run->from))
            continue;
        if (preludes != NULL && !refused)
            keep_opening(preludes, (enum side)side);
        if (left > 0)
            continue;
        if (reader->state == READER_PRELUDE)
            reader->state = READER_START;
        session_drop_partial(session, (enum side)side);
    }
    if (left > 0)
        reader_expect_tds(run, left);
    session->switched = !refused;
    session->presumed = presumed;
}

enum mark { MARK_NONE, MARK_CLIENT_HELLO, MARK_ANSWER };

/* Somebody wants TLS here: else what looks like an answer to a hello is a part of something else, a
 * file maybe. */
static bool answer_may_come(const struct run *run)
{
    const struct session *session = run->session;

    return run->from == SIDE_SERVER
           && (session->hello_seen
               || (session->preludes != NULL && moment_seen(session->preludes->starttls_at)));
}

/* Few octets are the type of such a record. */
static enum mark mark_at(const struct run *run, struct bytes octets)
{
    if (octets.len == 0 || octets.data[0] < TLS_CONTENT_ALERT
        || octets.data[0] > TLS_CONTENT_HANDSHAKE)
        return MARK_NONE;
    if (reader_begins_hello(octets, TLS_HANDSHAKE_CLIENT_HELLO))
        return MARK_CLIENT_HELLO;
    if (answer_may_come(run)
        && (reader_begins_hello(octets, TLS_HANDSHAKE_SERVER_HELLO) || is_alert_mark(octets)))
        return MARK_ANSWER;
    return MARK_NONE;
}

/* Look for TLS in the window of the last octets, and drop those before it. */
static enum mark find_mark(const struct run *run, struct bytes *window)
{
    enum mark mark;

    do
        mark = mark_at(run, *window);
    while (mark == MARK_NONE && bytes_skip(window, 1));
    return mark;
}

/* Search step octets and what was left from before; behind them come rest more. Returns false when
 * TLS began. */
static bool search_step(struct run *run, struct bytes step, size_t rest)
{
    struct session *session = run->session;
    struct buffer *window = run_partial(run);
    struct bytes hello;
    enum mark mark;

    if (!buffer_append(window, &session->memory->budget, step, SEARCH_STEP + HELLO_MARK_LENGTH)) {
        reader_note_dropped(run, step.len);
        return true;
    }
    run_reader(run)->has_partial = true;
    hello = bytes_of(window->data, window->length);
    mark = find_mark(run, &hello);
    if (mark != MARK_NONE) {
        uint8_t copy[SEARCH_STEP + HELLO_MARK_LENGTH];

        memcpy(copy, hello.data, hello.len);
        hello.data = copy;
        switch_to_tls(run, hello.len + rest, mark == MARK_ANSWER);
        run->left += (uint32_t)rest;
        reader_go_on(run, hello);
        run->left -= (uint32_t)rest;
        return false;
    }
    if (window->length >= HELLO_MARK_LENGTH) {
        memmove(window->data, window->data + window->length - (HELLO_MARK_LENGTH - 1),
                HELLO_MARK_LENGTH - 1);
        window->length = HELLO_MARK_LENGTH - 1;
    }
    return true;
}

/* How much of the client's turn, which begins when the server has spoken, came before these octets
 * of its. */
static uint64_t turn_before(const struct run *run, struct bytes data)
{
    return run->session->stream_octets[SIDE_CLIENT] - data.len - run->session->preludes->turn_began;
}

/* Whether both sides' words are unknown by now. A turn of the client is read in one way from its
 * first octet on. Words that do not begin where the connection does may be anything. */
static bool is_unknown(const struct run *run, struct bytes data)
{
    const struct preludes *preludes = run->session->preludes;

    if (run->session->midway || preludes == NULL || preludes->prelude[SIDE_CLIENT] == NULL
        || preludes->prelude[SIDE_SERVER] == NULL)
        return false;
    if (preludes->is_unknown || (run->from == SIDE_CLIENT && turn_before(run, data) > 0))
        return preludes->is_unknown;
    return session_knows_neither(run->session);
}

static void begin_turn(struct session *session)
{
    session->preludes->turns++;
    session_drop_partial(session, SIDE_CLIENT);
}

/* Look for TLS in what a side says. */
static void search(struct run *run, struct bytes data)
{
    struct bytes step;

    while (run_reader(run)->state == READER_PRELUDE
           && bytes_take(&data, data.len < SEARCH_STEP ? data.len : SEARCH_STEP, &step)
           && step.len > 0) {
        if (!search_step(run, step, data.len)) {
            reader_go_on(run, data);
            return;
        }
    }
}

/* Nobody knows how the two agree on TLS, nor where a file begins that they exchange: only a hello
 * of the client may follow from what they said, at the end of its turn. It is what the server says
 * next that tells. */
static void take_unknown(struct run *run, struct bytes data)
{
    struct session *session = run->session;

    session->preludes->is_unknown = true;
    if (run->from == SIDE_SERVER)
        return;
    if (turn_before(run, data) == 0)
        begin_turn(session);
    search(run, data);
}

/* What was taken for a hello is none, for what the server says to it is no TLS. */
static void withdraw(struct session *session)
{
    session->spoke_tls[SIDE_CLIENT] = false;
}

void reader_take_prelude(struct run *run, struct bytes data)
{
    bool unknown = is_unknown(run, data);

    keep_prelude(run, data);
    if (run->session->presumed) {
        withdraw(run->session);
        return;
    }
    if (reader_begin_openvpn(run))
        return;
    if (unknown) {
        take_unknown(run, data);
        return;
    }
    search(run, data);
}
