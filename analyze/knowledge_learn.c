/* SPDX-License-Identifier: GPL-2.0-or-later */
/* knowledge_learn.c -- what one handshake that is over tells of its server. */
#include "analyze/causes/known.h"
#include "analyze/causes/refused_hello.h"
#include "analyze/causes/server_flight.h"
#include "analyze/causes/transport.h"
#include "analyze/knowledge_internal.h"

static void learn_value(struct known_server *server, enum known_choice choice, uint16_t value,
                        int64_t at_ns)
{
    struct known_values *values = &server->chosen[choice];
    size_t i = 0;

    while (i < values->count && known_value_at(server, choice, i)->value != value)
        i++;
    if (i == KNOWLEDGE_VALUES_MAX) {
        values->incomplete = true;
        return;
    }
    if (i == values->count) {
        *known_value_at(server, choice, i) = (struct known_value){.value = value};
        values->count++;
    }
    known_count_add(&known_value_at(server, choice, i)->chosen, at_ns);
}

void known_treatment_add(struct known_treatment *treatment, const struct known_server *server,
                         enum treatment how, int64_t at_ns)
{
    if (how == TREATMENT_ACCEPTED) {
        known_count_add(&treatment->accepted, at_ns);
        treatment->accepted_then = server->hellos.accepted.count;
        treatment->refused_since = 0;
    } else if (how == TREATMENT_REFUSED) {
        known_count_add(&treatment->refused, at_ns);
        treatment->refused_since++;
    }
}

uint32_t knowledge_hello_octets(const struct facts *facts)
{
    if (facts->client_hello_note == NULL || facts->second_client_hello_note != NULL)
        return 0;
    return facts->client_hello_note->length + TLS_RECORD_HEADER_LENGTH
           + TLS_HANDSHAKE_HEADER_LENGTH;
}

bool knowledge_hello_is_split(const struct facts *facts)
{
    return knowledge_hello_octets(facts) > segment_on_wire(facts, SIDE_CLIENT);
}

static void learn_short(struct known_server *server, const struct facts *facts, uint32_t octets,
                        const struct knowledge_parties *parties)
{
    if (facts->outcome != OUTCOME_ESTABLISHED || octets > UINT16_MAX)
        return;
    server->short_hellos[server->short_hellos_total++ % KNOWLEDGE_SHORT_HELLOS] =
        (struct known_short_hello){
            .began_ns = facts->connection->first.time_ns,
            .kind = knowledge_kind_met(parties),
            .client = part_of(parties->client_hash),
            .octets = (uint16_t)octets,
            .version_max = facts->offer.version_max,
        };
}

static bool is_between(int64_t at_ns, int64_t after_ns, int64_t before_ns)
{
    return at_ns > after_ns && at_ns < before_ns;
}

/* The server took up one of its short_hellos that began between these times. */
static bool took_short_between(const struct known_server *server, int64_t after_ns,
                               int64_t before_ns)
{
    for (size_t i = 0; i < KNOWLEDGE_SHORT_HELLOS; i++)
        if (is_between(server->short_hellos[i].began_ns, after_ns, before_ns))
            return true;
    return false;
}

bool known_took_between(const struct known_server *server, int64_t after_ns, int64_t before_ns)
{
    for (size_t i = 0; i < KNOWLEDGE_TAKEN_TIMES; i++)
        if (is_between(server->taken_ns[i], after_ns, before_ns))
            return true;
    return false;
}

/* A return counts by the times when they began: what nobody answered is over long after what
 * succeeded meanwhile. */
static void learn_split_refusal(struct known_server *server, int64_t began_ns, uint32_t octets)
{
    server->split_returns += took_short_between(server, server->split_refused_ns, began_ns);
    if (began_ns > server->split_refused_ns)
        server->split_refused_ns = began_ns;
    if (server->smallest_split_refused == 0 || octets < server->smallest_split_refused)
        server->smallest_split_refused = octets;
}

static void learn_size(struct known_server *server, const struct facts *facts, enum treatment how,
                       const struct knowledge_parties *parties)
{
    int64_t at_ns = facts->connection->last.time_ns;
    uint32_t octets = knowledge_hello_octets(facts);
    bool is_split = knowledge_hello_is_split(facts);

    if (octets == 0)
        return;
    known_treatment_add(is_split ? &server->split : &server->unsplit, server, how, at_ns);
    if (!is_split)
        learn_short(server, facts, octets, parties);
    if (how == TREATMENT_ACCEPTED && octets > server->largest_accepted)
        server->largest_accepted = octets;
    if (how == TREATMENT_REFUSED && is_split)
        learn_split_refusal(server, facts->connection->first.time_ns, octets);
}

