/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/tls_port.h"

/* Ports where the registry of service names has TLS from the first octet, and the usual
 * alternatives of HTTPS, Kubernetes and MQTT. Sorted. */
static const uint16_t well_known_tls_ports[] = {
    261,  443,  448,  465,  563,  585,  614,  636,  684,  695,  832,   853,   854,
    989,  990,  992,  993,  994,  995,  2376, 3269, 4433, 4443, 4460,  5061,  5223,
    5349, 5671, 5684, 5986, 6443, 6514, 6697, 8443, 8883, 9443, 10161, 10162, 10250,
};

bool tls_port_is(const struct tls_ports *more, uint16_t port)
{
    size_t known = sizeof(well_known_tls_ports) / sizeof(well_known_tls_ports[0]);

    for (size_t i = 0; i < known; i++)
        if (well_known_tls_ports[i] == port)
            return true;
    for (size_t i = 0; i < more->count; i++)
        if (more->ports[i] == port)
            return true;
    return false;
}
