/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/packet.h"

#include "capture/checksum.h"
#include "capture/fragment.h"
#include "capture/icmp.h"
#include "capture/ip.h"
#include "capture/link.h"
#include "capture/plain.h"
#include "capture/tcp.h"
#include "capture/tunnel.h"

#include <stdlib.h>

struct packet_decoder {
    struct fragments *fragments;
    struct packet_counters counters;
    bool verifies; /* checksums */
};

/* Where the decoder stands in one packet. */
struct walk {
    struct packet_decoder *decoder;
    const struct raw_packet *raw;
    struct moment at;
    struct packet *packet;
    struct link link;
    struct ip ip;   /* innermost so far */
    size_t missing; /* octets on the wire behind the captured ones of the current layer */
    bool is_guess;  /* inside a tunnel that only a UDP port announced */
    uint8_t tunnel_count;
    uint8_t tunnels[PACKET_TUNNELS_MAX];
};

struct packet_decoder *packet_decoder_new(void)
{
    struct packet_decoder *decoder = calloc(1, sizeof(*decoder));

    if (decoder == NULL)
        return NULL;
    decoder->fragments = fragments_new();
    if (decoder->fragments == NULL) {
        free(decoder);
        return NULL;
    }
    return decoder;
}

void packet_decoder_free(struct packet_decoder *decoder)
{
    if (decoder == NULL)
        return;
    fragments_free(decoder->fragments);
    free(decoder);
}

const struct packet_counters *packet_decoder_counters(const struct packet_decoder *decoder)
{
    return &decoder->counters;
}

void packet_decoder_limit_fragments(struct packet_decoder *decoder, size_t octets)
{
    fragments_limit(decoder->fragments, octets);
}

void packet_decoder_verify(struct packet_decoder *decoder)
{
    decoder->verifies = true;
}

/* The octets ended too early: was it the capture that cut them, or do the headers lie? */
static enum packet_kind short_kind(const struct walk *walk)
{
    return walk->missing > 0 ? PACKET_CUT : PACKET_MALFORMED;
}

static enum packet_kind decode_inner_tcp(struct walk *walk)
{
    struct segment *segment = &walk->packet->segment;
    enum packet_kind kind = tcp_decode(walk->at, &walk->link, &walk->ip, walk->missing, segment);

    if (kind != PACKET_TCP)
        return kind;
    memcpy(segment->tunnels, walk->tunnels, sizeof(segment->tunnels));
    walk->decoder->counters.cut_payloads += walk->missing > 0;
    return PACKET_TCP;
}

static enum packet_kind decode_icmp(struct walk *walk)
{
    if (!icmp_decode_error(&walk->ip, &walk->packet->icmp))
        return PACKET_OTHER;
    walk->packet->icmp.at = walk->at;
    return PACKET_ICMP_ERROR;
}

/* Fragments keep apart by their outermost VLAN, as address ranges are often used again there. */
static void describe_fragment(const struct walk *walk, struct fragment *fragment)
{
    const struct ip *ip = &walk->ip;
    size_t address_len = ip->version == 6 ? 16 : 4;

    *fragment = (struct fragment){
        .time_ns = walk->raw->time_ns,
        .offset = ip->fragment_offset,
        .more = ip->more_fragments,
        .protocol = ip->protocol,
        .data = ip->payload,
        .key = {.id = ip->fragment_id,
                .version = ip->version,
                .protocol = ip->version == 4 ? ip->protocol : 0,
                .vlan_id = walk->link.vlan_id},
    };
    memcpy(fragment->key.source, ip->source, address_len);
    memcpy(fragment->key.destination, ip->destination, address_len);
}

static void count_fragments(struct packet_decoder *decoder)
{
    const struct fragment_counters *counters = fragments_counters(decoder->fragments);

    decoder->counters.fragments_dropped = counters->dropped;
    decoder->counters.reassembled = counters->completed;
    decoder->counters.fragments_waiting = counters->waiting;
    decoder->counters.fragments_memory = counters->memory;
}

