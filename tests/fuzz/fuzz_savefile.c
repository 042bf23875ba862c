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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char reason[SAVEFILE_REASON_MAX] = "";
    struct input *input = input_of_bytes(bytes_of(data, size), reason);
    struct savefile *savefile = input != NULL ? savefile_new(input, reason) : NULL;
    enum savefile_status status = SAVEFILE_PACKET;

    must((savefile != NULL) == (reason[0] == '\0'));
    if (savefile == NULL)
        return 0;
    for (int i = 0; i < PACKETS_MAX && status == SAVEFILE_PACKET; i++) {
        struct raw_packet packet;

        status = savefile_next(savefile, &packet);
        if (status == SAVEFILE_PACKET)
            check(&packet);
    }
    must(status == SAVEFILE_PACKET
         || (status == SAVEFILE_END) == (savefile_reason(savefile)[0] == '\0'));
    savefile_free(savefile);
    return 0;
}
