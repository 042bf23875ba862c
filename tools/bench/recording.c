/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/bench/recording.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/recording_internal.h"

enum { APPLICATION_DATA = 23, SNAPLEN = 262144 };

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

bool random_once_in(uint64_t *state, uint64_t times)
{
    return random_next(state) % times == 0;
}

static void *allocate(void *old, size_t size)
{
    void *memory = realloc(old, size);

    if (memory == NULL) {
        fprintf(stderr, "generate: no memory\n");
        exit(1);
    }
    return memory;
}

struct frame *recording_add(struct recording *recording, const struct frame *frame)
{
    struct frame *added;

    if (recording->count == recording->capacity) {
        recording->capacity = recording->capacity > 0 ? 2 * recording->capacity : 32;
        recording->frames =
            allocate(recording->frames, recording->capacity * sizeof(*recording->frames));
    }
    added = &recording->frames[recording->count++];
    *added = *frame;
    added->octets = allocate(NULL, frame->length);
    memcpy(added->octets, frame->octets, frame->length);
    return added;
}

/* Who opens the connection is the client; the other address of that packet is the server's. */
static bool find_sides(struct recording *recording, const struct frame *first)
{
    const struct frame_address none[2] = {{{0}}, {{0}}};
    struct frame frame = *first;

    if (!frame_examine(&frame, none))
        return false;
    recording->address[FRAME_CLIENT] = frame_source(&frame);
    recording->address[FRAME_SERVER] = frame_destination(&frame);
    return true;
}

static bool take(struct recording *recording, struct frame *frame)
{
    if (recording->count == 0 && !find_sides(recording, frame))
        return false;
    if (frame_examine(frame, recording->address))
        recording_add(recording, frame);
    return true;
}

static bool carries_application_data(const struct frame *frame)
{
    return frame_is_tcp(frame) && frame_payload_length(frame) > 5
           && frame->octets[frame->payload] == APPLICATION_DATA;
}

static bool ends(const struct frame *frame)
{
    return (frame_flags(frame) & (FRAME_FIN | FRAME_RST)) != 0;
}

static uint32_t next_sequence(const struct frame *frame)
{
    uint32_t syn = frame_flags(frame) & FRAME_SYN ? 1 : 0;

    return frame_sequence(frame) + frame_payload_length(frame) + syn;
}

bool frame_is_bare_ack(const struct frame *frame)
{
    return frame_flags(frame) == FRAME_ACK && frame_payload_length(frame) == 0;
}

void recording_set_bulk(struct recording *recording, size_t last)
{
    for (size_t i = 0; i < recording->count; i++)
        if (recording->frames[i].from == FRAME_CLIENT && frame_is_bare_ack(&recording->frames[i]))
            recording->bulk_ack = recording->frames[i];
    if (recording->bulk_ack.octets == NULL)
        return;
    recording->bulk_at = last + 1;
    recording->bulk_data = recording->frames[last];
    for (size_t i = 0; i <= last; i++)
        recording->bulk_next[recording->frames[i].from] = next_sequence(&recording->frames[i]);
}

/* Behind the server's last application data before the end. */
static void find_bulk(struct recording *recording)
{
    size_t last = 0;

    for (size_t i = 0; i < recording->count && !ends(&recording->frames[i]); i++)
        if (recording->frames[i].from == FRAME_SERVER
            && carries_application_data(&recording->frames[i]))
            last = i;
    if (last > 0)
        recording_set_bulk(recording, last);
}

bool recording_read(struct recording *recording, const char *path)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *capture = pcap_open_offline(path, error);
    struct pcap_pkthdr *header;
    const u_char *packet;
    static uint8_t octets[SNAPLEN];
    int64_t begin_us = 0;
    bool good = capture != NULL && pcap_datalink(capture) == DLT_EN10MB;

    *recording = (struct recording){.path = strdup(path), .is_whole = true};
    while (good && pcap_next_ex(capture, &header, &packet) == 1) {
        int64_t at_us = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec;
        struct frame frame = {.length = header->caplen, .octets = octets};

        memcpy(octets, packet, header->caplen);
        if (recording->count == 0)
            begin_us = at_us;
        recording->begin_s = begin_us / 1000000;
        frame.at_us = at_us > begin_us ? at_us - begin_us : 0;
        good = take(recording, &frame);
    }
    if (capture != NULL)
        pcap_close(capture);
    if (!good || recording->count == 0) {
        fprintf(stderr, "generate: %s: %s\n", path, capture == NULL ? error : "not usable");
        return false;
    }
    find_bulk(recording);
    return true;
}

void recording_free(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        free(recording->frames[i].octets);
    free(recording->frames);
    free(recording->path);
}
