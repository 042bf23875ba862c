/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segments.h -- TCP segments built in code, and a handler that writes down what it is told.
 *
 * A struct scene is one table with a clock; each segment sent moves the clock by a
 * millisecond. What the handler is told becomes one line of text (scene.log):
 *
 *   +          opened                    c"abc"     data of the client
 *   s[5]       gap of 5 octets           c.  s.     FIN
 *   c!         RST                       end:idle   ended
 *   /          between connections
 */
#ifndef TLSWHY_TESTS_SUPPORT_SEGMENTS_H
#define TLSWHY_TESTS_SUPPORT_SEGMENTS_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/connection.h"
#include "tests/support/suite.h"

enum {
    CLIENT_PORT = 40000,
    SERVER_PORT = 443,
    CLIENT_ISN = 1000,
    SERVER_ISN = 5000,
    LOG_MAX = 8192,
    STREAM_MAX = 1 << 20
};

#define MILLISECOND INT64_C(1000000)
#define SECOND      INT64_C(1000000000)

struct scene {
    struct connections *connections;
    int64_t now_ns;
    uint64_t packets;
    uint16_t ip_id;       /* of the next segment */
    uint16_t client_port; /* of the next segment */
    uint16_t window;
    char log[LOG_MAX];
    size_t log_length;
    bool log_data;          /* write the octets into the log */
    uint8_t *octets[SIDES]; /* all data, one after the other; NULL: not wanted */
    size_t count[SIDES];
    uint64_t missing[SIDES]; /* octets of all gaps */
    struct connection last;  /* copy of the last one that ended */
    unsigned ended;
    unsigned opened;
    unsigned callbacks;
    unsigned done_at;    /* the handler returns CONNECTION_DONE at this callback, 0: never */
    unsigned reverse_at; /* likewise connection_reverse */
    uint16_t preferred;  /* the only port that the handler prefers, 0: all */
};

__attribute__((format(printf, 2, 3))) static inline void scene_log(struct scene *scene,
                                                                   const char *format, ...)
{
    size_t room = sizeof(scene->log) - scene->log_length;
    va_list arguments;
    int written;

    va_start(arguments, format);
    written = vsnprintf(scene->log + scene->log_length, room, format, arguments);
    va_end(arguments);
    if (written > 0 && (size_t)written < room)
        scene->log_length += (size_t)written;
}

static inline enum connection_interest scene_interest(struct scene *scene,
                                                      struct connection *connection)
{
    scene->callbacks++;
    if (scene->callbacks == scene->reverse_at)
        connection_reverse(connection);
    return scene->callbacks == scene->done_at ? CONNECTION_DONE : CONNECTION_CONTINUE;
}

static inline char scene_letter(enum side side)
{
    return side == SIDE_CLIENT ? 'c' : 's';
}

static inline enum connection_interest scene_opened(void *context, struct connection *connection)
{
    struct scene *scene = context;

    scene->opened++;
    scene_log(scene, "%s+", scene->log_length > 0 ? "/" : "");
    return scene_interest(scene, connection);
}

static inline enum connection_interest scene_data(void *context, struct connection *connection,
                                                  enum side from, struct bytes data,
                                                  struct moment at)
{
    struct scene *scene = context;

    (void)at;
    if (scene->log_data)
        scene_log(scene, "%c\"%.*s\"", scene_letter(from), (int)data.len, (const char *)data.data);
    if (scene->octets[from] != NULL && data.len <= STREAM_MAX - scene->count[from])
        memcpy(scene->octets[from] + scene->count[from], data.data, data.len);
    scene->count[from] += data.len;
    return scene_interest(scene, connection);
}

static inline enum connection_interest scene_gap(void *context, struct connection *connection,
                                                 enum side from, uint64_t missing, struct moment at)
{
    struct scene *scene = context;

    (void)at;
    scene_log(scene, "%c[%llu]", scene_letter(from), (unsigned long long)missing);
    scene->missing[from] += missing;
    return scene_interest(scene, connection);
}

static inline enum connection_interest scene_closed(void *context, struct connection *connection,
                                                    enum side by, bool is_reset, struct bytes text,
                                                    struct moment at)
{
    struct scene *scene = context;

    (void)at;
    scene_log(scene, "%c%c%.*s", scene_letter(by), is_reset ? '!' : '.', (int)text.len,
              (const char *)text.data);
    return scene_interest(scene, connection);
}

static inline void scene_ended(void *context, struct connection *connection,
                               enum connection_end reason)
{
    static const char *const names[] = {"closed", "idle", "reused", "evicted", "capture"};
    struct scene *scene = context;

    scene_log(scene, "end:%s", names[reason]);
    scene->ended++;
    scene->last = *connection;
    connection->user = NULL;
}