static void learn_taken(struct known_server *server, const struct facts *facts)
{
    server->taken_ns[server->hellos.accepted.count % KNOWLEDGE_TAKEN_TIMES] =
        facts->connection->first.time_ns;
    knowledge_note_traits_taken(server, facts);
}

static void learn_hello(struct known_server *server, const struct facts *facts,
                        const struct knowledge_parties *parties)
{
    int64_t at_ns = facts->connection->last.time_ns;
    enum treatment how = treatment_of(facts);
    bool has_name = facts->client_extensions.server_name.state != EXTENSION_ABSENT;

    /* First of all: the others refer to its count. */
    known_treatment_add(&server->hellos, server, how, at_ns);
    known_treatment_add(&server->by_version[version_class_of(facts->offer.version_max)], server,
                        how, at_ns);
    known_treatment_add(has_name ? &server->with_name : &server->without_name, server, how, at_ns);
    learn_size(server, facts, how, parties);
    if (how == TREATMENT_ACCEPTED)
        learn_taken(server, facts);
}

static void learn_alpn(struct known_server *server, const struct facts *facts)
{
    struct bytes list = facts->server_extensions.alpn.protocols;
    struct bytes name;

    if (facts->server_extensions.alpn.state != EXTENSION_WELL_FORMED
        || !list_name_next(&list, &name) || name.len > KNOWLEDGE_ALPN_OCTETS)
        return;
    for (size_t i = 0; i < server->alpn_count; i++)
        if (bytes_equal(bytes_of(server->alpn[i].octets, server->alpn[i].length), name))
            return;
    if (server->alpn_count == KNOWLEDGE_ALPN_MAX)
        return;
    server->alpn[server->alpn_count].length = (uint8_t)name.len;
    memcpy(server->alpn[server->alpn_count].octets, name.data, name.len);
    server->alpn_count++;
}

/* The version itself; a draft of TLS 1.3 counts as TLS 1.3. */
static uint16_t chosen_version(const struct facts *facts)
{
    return version_is_tls_1_3(facts->version) ? TLS_VERSION_1_3 : facts->version;
}

static void learn_version(struct known_server *server, const struct facts *facts, int64_t at_ns)
{
    uint16_t version = chosen_version(facts);

    learn_value(server, KNOWN_VERSIONS, version, at_ns);
    if (facts->client_hello_read && version < facts->offer.version_max
        && server_hello_downgrade(&facts->server_hello) == DOWNGRADE_NONE)
        known_count_add(&server->chose_lower, at_ns);
}

static void learn_groups(struct known_server *server, const struct facts *facts, int64_t at_ns)
{
    if (facts->server_extensions.key_share.state == EXTENSION_WELL_FORMED)
        learn_value(server, KNOWN_GROUPS, facts->server_extensions.key_share.group, at_ns);
    else if (facts->retry_read && facts->retry_extensions.key_share.state == EXTENSION_WELL_FORMED)
        learn_value(server, KNOWN_GROUPS, facts->retry_extensions.key_share.group, at_ns);
    if (!facts->server_key_exchange_read)
        return;
    if (facts->server_key_exchange.curve_type == TLS_EC_CURVE_TYPE_NAMED_CURVE)
        learn_value(server, KNOWN_GROUPS, facts->server_key_exchange.named_group, at_ns);
    if (facts->server_key_exchange.has_scheme)
        learn_value(server, KNOWN_SCHEMES, facts->server_key_exchange.signature_scheme, at_ns);
}

static bool client_did_without_certificate(const struct facts *facts)
{
    return facts->outcome == OUTCOME_ESTABLISHED
           && (facts->tls13 ? facts->client_answer == CLIENT_ANSWER_EMPTY
                            : facts->client_certificate_empty);
}

