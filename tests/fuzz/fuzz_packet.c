/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets from the link layer to the TCP segment, with fragments and tunnels.
 *
 * The input is a row of packets, each with four octets before it: the place of its link type in
 * the table, the number of octets that were cut off its end, and its length.
 */
#include "capture/link.h"
#include "capture/packet.h"
#include "tests/fuzz/fuzz.h"

/* Every view must lie in memory that may be read, and no segment holds more than was sent. */
static void check(enum packet_kind kind, const struct packet *packet)
{
    char text[ADDRESS_TEXT_MAX];

    must(kind == packet->kind);
    if (kind == PACKET_TCP) {
        touch(packet->segment.options);
        touch(packet->segment.payload);
        must(packet->segment.payload_length >= packet->segment.payload.len);
        must(packet->segment.options.len <= 40);
        (void)address_format(&packet->segment.source, text);
    }
    if (kind == PACKET_ICMP_ERROR)
        (void)address_format(&packet->icmp.sender, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    struct packet_decoder *decoder = packet_decoder_new();
    struct raw_packet raw = {0};
    uint8_t link_type;
    uint8_t missing;
    uint16_t length;
    const struct packet_counters *counters;

    must(decoder != NULL);
    while (bytes_u8(&in, &link_type) && bytes_u8(&in, &missing) && bytes_u16(&in, &length)) {
        struct packet packet;

        if (!bytes_take(&in, length < in.len ? length : in.len, &raw.data))
            break;
        raw.link_type = link_type_at(link_type % link_type_count());
        raw.original_length = (uint32_t)raw.data.len + missing;
        raw.time_ns += 1000;
        raw.number++;
        check(packet_decode(decoder, &raw, &packet), &packet);
    }
    counters = packet_decoder_counters(decoder);
    must(counters->packets
         == counters->tcp + counters->icmp_errors + counters->other + counters->fragments
                + counters->unsupported + counters->cut + counters->malformed + counters->corrupt);
    packet_decoder_free(decoder);
    return 0;
}
