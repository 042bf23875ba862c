/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_choice.c -- whose incident a failure is: of the path, the client or the server. */
#include "analyze/incident_internal.h"

enum {
    CLIENT_SERVERS_MIN = 3, /* that fail others, too: at two a client may have met two faults */
    OTHERS_MIN = 2          /* clients that took a flight: one of them may be this one */
};

/* Not more than half of what happens on the path. */
static bool is_small_part(const struct incident *part, const struct incident *path)
{
    return part == NULL || 2 * part->failures <= path->failures;
}

static bool is_of_path(struct incident *const found[INCIDENT_TABLES])
{
    const struct incident *path = found[INCIDENT_ON_PATH];

    return path != NULL && incident_spans_path(path)
           && is_small_part(found[INCIDENT_AT_SERVER], path)
           && is_small_part(found[INCIDENT_OF_CLIENT], path);
}

/* Of a client of which nothing is known it is not known that it succeeds. */
static bool fails_mostly(const struct incident *of_client, const struct known_client *client)
{
    return client == NULL
           || sketch_count(&of_client->servers)
                  > sketch_count_apart(&client->servers, &client->rare->servers);
}

static bool others_take_flight(const struct known_name *named)
{
    return named != NULL && sketch_count(&named->flights.clients_taken) >= OTHERS_MIN;
}

/* What the server, for this name where the cause depends on that, established. NULL: not known. */
static const struct known_count *established_there(const struct incident_failure *failure)
{
    enum layer layer = failure->cause->layer;

    if (layer == LAYER_SERVER_NAME || layer == LAYER_CERTIFICATE)
        return failure->named == NULL ? NULL : &failure->named->established;
    return failure->server == NULL ? NULL : &failure->server->established;
}

/* A client that succeeds nowhere fails at several servers, also where others succeed while it does
 * not: what it shares with another client is the same fault, not a server's. */
static bool fails_by_itself(const struct incident *of_client, const struct incident *at_server,
                            const struct incident_failure *failure)
{
    const struct known_count *established = established_there(failure);

    return failure->client != NULL && failure->client->established.count == 0
           && sketch_count(&of_client->servers) >= CLIENT_SERVERS_MIN
           && of_client->failures > at_server->failures && established != NULL
           && established->count > 0 && established->last_ns > at_server->first_ns;
}

/* An address may stand for many hosts, behind a translator or a proxy, and then it is the only one
 * that fails anywhere: it is at fault where it fails more than it succeeds, or others succeed; or
 * what is on the way to it, where that may be the cause. */
static bool is_of_client(struct incident *const found[INCIDENT_TABLES],
                         const struct incident_failure *failure)
{
    const struct incident *of_client = found[INCIDENT_OF_CLIENT];
    const struct incident *at_server = found[INCIDENT_AT_SERVER];

    if (of_client == NULL || !incident_spans_servers(of_client))
        return false;
    if (at_server == NULL || sketch_count(&at_server->clients) <= 1)
        return found[INCIDENT_ON_PATH] != NULL || fails_mostly(of_client, failure->client)
               || others_take_flight(failure->named);
    return fails_by_itself(of_client, at_server, failure);
}

enum incident_table incident_choice(struct incident *const found[INCIDENT_TABLES],
                                    const struct incident_failure *failure)
{
    if (is_of_path(found))
        return INCIDENT_ON_PATH;
    return is_of_client(found, failure) ? INCIDENT_OF_CLIENT : INCIDENT_AT_SERVER;
}
