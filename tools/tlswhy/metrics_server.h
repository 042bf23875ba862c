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

/* Listen at "PORT", "ADDRESS:PORT" or "[ADDRESS]:PORT", and load the HTTP server (libmicrohttpd),
 * which brings GnuTLS and more: for those who ask for metrics alone. Before the sandbox is entered.
 * NULL after a complaint, also when this build has none, or it is not installed. */
struct metrics_server *metrics_server_open(const char *where);

/* Serve in a thread of its own. False after a complaint. */
bool metrics_server_start(struct metrics_server *server, const struct service *service);

/* Stop, and free it; NULL is harmless. */
void metrics_server_close(struct metrics_server *server);

#endif
