/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident_failure.c -- what of a failure counts for its incidents. */
#include "analyze/causes/causes.h"
#include "analyze/incident_internal.h"
#include "capture/siphash.h"
#include "dissect/fingerprint.h"

enum {
    PROXY_AUTHENTICATION_REQUIRED = 407 /* RFC 9110 section 15.5.8: whatever the target is */
};

static void set_target(struct incident_failure *failure, const struct starttls_facts *starttls)
{
    bool is_of_proxy = starttls->refused && starttls->status == PROXY_AUTHENTICATION_REQUIRED;

    failure->has_target = starttls->has_target && !is_of_proxy;
    if (failure->has_target)
        failure->target = starttls->target;
}

static uint64_t kind_of_client(const struct incidents *incidents, const struct facts *facts)
{
    char ja4[JA4_TEXT_SIZE];

    if (!facts->client_hello_read || !ja4_client(&facts->client_hello, JA4_TCP, ja4))
        return 0;
    return siphash_1_3(incidents->hash_key, ja4, strlen(ja4));
}

/* The limit of validity that the cause is about. */
static void set_limit(struct incident_failure *failure, const struct verdict *verdict)
{
    const struct chain_judgement *judgement = verdict->facts->chain[SIDE_SERVER];
    bool is_end = verdict->cause == &cause_certificate_expired;

    if (judgement == NULL || judgement->validity_of == NULL
        || (!is_end && verdict->cause != &cause_certificate_not_yet_valid))
        return;
    failure->certificate_limit =
        is_end ? judgement->validity_of->not_after : judgement->validity_of->not_before;
    failure->has_limit = true;
}

static void set_known(struct incident_failure *failure, const struct known *known)
{
    if (known == NULL)
        return;
    failure->server = known->server;
    failure->named = known->name;
    failure->client = known->client;
}

struct incident_failure incidents_failure_of(const struct incidents *incidents,
                                             const struct verdict *verdict)
{
    const struct facts *facts = verdict->facts;
    struct incident_failure failure = {
        .connection = facts->connection,
        .cause = verdict->cause,
        .confidence = verdict->confidence,
        .refused_by = verdict->refused_by,
        .alert = facts->refusal.kind == REFUSAL_ALERT ? facts->refusal.alert : 0,
        .way = verdict->way,
        .name = facts->client_extensions.server_name.host_name,
        .name_is_well_formed = facts->client_extensions.server_name.state == EXTENSION_WELL_FORMED,
        .is_half_seen = facts->one_direction_only,
        .is_of_scan = verdict_has_finding(verdict, "client_scans"),
        .client_kind = kind_of_client(incidents, facts),
    };

    set_target(&failure, &facts->starttls);
    set_limit(&failure, verdict);
    set_known(&failure, facts->known);
    return failure;
}
