/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader_prelude.c -- a stream that is not TLS, and the ClientHello that may come in it. */
#include <stdlib.h>

#include "analyze/reader_internal.h"
#include "analyze/starttls.h"
#include "dissect/prelude.h"

enum {
    /* The shortest run that is taken for a ClientHello in the middle of another protocol:
     * record header, message header, version. */
    HELLO_MARK_LENGTH = 11,
    SEARCH_STEP = 512, /* octets looked at in one go */
    REPLY_ROOM = 160   /* octets that a long greeting leaves for the answer to a request for TLS */
};

static struct prelude_text *new_prelude(const struct run *run)
{
    struct budget *budget = run->session->budget;
    struct prelude_text *text = NULL;

    if (budget->limit - budget->used >= sizeof(*text))
        text = calloc(1, sizeof(*text));
    if (text != NULL) {
        budget->used += sizeof(*text);
        text->at = run->at;
    }
    return text;
}

/* A request for TLS is answered by what the server sends from here on. */
static void see_starttls(const struct run *run, const struct prelude_text *text)
{
    struct handshake *handshake = &run->session->handshake;
    struct prelude_text *server = handshake->prelude[SIDE_SERVER];

    if (run->from != SIDE_CLIENT || moment_seen(handshake->starttls_at)
        || !starttls_is_request(bytes_of(text->data, text->length)))
        return;
    handshake->starttls_at = run->at;
    if (server == NULL)
        return;
    if (server->length > sizeof(server->data) - REPLY_ROOM)
        server->length = sizeof(server->data) - REPLY_ROOM;
    handshake->starttls_reply_offset = server->length;
}

static void keep_prelude(const struct run *run, struct bytes data)
{
    struct prelude_text **slot = &run->session->handshake.prelude[run->from];

    if (*slot == NULL)
        *slot = new_prelude(run);
    if (*slot == NULL)
        return;

    struct prelude_text *text = *slot;
    size_t room = sizeof(text->data) - text->length;
    size_t length = data.len < room ? data.len : room;

    if (length == 0)
        return;
    memcpy(text->data + text->length, data.data, length);
    text->length = (uint16_t)(text->length + length);
    see_starttls(run, text);
}

/* Whoever reads the octets next takes them for the beginning of a record. Only then may they be
 * given to him: else he would give them back, again and again. */
static bool is_record(struct bytes octets)
{
    struct record record;
    size_t need = 0;

    return record_next(&octets, &record, &need) != RECORD_ALIEN;
}

/* True when octets begin with the headers of a ClientHello that contradict themselves nowhere. */
static bool is_hello_mark(struct bytes octets)
{
    struct bytes whole = octets;
    uint8_t content, type;
    uint16_t record_version, record_length, version;
    uint32_t length;

    return bytes_u8(&octets, &content) && content == TLS_CONTENT_HANDSHAKE
           && bytes_u16(&octets, &record_version) && bytes_u16(&octets, &record_length)
           && record_length <= TLS_CIPHERTEXT_MAX && bytes_u8(&octets, &type)
           && type == TLS_HANDSHAKE_CLIENT_HELLO && bytes_u24(&octets, &length)
           && length <= TLS_CIPHERTEXT_MAX && length + TLS_HANDSHAKE_HEADER_LENGTH >= record_length
           && bytes_u16(&octets, &version) && version >> 8 == 3 && is_record(whole);
}

static struct bytes octets_of(const struct prelude_text *text)
{
    return text != NULL ? bytes_of(text->data, text->length) : bytes_of("", 0);
}

/* The server has said no to the client's request for TLS. Some clients do not listen. */
static bool request_is_refused(const struct handshake *handshake)
{
    struct bytes server = octets_of(handshake->prelude[SIDE_SERVER]);
    struct bytes client = octets_of(handshake->prelude[SIDE_CLIENT]);
    struct bytes reply = server;

    return moment_seen(handshake->starttls_at) && client.len > 0
           && bytes_skip(&reply, handshake->starttls_reply_offset) && reply.len > 0
           && starttls_is_refusal(
               starttls_protocol(prelude_identify(client, true), prelude_identify(server, false)),
               reply);
}

/* A ClientHello after another protocol: from here on both directions speak TLS. After a refusal
 * the client alone does, and what was said before remains what matters. */
static void switch_to_tls(struct run *run)
{
    struct session *session = run->session;
    bool refused = request_is_refused(&session->handshake);

    for (size_t side = 0; side < SIDES; side++) {
        struct reader *reader = &session->reader[side];
        struct prelude_text *text = session->handshake.prelude[side];

        if (reader->state == READER_PRELUDE)
            reader->state = READER_START;
        buffer_release(&reader->partial, session->budget);
        if (text == NULL || refused)
            continue;
        session->handshake.switched_from[side] =
            (uint8_t)prelude_identify(bytes_of(text->data, text->length), side == SIDE_CLIENT);
        text->length = 0; /* from here on it holds what comes instead of TLS */
    }
    session->handshake.switched = !refused;
}

/* Look for a ClientHello in the window of the last octets; returns the octets from it on. */
static bool find_hello(struct bytes window, struct bytes *hello)
{
    while (window.len >= HELLO_MARK_LENGTH) {
        if (is_hello_mark(window)) {
            *hello = window;
            return true;
        }
        if (!bytes_skip(&window, 1))
            return false;
    }
    return false;
}

/* Search step octets and what was left from before. Returns false when TLS began. */
static bool search_step(struct run *run, struct bytes step)
{
    struct session *session = run->session;
    struct buffer *window = &run_reader(run)->partial;
    struct bytes hello;

    if (!buffer_append(window, session->budget, step, SEARCH_STEP + HELLO_MARK_LENGTH))
        return true;
    if (find_hello(bytes_of(window->data, window->length), &hello)) {
        uint8_t copy[SEARCH_STEP + HELLO_MARK_LENGTH];

        memcpy(copy, hello.data, hello.len);
        hello.data = copy;
        switch_to_tls(run);
        session_read_more(session, run->from, hello, run->at);
        return false;
    }
    if (window->length >= HELLO_MARK_LENGTH) {
        memmove(window->data, window->data + window->length - (HELLO_MARK_LENGTH - 1),
                HELLO_MARK_LENGTH - 1);
        window->length = HELLO_MARK_LENGTH - 1;
    }
    return true;
}

void reader_take_prelude(struct run *run, struct bytes data)
{
    keep_prelude(run, data);
    while (data.len > 0 && run_reader(run)->state == READER_PRELUDE) {
        struct bytes step;

        if (!bytes_take(&data, data.len < SEARCH_STEP ? data.len : SEARCH_STEP, &step))
            return;
        if (!search_step(run, step)) {
            session_read_more(run->session, run->from, data, run->at);
            return;
        }
    }
}
