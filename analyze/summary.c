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

void summary_add_endpoint(struct text *text, const struct endpoint *endpoint)
{
    char address[ADDRESS_TEXT_MAX];

    bool is_ipv4 = address_is_ipv4(&endpoint->address);

    text_add_string(text, is_ipv4 ? "" : "[");
    text_add_string(text, address_format(&endpoint->address, address));
    text_add_string(text, is_ipv4 ? ":" : "]:");
    text_add_number(text, endpoint->port);
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
    text_add_string(text, is_long ? "..." : "");
    return true;
}

void summary_add_parties(struct text *text, const struct facts *facts)
{
    const struct endpoint *endpoint = facts->connection->endpoint;
    char buffer[4 * SUMMARY_NAME_OCTETS + 4];
    struct text name = text_begin(buffer, sizeof(buffer));

    summary_add_endpoint(text, &endpoint[SIDE_CLIENT]);
    text_add_string(text, " -> ");
    summary_add_endpoint(text, &endpoint[SIDE_SERVER]);
    if (!summary_add_server_name(&name, facts))
        return;
    text_add_string(text, " (");
    text_add_string(text, buffer);
    text_add_string(text, ")");
}

static void add_established(struct text *text, const struct facts *facts)
{
    char hex[NAMES_HEX_SIZE];

    text_add_string(text, "established");
    if (facts->version == 0)
        return;
    text_add_string(text, ": ");
    text_add_string(
        text, names_or_hex(hex, sizeof(hex), names_version(facts->version), facts->version, 4));
    text_add_string(text, facts->suite != NULL ? ", " : "");
    text_add_string(text, facts->suite != NULL ? facts->suite->name : "");
    text_add_string(text, facts->resumed ? ", resumed" : "");
}

void summary_add_outcome(struct text *text, const struct verdict *verdict)
{
    if (verdict->outcome == OUTCOME_ESTABLISHED)
        add_established(text, verdict->facts);
    else if (verdict->outcome == OUTCOME_FAILED)
        text_add(text, "failed: %s", verdict->cause->title);
    else if (verdict->outcome == OUTCOME_INCOMPLETE)
        text_add(text, "incomplete: %s", verdict->incomplete_reason);
    else
        text_add(text, "not TLS");
}

const char *summary_format(const struct verdict *verdict, char out[SUMMARY_SIZE])
{
    struct text text = text_begin(out, SUMMARY_SIZE);

    text_add_string(&text, "TLS handshake ");
    summary_add_parties(&text, verdict->facts);
    text_add_string(&text, " ");
    summary_add_outcome(&text, verdict);
    return out;
}
