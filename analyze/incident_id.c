/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_id.c -- identifiers of incidents and of their events: hashes of what does not change. */
#include "analyze/big_endian.h"
#include "analyze/digits.h"
#include "analyze/incident_internal.h"
#include "analyze/incident_key.h"
#include "capture/siphash.h"

/* Where in the octets that are hashed each part begins. */
enum {
    AT_CAUSE = 0,
    AT_SERVER = AT_CAUSE + INCIDENT_CAUSE_KEY,
    AT_CLIENT = AT_SERVER + ENDPOINT_OCTETS,
    AT_NAME = AT_CLIENT + ENDPOINT_OCTETS,
    AT_TARGET = AT_NAME + INCIDENT_NAME_SIZE,
    AT_TIME = AT_TARGET + INCIDENT_NAME_SIZE,
    AT_SCOPE = AT_TIME + sizeof(int64_t),
    ID_OCTETS = AT_SCOPE + 1
};

static void put_octets(const struct incident *incident, uint8_t octets[ID_OCTETS])
{
    int64_t time_ns = incident->named_ns != 0 ? incident->named_ns : incident->first_ns;

    memset(octets, 0, ID_OCTETS);
    incident_key_put_cause(octets + AT_CAUSE, incident->cause);
    endpoint_put(octets + AT_SERVER, &incident->server);
    endpoint_put(octets + AT_CLIENT, &incident->client);
    memcpy(octets + AT_NAME, incident->name, strlen(incident->name));
    memcpy(octets + AT_TARGET, incident->target, strlen(incident->target));
    big_endian_put(octets + AT_TIME, (uint64_t)time_ns);
    octets[AT_SCOPE] = (uint8_t)incident->scope;
}

/* The keys are no secret: it is a name for the incident, and nothing looks it up. */
static const char *format_id(const struct incident *incident, uint32_t number,
                             char out[INCIDENT_ID_SIZE])
{
    enum { HALVES = 2, HALF = 8 };
    uint8_t octets[ID_OCTETS];
    uint8_t hash[HALVES * HALF];

    put_octets(incident, octets);
    for (size_t half = 0; half < HALVES; half++) {
        const uint64_t key[2] = {number, half};

        big_endian_put(hash + half * HALF, siphash_2_4(key, octets, sizeof(octets)));
    }
    for (size_t i = 0; i < sizeof(hash); i += 4)
        digits_put_hex(out + 2 * i, hash + i, DIGITS_GAP_LOWER);
    out[INCIDENT_ID_SIZE - 1] = '\0';
    return out;
}

const char *incident_id(const struct incident *incident, char out[INCIDENT_ID_SIZE])
{
    return format_id(incident, 0, out);
}

const char *incident_event_id(const struct incident *incident, char out[INCIDENT_ID_SIZE])
{
    return format_id(incident, incident->told_times, out);
}
