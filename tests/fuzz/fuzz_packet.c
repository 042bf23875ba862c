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
        (void)address_format(&packet->segment.key.address[packet->segment.half], text);
    }
    if (kind == PACKET_ICMP_ERROR)
        (void)address_format(&packet->icmp.sender, text);
}

static bool next_packet(struct bytes *in, struct raw_packet *raw)
{
    uint8_t link_type;
    uint8_t missing;
    uint16_t length;

    if (!bytes_u8(in, &link_type) || !bytes_u8(in, &missing) || !bytes_u16(in, &length)
        || !bytes_take(in, length < in->len ? length : in->len, &raw->data))
        return false;
    raw->link_type = link_type_at(link_type % link_type_count());
    raw->original_length = (uint32_t)raw->data.len + missing;
    raw->time_ns += 1000;
    raw->number++;
    return true;
}

static void check_counters(const struct packet_counters *counters)
{
    must(counters->packets
         == counters->tcp + counters->icmp_errors + counters->other + counters->fragments
                + counters->unsupported + counters->cut + counters->malformed + counters->corrupt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    struct packet_decoder *decoder = packet_decoder_new();
    struct packet_decoder *verifier = packet_decoder_new();
    struct raw_packet raw = {0};

    must(decoder != NULL && verifier != NULL);
    packet_decoder_verify(verifier);
    while (next_packet(&in, &raw)) {
        struct packet packet;
        enum packet_kind plain = packet_decode(decoder, &raw, &packet);
        enum packet_kind verified;

        check(plain, &packet);
        verified = packet_decode(verifier, &raw, &packet);
        check(verified, &packet);
        /* Of a datagram one may have fragments that the other left out. */
        must(verified == plain || verified == PACKET_CORRUPT
             || packet_decoder_counters(decoder)->fragments > 0);
    }
    check_counters(packet_decoder_counters(decoder));
    check_counters(packet_decoder_counters(verifier));
    must(packet_decoder_counters(decoder)->corrupt == 0);
    packet_decoder_free(decoder);
    packet_decoder_free(verifier);
    return 0;
}