/* Take walk->ip as a fragment. PACKET_OTHER: it completed the datagram, which walk->ip
 * now carries. */
static enum packet_kind reassemble(struct walk *walk)
{
    struct packet_decoder *decoder = walk->decoder;
    struct ip *ip = &walk->ip;
    struct fragment fragment;
    enum fragment_status status;

    if (ip->missing > 0)
        return PACKET_CUT;
    describe_fragment(walk, &fragment);
    status = fragments_add(decoder->fragments, &fragment, &ip->payload, &ip->protocol);
    count_fragments(decoder);
    if (status != FRAGMENT_COMPLETE)
        return PACKET_FRAGMENT;
    ip->length = (uint32_t)ip->payload.len + (ip->version == 6 ? 40 : 20);
    if (ip_skip_extensions(ip) != IP_WHOLE)
        return PACKET_MALFORMED;
    return PACKET_OTHER;
}

static enum packet_kind kind_of_link(const struct walk *walk, enum link_status status)
{
    switch (status) {
    case LINK_SHORT:
        return short_kind(walk);
    case LINK_UNSUPPORTED:
        return PACKET_UNSUPPORTED;
    case LINK_MALFORMED:
        return PACKET_MALFORMED;
    case LINK_IP:
    case LINK_OTHER:
        break;
    }
    return PACKET_OTHER;
}

/* Read the IP header that the link layer ended at. PACKET_OTHER: go on with walk->ip. */
static enum packet_kind decode_ip(struct walk *walk)
{
    const struct link *link = &walk->link;
    size_t wire_length = link->payload.len + walk->missing;
    enum ip_status status = ip_decode(link->ip_version, link->payload, wire_length, &walk->ip);

    if (status == IP_SHORT)
        return short_kind(walk);
    if (status == IP_UNSUPPORTED)
        return PACKET_UNSUPPORTED;
    if (status == IP_MALFORMED || (walk->is_guess && walk->ip.length > wire_length))
        return PACKET_MALFORMED;
    walk->is_guess = false;
    if (walk->decoder->verifies && link->ip_version == 4 && !checksum_header_is_good(link->payload))
        return PACKET_CORRUPT;
    walk->missing = walk->ip.missing;
    return status == IP_FRAGMENT ? reassemble(walk) : PACKET_OTHER;
}

/* Step into the tunnel that walk->ip carries. PACKET_OTHER with *status: what was found. */
static enum packet_kind enter_tunnel(struct walk *walk, struct tunnel_content *content,
                                     bool *is_inside)
{
    enum tunnel_status status =
        tunnel_open(walk->ip.protocol, walk->ip.payload, walk->missing, content);

    *is_inside = false;
    if (status == TUNNEL_SHORT)
        return short_kind(walk);
    if (status == TUNNEL_UNSUPPORTED)
        return PACKET_UNSUPPORTED;
    if (status == TUNNEL_ABSENT)
        return PACKET_OTHER;
    if (walk->tunnel_count == PACKET_TUNNELS_MAX)
        return PACKET_UNSUPPORTED;
    walk->tunnels[walk->tunnel_count++] = (uint8_t)content->tunnel;
    walk->is_guess = content->is_guess;
    *is_inside = true;
    return PACKET_OTHER;
}

/* From the first link layer inwards, through one IP header and one tunnel at a time;
 * PACKET_TUNNELS_MAX bounds the loop. is_read: the outermost headers were read. */
static enum packet_kind decode_layers(struct walk *walk, bool is_read)
{
    enum link_status found = LINK_IP;

