/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/summary.h"

#include "dissect/names.h"
#include "dissect/prelude.h"

int64_t summary_ended_ns(const struct verdict *verdict)
{
    const struct connection *connection = verdict->facts->connection;
    const struct refusal *refusal = &verdict->facts->refusal;
    int64_t ended_ns = connection->last.time_ns;

    if (verdict->outcome == OUTCOME_FAILED && moment_seen(refusal->at))
        ended_ns = refusal->at.time_ns;
    return ended_ns > connection->first.time_ns ? ended_ns : connection->first.time_ns;
}

static void add_endpoint(struct text *text, const struct endpoint *endpoint,
                         const struct address_text *address)
{
    bool is_ipv4 = address_is_ipv4(&endpoint->address);

    if (!is_ipv4)
        text_append(text, "[", 1);
    text_append(text, address->text, address->length);
    if (!is_ipv4)
        text_append(text, "]", 1);
    text_append(text, ":", 1);
    text_add_number(text, endpoint->port);
}

void summary_add_endpoint(struct text *text, const struct endpoint *endpoint)
{
    struct address_text address;

    address_text_make(&address, &endpoint->address);
    add_endpoint(text, endpoint, &address);
}

bool summary_add_server_name(struct text *text, const struct facts *facts)
{
    struct bytes name = facts_server_name(facts);
    bool is_long = name.len > SUMMARY_NAME_OCTETS;

    if (name.len == 0)
        return false;
    if (is_long)
        name.len = SUMMARY_NAME_OCTETS;
    text_add_untrusted(text, name);
    if (is_long)
        text_add_string(text, "...");
    return true;
}

static void add_parties(struct text *text, const struct facts *facts,
                        const struct address_text addresses[SIDES])
{
    const struct endpoint *endpoint = facts->connection->endpoint;
    char buffer[4 * SUMMARY_NAME_OCTETS + 4];
    struct text name = text_begin(buffer, sizeof(buffer));

    add_endpoint(text, &endpoint[SIDE_CLIENT], &addresses[SIDE_CLIENT]);
    text_add_string(text, " -> ");
    add_endpoint(text, &endpoint[SIDE_SERVER], &addresses[SIDE_SERVER]);
    if (!summary_add_server_name(&name, facts))
        return;
    text_add_string(text, " (");
    text_append(text, buffer, name.length);
    text_add_string(text, ")");
}

void summary_add_parties(struct text *text, const struct facts *facts)
{
    struct address_text addresses[SIDES];

    for (size_t side = 0; side < SIDES; side++)
        address_text_make(&addresses[side], &facts->connection->endpoint[side].address);
    add_parties(text, facts, addresses);
}

static void add_established(struct text *text, const struct verdict *verdict)
{
    const struct facts *facts = verdict->facts;
    char hex[NAMES_HEX_SIZE];

    text_add_string(text, "established");
    if (facts->version == 0)
        return;
    text_add_string(text, ": ");
    text_add_string(
        text, names_or_hex(hex, sizeof(hex), names_version(facts->version), facts->version, 4));
    if (facts->suite != NULL) {
        text_add_string(text, ", ");
        text_add_string(text, facts->suite->name);
    }
    if (facts->resumed)
        text_add_string(text, ", resumed");
    if (verdict_has_finding(verdict, "closed_right_after_handshake"))
        text_add_string(text, "; the client left at once, without sending data");
    if (verdict_has_finding(verdict, "alpn_not_chosen"))
        text_add_string(text, ", and the server chose none of its application protocols");
    if (verdict_has_finding(verdict, "server_closed_right_after_handshake"))
        text_add_string(text, "; the server left at once, without sending data");
}

/* By what the client said, or else the server, where that is known. */
static void add_not_tls(struct text *text, const struct facts *facts)
{
    enum prelude prelude = facts->prelude[SIDE_CLIENT];

    if (prelude <= PRELUDE_PARTIAL)
        prelude = facts->prelude[SIDE_SERVER];
    text_add_string(text, "not TLS");
    if (prelude > PRELUDE_PARTIAL)
        text_add(text, ": %s", prelude_name(prelude));
}

void summary_add_outcome(struct text *text, const struct verdict *verdict)
{
    if (verdict->outcome == OUTCOME_ESTABLISHED)
        add_established(text, verdict);
    else if (verdict->outcome == OUTCOME_FAILED)
        text_add(text, "failed: %s", verdict->cause->title);
    else if (verdict->outcome == OUTCOME_INCOMPLETE)
        text_add(text, "incomplete: %s", verdict->incomplete_reason);
    else
        add_not_tls(text, verdict->facts);
}

size_t summary_format(const struct verdict *verdict, const struct address_text addresses[SIDES],
                      char out[SUMMARY_SIZE])
{
    struct text text = text_begin(out, SUMMARY_SIZE);

    text_add_string(&text, "TLS handshake ");
    add_parties(&text, verdict->facts, addresses);
    text_add_string(&text, " ");
    summary_add_outcome(&text, verdict);
    return text.length;
}
