/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/metrics_server.h"

#include "tlswhy_config.h"
#include "tools/tlswhy/complain.h"

#if HAVE_MICROHTTPD

#include <dlfcn.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/tlswhy/metrics.h"
#include "tools/tlswhy/option_value.h"
#include "tools/tlswhy/optional_library.h"

enum { BACKLOG = 16 };

#define HTTP_LIBRARY "libmicrohttpd.so.12" /* the interface of its header, whatever the version */

/* What we call, without the prefix MHD_. */
#define HTTP_FUNCTIONS(ROW)                                                                        \
    ROW(add_response_header)                                                                       \
    ROW(create_response_from_buffer)                                                               \
    ROW(destroy_response)                                                                          \
    ROW(queue_response)                                                                            \
    ROW(start_daemon)                                                                              \
    ROW(stop_daemon)

#define HTTP_MEMBER(name) __typeof__ (&MHD_##name)(name);

struct http_library {
    HTTP_FUNCTIONS(HTTP_MEMBER)
};

#undef HTTP_MEMBER

#define HTTP_ROW(name) {"MHD_" #name, offsetof(struct http_library, name)},

static const struct library_function functions[] = {HTTP_FUNCTIONS(HTTP_ROW)};

#undef HTTP_ROW

struct metrics_server {
    struct http_library http;
    int socket;                /* -1: given to the daemon */
    struct MHD_Daemon *daemon; /* NULL: not started */
    const struct service *service;
};

static int bind_and_listen(const struct addrinfo *info)
{
    const int on = 1;
    int file = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                      info->ai_protocol);

    if (file < 0)
        return -1;
    (void)setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(file, info->ai_addr, info->ai_addrlen) == 0 && listen(file, BACKLOG) == 0)
        return file;
    close(file);
    return -1;
}

/* A socket, -1 after a complaint. */
static int listen_at(const char *where)
{
    struct addrinfo *info;
    int file;

    if (!option_value_listen("--metrics", where, &info))
        return -1;
    file = bind_and_listen(info);
    if (file < 0)
        (void)complain("--metrics: %s: %s", where, strerror(errno));
    freeaddrinfo(info);
    return file;
}

struct metrics_server *metrics_server_open(const char *where)
{
    struct metrics_server *server = calloc(1, sizeof(*server));

    if (server == NULL) {
        (void)complain_memory();
        return NULL;
    }
    server->socket = listen_at(where);
    if (server->socket >= 0
        && optional_library_load(HTTP_LIBRARY, functions, sizeof(functions) / sizeof(functions[0]),
                                 &server->http))
        return server;
    if (server->socket >= 0)
        (void)complain("--metrics needs libmicrohttpd: %s", dlerror());
    metrics_server_close(server);
    return NULL;
}

/* The metrics in memory, which the library frees. NULL: there is none. */
static struct MHD_Response *build(const struct metrics_server *server)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    struct MHD_Response *response;

    if (out == NULL)
        return NULL;
    metrics_write(out, server->service);
    if (fclose(out) != 0 || text == NULL) {
        free(text);
        return NULL;
    }
    response = server->http.create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        free(text);
    else
        (void)server->http.add_response_header(response, "Content-Type",
                                               "text/plain; version=0.0.4; charset=utf-8");
    return response;
}

static struct MHD_Response *build_error(const struct metrics_server *server)
{
    static const char text[] = "Metrics are at /metrics.\n";

    return server->http.create_response_from_buffer(sizeof(text) - 1, (void *)(uintptr_t)text,
                                                    MHD_RESPMEM_PERSISTENT);
}

/* The library says what it is given. NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *length, void **state)
{
    const struct metrics_server *server = context;
    bool is_known = strcmp(url, "/metrics") == 0 && strcmp(method, "GET") == 0;
    struct MHD_Response *response;
    enum MHD_Result result;

    (void)version;
    (void)data;
    (void)state;
    if (*length > 0) /* a body, of which nothing is wanted */
        return MHD_NO;
    response = is_known ? build(server) : build_error(server);
    if (response == NULL)
        return MHD_NO;
    result = server->http.queue_response(connection, is_known ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND,
                                         response);
    server->http.destroy_response(response);
    return result;
}

bool metrics_server_start(struct metrics_server *server, const struct service *service)
{
    server->service = service;
    server->daemon = server->http.start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, answer, server,
        MHD_OPTION_LISTEN_SOCKET, server->socket, MHD_OPTION_CONNECTION_LIMIT,
        METRICS_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, METRICS_TIMEOUT_SECONDS,
        MHD_OPTION_END);
    if (server->daemon == NULL)
        return complain("--metrics: the HTTP server does not start");
    server->socket = -1;
    return true;
}

void metrics_server_close(struct metrics_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        server->http.stop_daemon(server->daemon);
    if (server->socket >= 0)
        close(server->socket);
    free(server);
}

#else

struct metrics_server *metrics_server_open(const char *where)
{
    (void)where;
    (void)complain("--metrics: this build has no HTTP server (libmicrohttpd)");
    return NULL;
}

bool metrics_server_start(struct metrics_server *server, const struct service *service)
{
    (void)server;
    (void)service;
    return false;
}

void metrics_server_close(struct metrics_server *server)
{
    (void)server;
}

#endif
