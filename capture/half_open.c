/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/half_open.h"

#include "capture/moment.h"

_Static_assert(sizeof(struct half_open) <= 128, "a half-open connection is two cache lines");

/* Members are set one by one, see plain.c. */
void half_open_begin(struct half_open *half_open, const struct segment *syn)
{
    struct syn_options options;

    transport_syn_options(syn->options, &options);
    half_open->first = syn->at;
    half_open->last_ns = syn->at.time_ns;
    half_open->last_packet = 0;
    half_open->isn = syn->sequence;
    half_open->count = 1;
    half_open->duplicates = 0;
    half_open->ip_length = (uint16_t)syn->ip_length;
    half_open->mss = options.mss;
    half_open->window = syn->window;
    half_open->ip_id = syn->ip_id;
    half_open->vlan_id = syn->vlan_id;
    half_open->window_scale = options.window_scale;
    half_open->hop_limit = syn->hop_limit;
    half_open->hop_limit_other = syn->hop_limit;
    half_open->sack_permitted = options.sack_permitted;
    half_open->timestamps = options.timestamps;
    half_open->is_like_linux = options.is_in_linux_order;
    half_open->multipath = options.multipath;
    half_open->has_mac = syn->has_mac;
    half_open->touched = false;
    half_open->opener = syn->half;
    memcpy(half_open->tunnels, syn->tunnels, sizeof(half_open->tunnels));
    memcpy(half_open->mac[SIDE_CLIENT], syn->mac.source, sizeof(syn->mac.source));
    memcpy(half_open->mac[SIDE_SERVER], syn->mac.destination, sizeof(syn->mac.destination));
}

static void count_up(uint16_t *count)
{
    if (*count < UINT16_MAX)
        (*count)++;
}

void half_open_again(struct half_open *half_open, const struct segment *syn)
{
    int64_t passed = elapsed_ns(syn->at.time_ns, half_open->last_ns);
    uint64_t packets = syn->at.packet - half_open->first.packet;

    if (passed <= TRANSPORT_DUPLICATE_FAR_NS && syn->ip_id == half_open->ip_id) {
        count_up(&half_open->duplicates);
        return;
    }
    count_up(&half_open->count);
    half_open->touched = true;
    half_open->last_ns = syn->at.time_ns;
    half_open->last_packet = packets < UINT32_MAX ? (uint32_t)packets : UINT32_MAX;
    half_open->ip_id = syn->ip_id;
    if (syn->hop_limit != half_open->hop_limit)
        half_open->hop_limit_other = syn->hop_limit;
}

static void endpoint_mac(struct endpoint *endpoint, const struct half_open *half_open,
                         enum side side)
{
    endpoint->has_mac = half_open->has_mac;
    memcpy(endpoint->mac, half_open->mac[side], sizeof(endpoint->mac));
}

void half_open_facts(const struct half_open *half_open, struct connection *connection,
                     struct transport *transport)
{
    struct direction *client = &connection->direction[SIDE_CLIENT];
    struct moment last = {
        .time_ns = half_open->last_ns,
        .packet = half_open->first.packet + half_open->last_packet,
    };

    transport->packets = half_open->count;
    transport->octets = (uint64_t)half_open->count * half_open->ip_length;
    transport->hop_limit = half_open->hop_limit;
    transport->hop_limit_other = half_open->hop_limit_other;
    client->first = half_open->first;
    client->syn = half_open->first;
    client->last_syn = last;
    client->syn_count = half_open->count;
    client->duplicates = half_open->duplicates;
    client->mss = half_open->mss;
    client->window_scale = half_open->window_scale;
    client->sack_permitted = half_open->sack_permitted;
    client->timestamps = half_open->timestamps;
    client->is_like_linux = half_open->is_like_linux;
    client->multipath = half_open->multipath;
    connection->first = half_open->first;
    connection->last_by[SIDE_CLIENT] = last;
    connection->syn_seen = true;
    connection->vlan_id = half_open->vlan_id;
    memcpy(connection->tunnels, half_open->tunnels, sizeof(connection->tunnels));
    for (enum side side = SIDE_CLIENT; side <= SIDE_SERVER; side++)
        endpoint_mac(&connection->endpoint[side], half_open, side);
}
