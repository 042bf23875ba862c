/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet_forms.h -- a segment of TCP in every form in which the decoder finds one. */
#ifndef TLSWHY_TESTS_SUPPORT_PACKET_FORMS_H
#define TLSWHY_TESTS_SUPPORT_PACKET_FORMS_H

#include "tests/support/frames.h"

#define FORM_PAYLOAD "payload"

enum { FORMS = 21 };

struct form {
    void (*build)(struct frame *frame); /* an Ethernet frame with FORM_PAYLOAD in its segment */
    uint8_t tunnels[PACKET_TUNNELS_MAX];
};

extern const struct form forms[FORMS];

/* Start over with the segment alone, and with the headers up to the one that is named. */
void form_segment(struct frame *frame);
void form_ipv4(struct frame *frame);
void form_ethernet(struct frame *frame);
void form_plain_ipv6(struct frame *frame);
void form_vxlan(struct frame *frame);

/* Put UDP to this port, IPv4 and Ethernet before what is there. */
void form_in_udp(struct frame *frame, uint16_t port);

#endif
