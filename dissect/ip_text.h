/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip_text.h -- IP addresses and ports as proxies are told them: as text that no NUL ends, and IPv4
 * addresses in the mapped form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_IP_TEXT_H
#define TLSWHY_DISSECT_IP_TEXT_H

#include "dissect/bytes.h"

enum { IP_TEXT_IPV4_OCTETS = 4, IP_TEXT_IPV6_OCTETS = 16 };

/* The mapped form of the IP_TEXT_IPV4_OCTETS at octets. */
void ip_text_map_ipv4(const uint8_t *octets, uint8_t address[IP_TEXT_IPV6_OCTETS]);

/* Read an address of this version. False: text is none, and address is as it was. */
MUST_USE bool ip_text_read_ipv4(struct bytes text, uint8_t address[IP_TEXT_IPV6_OCTETS]);
MUST_USE bool ip_text_read_ipv6(struct bytes text, uint8_t address[IP_TEXT_IPV6_OCTETS]);

/* Read a decimal number from 0 to 65535, of five digits at most. False: text is none, and *port is
 * as it was. */
MUST_USE bool ip_text_read_port(struct bytes text, uint16_t *port);

#endif