/* What the server chose. */
static void learn_choice(struct known_server *server, const struct facts *facts, int64_t at_ns)
{
    if (!facts->server_hello_read || treatment_of(facts) != TREATMENT_ACCEPTED)
        return;
    learn_version(server, facts, at_ns);
    learn_value(server, KNOWN_SUITES, facts->server_hello.cipher_suite, at_ns);
    learn_groups(server, facts, at_ns);
    learn_alpn(server, facts);
    if (facts->certificate_request_note != NULL)
        known_count_add(&server->asked_certificate, at_ns);
    if (client_did_without_certificate(facts))
        server->takes_no_certificate = true;
    if (facts->proxy.version != 0)
        server->takes_proxy_header = true;
}

uint32_t known_ordinary_refusals(const struct known_server *server, const struct facts *facts)
{
    if (server->failed.count > 0 && facts->refusal.kind == REFUSAL_FIN)
        return server->rare->ordinary_closed;
    if (server->failed.count > 0 && facts->refusal.kind == REFUSAL_RST)
        return server->rare->ordinary_reset;
    if (facts->refusal.kind != REFUSAL_ALERT)
        return 0;
    for (size_t i = 0; i < server->alert_count; i++)
        if (server->rare->alerts[i].description == facts->refusal.alert)
            return server->rare->alerts[i].ordinary;
    return 0;
}

/* A success is learned of at once, and a refusal when its connection is over: what counts is which
 * of them began later. */
static bool run_goes_on(const struct known_server *server)
{
    return server->run.since_ns != 0
           && !known_took_between(server, server->run.since_ns - 1, INT64_MAX);
}

static bool is_of_manner(const struct known_run *run, const struct facts *facts)
{
    return run->kind == facts->refusal.kind && run->alert == facts->refusal.alert;
}

const struct known_run *known_run_of(const struct known_server *server, const struct facts *facts)
{
    const struct known_run *run = &server->run;

    return run_goes_on(server) && run->since_ns <= facts->connection->first.time_ns
                   && is_of_manner(run, facts)
               ? run
               : NULL;
}

enum {
    CHANGED_OTHERS = 3, /* hellos taken up since one up to this version was: it may be turned off */
    EARLY_FEW = 2       /* refusals of one version: no accident */
};

static bool chose_any_offered(const struct known_server *server, const struct facts *facts)
{
    for (size_t i = 0; i < server->chosen[KNOWN_VERSIONS].count; i++)
        if (client_hello_offers_version(&facts->client_hello,
                                        known_server_value(server, KNOWN_VERSIONS, i)->value))
            return true;
    return false;
}

/* The server takes the version, as far as others tell: it chose it, and took up such a hello as
 * one of the last. */
static bool version_was_taken(const struct known_server *server, const struct facts *facts)
{
    const struct known_treatment *like =
        &server->by_version[version_class_of(facts->offer.version_max)];

    return like->accepted.count > 0
           && server->hellos.accepted.count - like->accepted_then < CHANGED_OTHERS
           && chose_any_offered(server, facts);
}

/* The server may not know the user or the key that this hello names. */
static bool names_secret(const struct facts *facts)
{
    return facts_password_user(facts).len > 0 || facts_external_key(facts).len > 0;
}

/* Nothing about this hello tells why it is refused, unless its name does. */
static bool offers_what_is_taken(const struct known_server *server, const struct facts *facts)
{
    return refused_offer_is_usual(facts) && version_was_taken(server, facts) && !names_secret(facts)
           && !known_lacks_choice(facts, server) && !knowledge_trait_is_new(server, facts);
}

static bool is_refused_as_usual(const struct known_server *server, const struct facts *facts)
{
    return refused_hello_is_usual(facts) && offers_what_is_taken(server, facts);
}

/* In another manner than hellos with nothing unusual are, for what is unusual about it: an old
 * client among them is refused as it always was. */
static bool is_beside_run(const struct known_server *server, const struct facts *facts)
{
    return run_goes_on(server) && server->run.usual > 0 && !is_refused_as_usual(server, facts);
}

/* Refusals, too, are not learned of in the order in which they began. */
static void learn_run(struct known_server *server, const struct facts *facts)
{
    struct known_run *run = &server->run;
    int64_t began_ns = facts->connection->first.time_ns;
    bool is_before = run_goes_on(server) && began_ns < run->since_ns;

    if (!facts_server_refused_hello(facts) || known_took_between(server, began_ns - 1, INT64_MAX)
        || (!is_of_manner(run, facts) && (is_before || is_beside_run(server, facts))))
        return;
    if (!run_goes_on(server) || !is_of_manner(run, facts))
        *run = (struct known_run){
            .kind = (uint8_t)facts->refusal.kind,
            .alert = facts->refusal.alert,
        };
    if (run->since_ns == 0 || is_before)
        run->since_ns = began_ns;
    run->usual += is_refused_as_usual(server, facts);
}

