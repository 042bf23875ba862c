/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ICMP says of a connection that is read. */
#include "capture/reading_internal.h"

bool reading_icmp(struct reading *reading, unsigned half, const struct icmp_error *error)
{
    const struct stream *stream = &reading->half[half].stream;
    struct icmp_facts *facts = &reading->connection.icmp;

    if (stream->known) {
        int64_t offset = stream_offset(stream, error->sequence);

        /* A forger who does not see the connection cannot know (RFC 5927 section 4.1). */
        if (offset > stream->highest + 1 || !stream_in_window(stream, offset, offset))
            return false;
    }
    facts->count++;
    if (facts->count > 1)
        return true;
    *facts = (struct icmp_facts){
        .count = 1,
        .at = error->at,
        .sender = error->sender,
        .is_ipv6 = error->is_ipv6,
        .type = error->type,
        .code = error->code,
        .mtu = error->mtu,
        .quoted = side_of(reading, half),
    };
    return true;
}
