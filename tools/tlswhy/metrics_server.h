/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics_server.h -- the metrics over HTTP, for Prometheus to fetch: GET /metrics. */
#ifndef TLSWHY_TOOLS_METRICS_SERVER_H
#define TLSWHY_TOOLS_METRICS_SERVER_H

#include "tools/tlswhy/service_parts.h"

enum {
    METRICS_CONNECTIONS_MAX = 16, /* at once: a few servers that fetch */
    METRICS_TIMEOUT_SECONDS = 10  /* for a slow one */
};

struct metrics_server;

/* Listen at "PORT", "ADDRESS:PORT" or "[ADDRESS]:PORT". Returns a socket, -1 after a complaint,
 * also when this build has no HTTP server (libmicrohttpd). */
int metrics_listen(const char *where);

/* Serve on that socket, which it owns from now on, in a thread of its own. NULL after a
 * complaint. */
struct metrics_server *metrics_server_start(int socket, const struct service *service);
void metrics_server_stop(struct metrics_server *server); /* NULL is harmless */

#endif