/* NULL: there is none. */
static struct known_return *find_return(const struct known_server *server, uint8_t kind,
                                        uint8_t alert)
{
    for (size_t i = 0; i < server->return_count; i++)
        if (server->rare->returns[i].kind == kind && server->rare->returns[i].alert == alert)
            return &server->rare->returns[i];
    return NULL;
}

const struct known_return *known_return_of(const struct known_server *server,
                                           const struct facts *facts)
{
    return find_return(server, (uint8_t)facts->refusal.kind, facts->refusal.alert);
}

static void count_return(struct known_server *server, uint8_t kind, uint8_t alert, bool is_first)
{
    struct known_return *found = find_return(server, kind, alert);

    if (found == NULL && server->return_count == KNOWLEDGE_RETURNS_MAX)
        return;
    if (found == NULL) {
        found = &server->rare->returns[server->return_count++];
        *found = (struct known_return){.kind = kind, .alert = alert};
    }
    found->count++;
    found->first += is_first;
}

/* A refusal is often learned of when a later hello for the same name was taken up already. One of
 * a hello longer than a segment may be for that. */
static void learn_named_refusal(struct known_server *server, struct known_name *name,
                                const struct facts *facts)
{
    uint8_t kind = (uint8_t)facts->refusal.kind;
    uint8_t alert = facts->refusal.alert;

    if (facts->client_extensions.server_name.state != EXTENSION_WELL_FORMED
        || knowledge_hello_is_split(facts) || !is_refused_as_usual(server, facts))
        return;
    if (name->hellos.accepted.last_ns > facts->connection->last.time_ns) {
        count_return(server, kind, alert, name->hellos.accepted.count == 1);
        return;
    }
    name->refused_kind = kind;
    name->refused_alert = alert;
}

/* A client that left at once may have had enough of waiting for another server, and a hello longer
 * than a segment may be too long for the path. */
static bool may_be_about_name(const struct known_server *server, const struct facts *facts)
{
    bool is_answer = facts->refusal.kind != REFUSAL_NONE && facts->refusal.by == SIDE_SERVER;

    return facts->client_extensions.server_name.state == EXTENSION_WELL_FORMED
           && (is_answer || facts->waited_ns >= WAITED_IN_VAIN_NS)
           && (server->split.accepted.count > 0 || !knowledge_hello_is_split(facts))
           && offers_what_is_taken(server, facts);
}

void knowledge_learn_return(struct known_server *server, struct known_name *name,
                            const struct facts *facts, enum treatment how)
{
    if (how == TREATMENT_REFUSED) {
        learn_named_refusal(server, name, facts);
        if (may_be_about_name(server, facts))
            knowledge_note_stranger(server, name, facts);
    }
    if (how != TREATMENT_ACCEPTED)
        return;
    if (name->hellos.accepted.count == 0 && server->failed.count > 0)
        server->rare->names.mixed += name->hellos.refused.count;
    if (name->refused_kind == REFUSAL_NONE)
        return;
    count_return(server, name->refused_kind, name->refused_alert, name->hellos.accepted.count == 0);
    name->refused_kind = REFUSAL_NONE;
}

static struct known_alert *alert_of(struct known_server *server, uint8_t description)
{
    for (size_t i = 0; i < server->alert_count; i++)
        if (server->rare->alerts[i].description == description)
            return &server->rare->alerts[i];
    if (server->alert_count == KNOWLEDGE_ALERTS_MAX)
        return NULL;
    server->rare->alerts[server->alert_count] = (struct known_alert){.description = description};
    return &server->rare->alerts[server->alert_count++];
}

