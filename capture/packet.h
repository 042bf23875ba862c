/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.h -- from the octets of one captured packet to a TCP segment.
 *
 * Looks through link layers (link.h), VLAN tags, MPLS, PPPoE and tunnels to
 * the innermost IP packet, reassembles IP fragments within fixed limits, and
 * presents a TCP segment or an ICMP error that quotes one. Everything is a
 * view into the captured octets or, for a reassembled datagram, into a buffer
 * of the decoder; both are valid until the next call.
 *
 * Checksums are not verified unless that is asked for: offloading makes them wrong in honest
 * captures.
 */
#ifndef TLSWHY_CAPTURE_PACKET_H
#define TLSWHY_CAPTURE_PACKET_H

#include "capture/flow_key.h"
#include "dissect/bytes.h"

/* The latest time of a packet (year 2116): differences and sums with a time-out do not overflow. */
#define PACKET_TIME_MAX_NS (INT64_MAX / 2)

enum {
    PACKET_OCTETS_MAX = 262144 /* captured octets of one packet: MAXIMUM_SNAPLEN of libpcap */
};

/* One captured packet as the source delivers it. */
struct raw_packet {
    struct bytes data;        /* the captured octets, at most original_length */
    uint32_t original_length; /* octets on the wire; more than data.len: cut by snaplen */
    int64_t time_ns;          /* since 1970-01-01 00:00:00 UTC; 0 to PACKET_TIME_MAX_NS */
    uint64_t number;          /* in the input, from 1 on, growing; 0: its decoder counts */
    int link_type;            /* a LINKTYPE_ value, see link.h */
};

/* When something was seen, and in which packet. packet == 0: not seen. */
struct moment {
    int64_t time_ns;
    uint64_t packet;
};

static inline bool moment_seen(struct moment at)
{
    return at.packet != 0;
}

/* TCP header flags (RFC 9293 section 3.1). */
enum {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20
};

/* What carried the innermost IP packet. */
enum {
    PACKET_TUNNELS_MAX = 4 /* nested encapsulations looked through, more is PACKET_UNSUPPORTED */
};

enum tunnel {
    TUNNEL_NONE,
    TUNNEL_GRE,
    TUNNEL_IP_IN_IP, /* IPv4 or IPv6 in IPv4 or IPv6, 6in4 included */
    TUNNEL_VXLAN,
    TUNNEL_GENEVE,
    TUNNEL_GTP_U,
    TUNNEL_ERSPAN,
    TUNNEL_L2TP
};

/* "gre", "ip_in_ip", "vxlan", ...; NULL for TUNNEL_NONE. Static storage. */
const char *tunnel_name(enum tunnel tunnel);

/* The addresses that a frame of Ethernet begins with. */
struct frame_addresses {
    uint8_t destination[6];
    uint8_t source[6];
};

/* A TCP segment. Numbers are in host order. */
struct segment {
    struct moment at;
    struct flow_key key; /* both ends */
    uint8_t half;        /* which of them sent it: 0 or 1 */
    uint16_t ip_id;      /* IPv4 identification; 0 for IPv6 */
    uint32_t sequence;
    uint32_t acknowledgment; /* meaningful with TCP_ACK only */
    uint16_t window;         /* as in the header, not scaled */
    uint8_t flags;           /* TCP_... */
    uint8_t hop_limit;       /* TTL or hop limit of the innermost IP header */
    uint32_t ip_length;      /* octets of the innermost IP packet, headers included */
    struct bytes options;    /* TCP options */
    struct bytes payload;    /* captured octets of the payload */
    uint32_t payload_length; /* octets of the payload on the wire, >= payload.len */
    uint16_t vlan_id;        /* outermost VLAN identifier, 0: untagged */
    bool has_mac;            /* the addresses below are known: of the outermost frame */
    struct frame_addresses mac;
    uint8_t tunnels[PACKET_TUNNELS_MAX]; /* enum tunnel, outermost first, TUNNEL_NONE ends */
};