    if (!is_read)
        found = link_decode(walk->raw->link_type, walk->raw->data, &walk->link);
    for (;; is_read = false) {
        enum packet_kind kind = PACKET_OTHER;
        struct tunnel_content content;
        bool is_inside;

        if (found != LINK_IP)
            return kind_of_link(walk, found);
        if (!is_read)
            kind = decode_ip(walk);
        if (kind != PACKET_OTHER)
            return kind;
        if (walk->decoder->verifies && !checksum_payload_is_good(&walk->ip))
            return PACKET_CORRUPT;
        if (walk->ip.protocol == IP_PROTOCOL_TCP)
            return decode_inner_tcp(walk);
        if (walk->ip.protocol == (walk->ip.version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6))
            return decode_icmp(walk);
        kind = enter_tunnel(walk, &content, &is_inside);
        if (!is_inside)
            return kind;
        found = link_decode_protocol(content.protocol, content.data, &walk->link);
    }
}

static void count_kind(struct packet_counters *counters, enum packet_kind kind)
{
    switch (kind) {
    case PACKET_TCP:
        counters->tcp++;
        break;
    case PACKET_ICMP_ERROR:
        counters->icmp_errors++;
        break;
    case PACKET_OTHER:
        counters->other++;
        break;
    case PACKET_FRAGMENT:
        counters->fragments++;
        break;
    case PACKET_UNSUPPORTED:
        counters->unsupported++;
        break;
    case PACKET_CUT:
        counters->cut++;
        break;
    case PACKET_MALFORMED:
        counters->malformed++;
        break;
    case PACKET_CORRUPT:
        counters->corrupt++;
        break;
    }
}

static enum packet_kind decode_layered(struct packet_decoder *decoder, const struct raw_packet *raw,
                                       struct moment at, struct packet *packet)
{
    size_t missing =
        raw->original_length > raw->data.len ? raw->original_length - raw->data.len : 0;
    struct walk walk = {.decoder = decoder, .raw = raw, .at = at, .packet = packet};
    enum packet_kind kind;
    bool is_plain;

    link_init(&walk.link);
    is_plain = raw->link_type == LINKTYPE_ETHERNET && !decoder->verifies
               && plain_decode(raw->data, &walk.link, &walk.ip);
    walk.missing = is_plain ? 0 : missing; /* a frame may be longer than its packet */
    fragments_release(decoder->fragments);
    kind = decode_layers(&walk, is_plain);
    return walk.is_guess ? PACKET_OTHER : kind; /* the inside fits no tunnel: plain UDP */
}

/* A packet that is not what nearly all are; never inlined, as all the others would save what it
 * needs. False: it lies in the buffer of the fragments. */
__attribute__((noinline)) static bool decode_other(struct packet_decoder *decoder,
                                                   const struct raw_packet *raw, struct moment at,
                                                   struct packet *packet)
{
    struct packet_counters *counters = &decoder->counters;
    uint64_t reassembled = counters->reassembled;

    packet->kind = decode_layered(decoder, raw, at, packet);
    count_kind(counters, packet->kind);
    return counters->reassembled == reassembled;
}

size_t packet_decode_some(struct packet_decoder *decoder, const struct raw_packet *raw,
                          size_t count, struct packet *packets)
{
    const int plain_type = decoder->verifies ? LINKTYPE_NONE : LINKTYPE_ETHERNET;
    const uint64_t before = decoder->counters.packets;
    uint64_t octets = 0;
    uint64_t others = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        struct moment at = {
            .time_ns = raw[i].time_ns,
            .packet = raw[i].number != 0 ? raw[i].number : before + i + 1,
        };

        octets += raw[i].original_length;
        packets[i].kind = PACKET_TCP; /* nearly always */
        if (raw[i].link_type == plain_type
            && plain_decode_segment(raw[i].data, at, &packets[i].segment))
            continue;
        others++;
        if (!decode_other(decoder, &raw[i], at, &packets[i]))
            count = i + 1;
    }
    decoder->counters.packets += i;
    decoder->counters.octets += octets;
    decoder->counters.tcp += i - others;
    return i;
}

enum packet_kind packet_decode(struct packet_decoder *decoder, const struct raw_packet *raw,
                               struct packet *packet)
{
    (void)packet_decode_some(decoder, raw, 1, packet);
    return packet->kind;
}
