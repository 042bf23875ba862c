/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/packet_forms.h"

#include "capture/ip.h"
#include "capture/link.h"

void form_segment(struct frame *frame)
{
    frame_start(frame, FORM_PAYLOAD);
    frame_tcp(frame, TCP_PSH | TCP_ACK);
}

void form_ipv4(struct frame *frame)
{
    form_segment(frame);
    frame_ipv4(frame, IP_PROTOCOL_TCP);
}

void form_ethernet(struct frame *frame)
{
    form_ipv4(frame);
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

static void in_ipv4(struct frame *frame, uint8_t protocol)
{
    frame_ipv4(frame, protocol);
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

void form_in_udp(struct frame *frame, uint16_t port)
{
    frame_udp(frame, 50000, port);
    in_ipv4(frame, IP_PROTOCOL_UDP);
}

static void build_ipv6_extensions(struct frame *frame)
{
    form_segment(frame);
    FRAME_PREPEND(frame, "\x06\0\0\0\0\0\0\x09"); /* atomic fragment */
    FRAME_PREPEND(frame, "\x2c\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"); /* AH */
    FRAME_PREPEND(frame, "\x33\0\0\0\0\0\0\0");                                   /* routing */
    FRAME_PREPEND(frame, "\x2b\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0"); /* destination options */
    FRAME_PREPEND(frame, "\x3c\0\x01\x04\0\0\0\0");               /* hop-by-hop options */
    frame_ipv6(frame, IP_PROTOCOL_HOP_BY_HOP);
    frame_ethernet(frame, ETHERTYPE_IPV6);
}

static void build_gre(struct frame *frame)
{
    form_ipv4(frame);
    FRAME_PREPEND(frame, "\xb0\0\x08\0ccccKKKKSSSS"); /* checksum, key, sequence */
    in_ipv4(frame, IP_PROTOCOL_GRE);
}

static void build_gre_ethernet(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\0\0\x65\x58");
    in_ipv4(frame, IP_PROTOCOL_GRE);
}

static void build_pptp(struct frame *frame)
{
    form_ipv4(frame);
    FRAME_PREPEND(frame, "\xff\x03\0\x21");
    FRAME_PREPEND(frame, "\x30\x81\x88\x0b\0\0\0\0SSSSAAAA");
    in_ipv4(frame, IP_PROTOCOL_GRE);
}

static void build_eoip(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\x20\x01\x64\0\0\x3d\x01\0");
    in_ipv4(frame, IP_PROTOCOL_GRE);
}

static void build_erspan1(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\0\0\x88\xbe");
    in_ipv4(frame, IP_PROTOCOL_GRE);
}

static void build_erspan2(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\x10\0\x88\xbeSSSS\x10\0\0\x14\0\0\0\x01");
    in_ipv4(frame, IP_PROTOCOL_GRE);
}

static void build_erspan3(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\x10\0\x22\xebSSSS\x20\0\0\x14\0\0\0\0\0\0\0\x01PPPPPPPP");
    in_ipv4(frame, IP_PROTOCOL_GRE);
}

static void build_ip_in_ip(struct frame *frame)
{
    form_ipv4(frame);
    in_ipv4(frame, IP_PROTOCOL_IPV4);
}

static void build_6in4(struct frame *frame)
{
    form_segment(frame);
    frame_ipv6(frame, IP_PROTOCOL_TCP);
    in_ipv4(frame, IP_PROTOCOL_IPV6);
}

static void build_etherip(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\x30\0");
    in_ipv4(frame, IP_PROTOCOL_ETHERIP);
}

void form_vxlan(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\x08\0\0\0\0\0\x2a\0");
    form_in_udp(frame, 4789);
}

static void build_vxlan_gpe(struct frame *frame)
{
    form_ipv4(frame);
    FRAME_PREPEND(frame, "\x0c\0\0\x01\0\0\x2a\0");
    form_in_udp(frame, 4790);
}

static void build_geneve(struct frame *frame)
{
    form_ethernet(frame);
    FRAME_PREPEND(frame, "\x01\0\x65\x58\0\0\x2a\0oooo");
    form_in_udp(frame, 6081);
}

static void build_gtp(struct frame *frame)
{
    form_ipv4(frame);
    FRAME_PREPEND(frame, "\0\0\0\x85\x01\x10\x01\0"); /* a PDU session container */
    frame_number(frame, 0x1, 4);
    frame_number(frame, frame->len - 4, 2);
    FRAME_PREPEND(frame, "\x34\xff");
    form_in_udp(frame, 2152);
}

static void build_l2tp(struct frame *frame)
{
    form_ipv4(frame);
    FRAME_PREPEND(frame, "\xff\x03\0\x21");
    FRAME_PREPEND(frame, "\0\x01\0\x02nnrr\0\x02oo"); /* tunnel, session, Ns, Nr, offset */
    frame_number(frame, frame->len + 4, 2);
    FRAME_PREPEND(frame, "\x4a\x02");
    form_in_udp(frame, 1701);
}

static void build_mpls_in_ip(struct frame *frame)
{
    form_ipv4(frame);
    FRAME_PREPEND(frame, "\0\x01\x01\x40");
    in_ipv4(frame, IP_PROTOCOL_MPLS);
}

static void build_nested(struct frame *frame)
{
    form_vxlan(frame);
    FRAME_PREPEND(frame, "\0\0\x65\x58");
    in_ipv4(frame, IP_PROTOCOL_GRE);
    FRAME_PREPEND(frame, "\x08\0\0\0\0\0\x2a\0");
    form_in_udp(frame, 8472);
}

static void build_ipv4_options(struct frame *frame)
{
    size_t len;

    form_segment(frame);
    FRAME_PREPEND(frame, "\x94\x04\0\0");
    FRAME_PREPEND(frame, "\xc0\x00\x02\x01\xc6\x33\x64\x02");
    len = frame->len + 12;
    FRAME_PREPEND(frame, "\x12\x34\x40\0\x40\x06\0\0");
    frame_number(frame, len, 2);
    FRAME_PREPEND(frame, "\x46\0");
    frame_ethernet(frame, ETHERTYPE_IPV4);
}

void form_plain_ipv6(struct frame *frame)
{
    form_segment(frame);
    frame_ipv6(frame, IP_PROTOCOL_TCP);
    frame_ethernet(frame, ETHERTYPE_IPV6);
}

const struct form forms[FORMS] = {
    {form_ethernet, {0}},
    {form_plain_ipv6, {0}},
    {build_ipv4_options, {0}},
    {build_ipv6_extensions, {0}},
    {build_gre, {TUNNEL_GRE}},
    {build_gre_ethernet, {TUNNEL_GRE}},
    {build_pptp, {TUNNEL_GRE}},
    {build_eoip, {TUNNEL_GRE}},
    {build_erspan1, {TUNNEL_ERSPAN}},
    {build_erspan2, {TUNNEL_ERSPAN}},
    {build_erspan3, {TUNNEL_ERSPAN}},
    {build_ip_in_ip, {TUNNEL_IP_IN_IP}},
    {build_6in4, {TUNNEL_IP_IN_IP}},
    {build_etherip, {TUNNEL_IP_IN_IP}},
    {build_mpls_in_ip, {TUNNEL_IP_IN_IP}},
    {form_vxlan, {TUNNEL_VXLAN}},
    {build_vxlan_gpe, {TUNNEL_VXLAN}},
    {build_geneve, {TUNNEL_GENEVE}},
    {build_gtp, {TUNNEL_GTP_U}},
    {build_l2tp, {TUNNEL_L2TP}},
    {build_nested, {TUNNEL_VXLAN, TUNNEL_GRE, TUNNEL_VXLAN}},
};
