/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capture files: pcap and pcapng, compressed or not. */
#include "capture/savefile.h"
#include "tests/fuzz/fuzz.h"

enum {
    PACKETS_MAX = 4096 /* of one input: a compressed one may hold very many */
};

static void check(const struct raw_packet *packet)
{
    touch(packet->data);
    must(packet->data.len <= PACKET_OCTETS_MAX);
    must(packet->original_length >= packet->data.len);
    must(packet->time_ns >= 0 && packet->time_ns <= PACKET_TIME_MAX_NS);
}

static struct savefile *open_octets(struct bytes octets, char reason[SAVEFILE_REASON_MAX])
{
    struct input *input = input_of_bytes(octets, reason);

    return input != NULL ? savefile_new(input, reason) : NULL;
}

/* What is at hand is what would come next, and leaves the packet before it alone. */
static enum savefile_status next(struct savefile *savefile, struct raw_packet *packet)
{
    struct raw_packet before = *packet;

    if (savefile_at_hand(savefile, packet, 1) == 0)
        return savefile_next(savefile, packet);
    touch(before.data);
    return SAVEFILE_PACKET;
}

static void check_same(const struct raw_packet *a, const struct raw_packet *b)
{
    must(a->time_ns == b->time_ns && a->original_length == b->original_length);
    must(a->data.len == b->data.len && a->link_type == b->link_type);
    must(a->data.len == 0 || memcmp(a->data.data, b->data.data, a->data.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char reason[SAVEFILE_REASON_MAX] = "";
    struct savefile *savefile = open_octets(bytes_of(data, size), reason);
    struct savefile *other = open_octets(bytes_of(data, size), reason);
    struct raw_packet packet = {0};
    enum savefile_status status = SAVEFILE_PACKET;

    must((savefile != NULL) == (reason[0] == '\0'));
    if (savefile == NULL)
        return 0;
    for (int i = 0; i < PACKETS_MAX && status == SAVEFILE_PACKET; i++) {
        struct raw_packet expected;

        status = next(savefile, &packet);
        must(savefile_next(other, &expected) == status);
        if (status != SAVEFILE_PACKET)
            break;
        check(&packet);
        check_same(&packet, &expected);
    }
    must(status == SAVEFILE_PACKET
         || (status == SAVEFILE_END) == (savefile_reason(savefile)[0] == '\0'));
    savefile_free(savefile);
    savefile_free(other);
    return 0;
}
