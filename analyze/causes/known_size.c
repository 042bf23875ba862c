/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_size.c -- what other connections tell of a hello that needs more than one segment. */
#include "analyze/causes/known.h"
#include "analyze/causes/transport.h"
#include "analyze/knowledge.h"

enum {
    RETURNS = 2,               /* refusals that each came after a success: no outage */
    REFUSALS_MAX = 64,         /* that are drawn: more only make chance less likely */
    MILLION = 1000000,         /* a probability of one, in millionths */
    COINCIDENCE = MILLION / 50 /* what happens by chance in one file of so many is no proof */
};

/* The same client came with a shorter hello that fits one segment, and nothing older, and was
 * taken. */
static bool shorter_hello_succeeded(const struct facts *facts)
{
    const struct known_attempt *attempt = facts->known->attempt;

    return attempt != NULL && attempt->next_established && attempt->next.octets != 0
           && attempt->next.octets <= segment_on_wire(facts, SIDE_CLIENT)
           && attempt->next.version_max >= attempt->hello.version_max;
}

/* Hellos longer than one segment, or the others, that were refused with an alert. */
static uint32_t refused_in_words(const struct known_server *server, bool is_split)
{
    uint32_t count = 0;

    for (size_t i = 0; i < server->alert_count; i++) {
        const struct known_alert *alert = &server->rare->alerts[i];

        count += is_split ? alert->split : alert->sent.count - alert->split;
    }
    return count;
}

/* Shorter hellos that the server ended, or left alone, without a word. */
static uint32_t shorter_refused(const struct known_server *server)
{
    uint32_t told = refused_in_words(server, false);

    return server->unsplit.refused.count > told ? server->unsplit.refused.count - told : 0;
}

bool known_may_be_chance(uint32_t alike_refused, uint32_t others_refused, uint32_t others_taken)
{
    uint64_t refused = (uint64_t)alike_refused + others_refused;
    uint64_t hellos = refused + others_taken;
    uint64_t millionths = MILLION;

    for (uint64_t i = 0; i < alike_refused && i < REFUSALS_MAX; i++)
        millionths = millionths * (refused - i) / (hellos - i);
    return millionths > COINCIDENCE;
}

static bool may_be_chance(const struct known_server *server)
{
    return known_may_be_chance(server->split.refused.count, shorter_refused(server),
                               server->unsplit.accepted.count);
}

enum known_says known_about_split_hello(const struct facts *facts)
{
    const struct known_server *server = known_server_of(facts);
    enum known_says says = KNOWN_NOTHING;

    if (server == NULL || !knowledge_hello_is_split(facts))
        return KNOWN_NOTHING;
    if (server->unsplit.accepted.count >= KNOWN_FEW)
        says = weigh_treatment(facts, server, &server->split);
    if (server->split.accepted.count > 0)
        return says;
    if (refused_in_words(server, true) > 0
        || (shorter_refused(server) > 0 && may_be_chance(server)))
        return says == KNOWN_SURE ? KNOWN_FOR : says;
    if (shorter_hello_succeeded(facts))
        return KNOWN_SURE;
    return says == KNOWN_FOR && server->split_returns >= RETURNS && !may_be_chance(server)
               ? KNOWN_SURE
               : says;
}

/* That small segments pass and full ones do not is another cause. Of a receiver that tells what it
 * has (SACK) nothing came, small ones included; or what is lost is smaller than what passed. */
static bool size_is_no_matter(const struct facts *facts)
{
    const struct direction *client = &facts->connection->direction[SIDE_CLIENT];
    const struct direction *server = &facts->connection->direction[SIDE_SERVER];
    bool nothing_passed = client->largest_acknowledged == 0 && client->sack_permitted
                          && server->sack_permitted && server->sack_blocks == 0;

    return nothing_passed || client->largest_unacknowledged < client->largest_acknowledged;
}

bool known_drops_split_hello(const struct facts *facts)
{
    return data_is_lost(facts, SIDE_CLIENT) && !loss_is_general(facts, SIDE_CLIENT)
           && size_is_no_matter(facts) && known_about_split_hello(facts) == KNOWN_SURE;
}

void describe_known_sizes(const struct facts *facts, struct evidence *evidence)
{
    const struct known_server *server = known_server_of(facts);

    if (known_about_split_hello(facts) < KNOWN_FOR)
        return;
    evidence_add(
        evidence, "server_known", (struct moment){0},
        "of the hellos longer than one segment this server has taken up %u and refused %u, "
        "silence included; of shorter ones it has taken up %u; the largest it took up has %u "
        "octets",
        server->split.accepted.count, server->split.refused.count, server->unsplit.accepted.count,
        server->largest_accepted);
}