/* An alert in answer to a hello, and what kind of hello that was. */
static void learn_alert(struct known_server *server, const struct facts *facts, int64_t at_ns)
{
    uint16_t version = facts->offer.version_max;
    struct known_alert *alert;

    if (facts->outcome == OUTCOME_ESTABLISHED || !facts->client_hello_read
        || facts->refusal.kind != REFUSAL_ALERT || facts->refusal.by != SIDE_SERVER
        || !facts_server_refused_hello(facts))
        return;
    alert = alert_of(server, facts->refusal.alert);
    if (alert == NULL)
        return;
    if (alert->sent.count == 0 || version < alert->version_lowest)
        alert->version_lowest = version;
    if (version > alert->version_highest)
        alert->version_highest = version;
    alert->nameless += facts->client_extensions.server_name.state == EXTENSION_ABSENT;
    alert->split += knowledge_hello_is_split(facts);
    alert->ordinary += refused_hello_is_ordinary(facts);
    known_count_add(&alert->sent, at_ns);
}

/* While the server was up, for other hellos. */
static void learn_early_version(struct known_server *server, const struct facts *facts)
{
    if (facts->client_hello_read && facts_alert(facts, SIDE_SERVER, TLS_ALERT_PROTOCOL_VERSION)
        && facts_server_refused_hello(facts) && server->hellos.accepted.count >= CHANGED_OTHERS
        && !chose_any_offered(server, facts))
        known_count_add(&server->rare->too_early[version_class_of(facts->offer.version_max)],
                        facts->connection->first.time_ns);
}

bool known_offered_too_early(const struct known_server *server, const struct facts *facts)
{
    const struct known_count *early =
        &server->rare->too_early[version_class_of(facts->offer.version_max)];

    return server->failed.count > 0 && early->count >= EARLY_FEW
           && facts->connection->first.time_ns <= early->last_ns;
}

static void learn_failure(struct known_server *server, const struct facts *facts,
                          uint64_t client_hash, int64_t at_ns)
{
    struct known_server_rare *rare = server->rare;

    if (server->failed.count == 0) {
        rare->failed_clients = (struct sketch){0};
        memset(rare->offers, 0, sizeof(rare->offers));
        memset(rare->traits, 0, sizeof(rare->traits));
        rare->names = (struct known_names){0};
        rare->dates = (struct known_dates_word){0};
        memset(rare->too_early, 0, sizeof(rare->too_early));
        rare->ordinary_closed = 0;
        rare->ordinary_reset = 0;
    }
    known_count_add(&server->failed, at_ns);
    if (facts->handshake->spoke_tls[SIDE_SERVER])
        server->answered_in_tls = true;
    sketch_add(&rare->failed_clients, client_hash);
    if (facts->refusal.kind == REFUSAL_FIN)
        rare->ordinary_closed += refused_hello_is_ordinary(facts);
    if (facts->refusal.kind == REFUSAL_RST)
        rare->ordinary_reset += refused_hello_is_ordinary(facts);
    learn_run(server, facts);
    learn_early_version(server, facts);
    knowledge_note_dates(&rare->dates, facts, client_hash);
    knowledge_note_traits_refused(server, facts);
}

void knowledge_learn_server(struct known_server *server, const struct facts *facts,
                            const struct knowledge_parties *parties)
{
    int64_t at_ns = facts->connection->last.time_ns;

    if (facts->client_hello_read)
        learn_hello(server, facts, parties);
    if (treatment_of(facts) == TREATMENT_ACCEPTED)
        sketch_add(&server->clients, parties->client_hash);
    if (facts->outcome == OUTCOME_ESTABLISHED)
        known_established_add(server, at_ns);
    if (facts->outcome == OUTCOME_FAILED)
        learn_failure(server, facts, parties->client_hash, at_ns);
    learn_choice(server, facts, at_ns);
    learn_alert(server, facts, at_ns);
}

void knowledge_learn_flight(struct known_flights *flights, const struct facts *facts,
                            uint64_t client_hash)
{
    int64_t at_ns = facts->connection->last.time_ns;

    if (!has_certificate_flight(facts))
        return;
    if (facts->outcome == OUTCOME_ESTABLISHED) {
        known_count_add(&flights->taken, at_ns);
        sketch_add(&flights->clients_taken, client_hash);
    } else if (facts->outcome == OUTCOME_FAILED && client_refused_flight(facts)) {
        known_count_add(&flights->refused, at_ns);
        sketch_add(&flights->clients_refused, client_hash);
        if (facts->refusal.kind == REFUSAL_ALERT || facts->refusal.kind == REFUSAL_ENCRYPTED_ALERT)
            known_count_add(&flights->told, at_ns);
    }
}
