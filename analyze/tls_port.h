/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls_port.h -- ports on which TLS is spoken from the first octet. */
#ifndef TLSWHY_ANALYZE_TLS_PORT_H
#define TLSWHY_ANALYZE_TLS_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ports beside the well-known ones; borrowed. */
struct tls_ports {
    const uint16_t *ports;
    size_t count;
};

/* True for a well-known port of TLS, and for one of these. */
bool tls_port_is(const struct tls_ports *more, uint16_t port);

#endif