static inline bool scene_prefers(void *context, uint16_t port)
{
    const struct scene *scene = context;

    return scene->preferred == 0 || port == scene->preferred;
}

static inline struct connections_options scene_options(void)
{
    struct connections_options options = connections_options_default();

    options.hash_key[0] = 1;
    options.hash_key[1] = 2;
    return options;
}

/* A scene on the heap. NULL options: the default ones. */
static inline struct scene *scene_new(const struct connections_options *options)
{
    struct connections_options usual = scene_options();
    struct scene *scene = calloc(1, sizeof(*scene));
    struct connection_handler handler = {
        .context = scene,
        .opened = scene_opened,
        .data = scene_data,
        .gap = scene_gap,
        .closed = scene_closed,
        .prefers = scene_prefers,
        .ended = scene_ended,
    };

    if (scene == NULL)
        abort();
    scene->now_ns = 1700000000 * SECOND;
    scene->ip_id = 100;
    scene->client_port = CLIENT_PORT;
    scene->window = 60000;
    scene->log_data = true;
    scene->connections = connections_new(options != NULL ? options : &usual, &handler);
    if (scene->connections == NULL)
        abort();
    return scene;
}

static inline void scene_free(struct scene *scene)
{
    connections_free(scene->connections);
    free(scene->octets[SIDE_CLIENT]);
    free(scene->octets[SIDE_SERVER]);
    free(scene);
}

static inline struct address address_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (struct address){.octets = {[10] = 0xff, [11] = 0xff, a, b, c, d}};
}

/* Set the ends of a segment that one side of a client's connection to the server sends. */
static inline void segment_between(struct segment *segment, enum side from, struct address client,
                                   uint16_t client_port)
{
    const struct address there = address_v4(198, 51, 100, 1);

    if (from == SIDE_CLIENT)
        segment->half =
            (uint8_t)flow_key_of(&client, client_port, &there, SERVER_PORT, &segment->key);
    else
        segment->half =
            (uint8_t)flow_key_of(&there, SERVER_PORT, &client, client_port, &segment->key);
}

/* A segment of one side, with relative numbers: 0 is the first octet behind the SYN. */
static inline struct segment scene_segment(struct scene *scene, enum side from, uint8_t flags,
                                           uint32_t sequence, uint32_t acknowledgment,
                                           struct bytes payload)
{
    static const uint32_t first[SIDES] = {CLIENT_ISN + 1, SERVER_ISN + 1};
    struct segment segment = {
        .sequence = first[from] + sequence - (flags & TCP_SYN ? 1 : 0),
        .acknowledgment = flags & TCP_ACK ? first[side_other(from)] + acknowledgment : 0,
        .window = scene->window,
        .flags = flags,
        .hop_limit = from == SIDE_CLIENT ? 64 : 57,
        .ip_id = scene->ip_id++,
        .ip_length = (uint32_t)payload.len + 40,
        .payload = payload,
        .payload_length = (uint32_t)payload.len,
    };

    segment_between(&segment, from, address_v4(192, 0, 2, 1), scene->client_port);
    return segment;
}

static inline void scene_wait(struct scene *scene, int64_t nanoseconds)
{
    scene->now_ns += nanoseconds;
}

static inline void scene_give(struct scene *scene, struct segment *segment)
{
    scene->now_ns += MILLISECOND;
    scene->packets++;
    segment->at = (struct moment){.time_ns = scene->now_ns, .packet = scene->packets};
    connections_segment(scene->connections, segment);
}

static inline void scene_send(struct scene *scene, enum side from, uint8_t flags, uint32_t sequence,
                              uint32_t acknowledgment, const char *payload)
{
    struct segment segment = scene_segment(scene, from, flags, sequence, acknowledgment,
                                           bytes_of(payload, strlen(payload)));

    scene_give(scene, &segment);
}

/* SYN, SYN-ACK, ACK. */
static inline void scene_handshake(struct scene *scene)
{
    scene_send(scene, SIDE_CLIENT, TCP_SYN, 0, 0, "");
    scene_send(scene, SIDE_SERVER, TCP_SYN | TCP_ACK, 0, 0, "");
    scene_send(scene, SIDE_CLIENT, TCP_ACK, 0, 0, "");
}

/* A new scene with a connection that is open, of whose octets nothing is logged. */
static inline struct scene *scene_open(void)
{
    struct scene *scene = scene_new(NULL);

    scene->log_data = false;
    scene_handshake(scene);
    return scene;
}

/* End the scene; the facts are in the copy that is returned. */
static inline struct connection scene_conclude(struct scene *scene)
{
    struct connection connection;

    connections_finish(scene->connections);
    CU_ASSERT_EQUAL(scene->ended, 1);
    connection = scene->last;
    scene_free(scene);
    return connection;
}

#endif
