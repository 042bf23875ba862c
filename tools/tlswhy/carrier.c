/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/carrier.h"

#include "tlswhy_config.h"

const struct carrier_kind *carrier_kind_of(const struct sink_spec *spec)
{
    static const struct carrier_kind *const kinds[] = {
        [SINK_STDOUT] = &carrier_file,
        [SINK_FILE] = &carrier_file,
        [SINK_UNIX] = &carrier_unix,
        [SINK_SYSLOG_UDP] = &carrier_syslog_udp,
        [SINK_SYSLOG_TCP] = &carrier_syslog_tcp,
#if HAVE_RDKAFKA
        [SINK_KAFKA] = &carrier_kafka,
#else
        [SINK_KAFKA] = NULL,
#endif
    };

    return kinds[spec->scheme];
}