static inline uint16_t segment_source_port(const struct segment *segment)
{
    return segment->key.port[segment->half];
}

static inline uint16_t segment_destination_port(const struct segment *segment)
{
    return segment->key.port[segment->half ^ 1];
}

/* An ICMP or ICMPv6 error that quotes the start of a TCP segment
 * (RFC 792, RFC 4443 section 3). */
struct icmp_error {
    struct moment at;
    struct address sender; /* the host or router that complains */
    bool is_ipv6;
    uint8_t type;
    uint8_t code;
    uint32_t mtu; /* next-hop MTU of "fragmentation needed" and "packet too big", else 0 */
    /* The quoted segment, as its sender sent it: */
    struct address source;
    struct address destination;
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t sequence;
};

enum packet_kind {
    PACKET_TCP,         /* packet.segment is set */
    PACKET_ICMP_ERROR,  /* packet.icmp is set */
    PACKET_OTHER,       /* well formed, but neither of the two: ARP, UDP, ... */
    PACKET_FRAGMENT,    /* part of a datagram that is not yet complete */
    PACKET_UNSUPPORTED, /* a protocol, header or nesting that the decoder does not read */
    PACKET_CUT,         /* snaplen cut it inside the headers */
    PACKET_MALFORMED,   /* the headers contradict themselves */
    PACKET_CORRUPT      /* a checksum is wrong, and they are verified */
};

struct packet {
    enum packet_kind kind;
    union {
        struct segment segment; /* PACKET_TCP */
        struct icmp_error icmp; /* PACKET_ICMP_ERROR */
    };
};

/* What packet_decode has seen since its decoder was made. */
struct packet_counters {
    uint64_t packets;
    uint64_t octets; /* on the wire, link layer included */
    uint64_t tcp;
    uint64_t icmp_errors;
    uint64_t other;
    uint64_t fragments;
    uint64_t fragments_dropped; /* fragments evicted, timed out, impossible or overlapping */
    uint64_t reassembled;       /* datagrams completed from fragments */
    uint64_t fragments_waiting; /* datagrams of which fragments are missing, at this time */
    uint64_t fragments_memory;  /* octets of the buffers for them, at this time */
    uint64_t unsupported;
    uint64_t cut;          /* cut inside the headers */
    uint64_t cut_payloads; /* TCP segments whose payload was cut by snaplen */
    uint64_t malformed;
    uint64_t corrupt; /* with a wrong checksum, and they are verified */
};

struct packet_decoder;

/* Make a decoder. Its fragment buffers are bounded by fixed limits (fragment.h).
 * Returns NULL when memory is short. Free with packet_decoder_free. */
struct packet_decoder *packet_decoder_new(void);
void packet_decoder_free(struct packet_decoder *decoder); /* NULL is harmless */

/* As fragments_limit: before the first packet. */
void packet_decoder_limit_fragments(struct packet_decoder *decoder, size_t octets);

/* Verify the checksums of all IPv4 headers, of TCP, ICMP and ICMPv6 from now on: a packet with a
 * wrong one is PACKET_CORRUPT. So is, as in tcpdump, one whose sum its sender's network card was
 * still to put in. One that cannot be verified, because the capture cut it, is none. */
void packet_decoder_verify(struct packet_decoder *decoder);

/* Decode packets in their order, each into one of packets. Views in those are valid until raw->data
 * goes away or the next call, whichever is first. Never fails: what cannot be read is reported and
 * counted by kind. Returns how many were decoded: all of them, or fewer, up to one whose octets lie
 * in a buffer that the next packet may need. Without any to decode, 0. */
size_t packet_decode_some(struct packet_decoder *decoder, const struct raw_packet *raw,
                          size_t count, struct packet *packets);

/* Likewise one packet. Returns packet->kind. */
enum packet_kind packet_decode(struct packet_decoder *decoder, const struct raw_packet *raw,
                               struct packet *packet);

const struct packet_counters *packet_decoder_counters(const struct packet_decoder *decoder);

#endif
