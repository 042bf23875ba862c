/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP fragments that overlap, contradict, come twice, late or never, compared step by step with a
 * reassembler that marks every octet.
 *
 * The input is a list of steps: which datagram and what its octets are, an offset, a length, and
 * how much later it comes.
 */
#include <string.h>

#include "capture/fragment.h"
#include "tests/fuzz/fuzz.h"

enum {
    DATAGRAMS = 4,
    UNIT = 8,
    STEP_DATAGRAM = 0x03,
    STEP_LAST = 0x04,
    STEP_OTHER = 0x08, /* other octets than those that everybody else sends there */
    STEP_ODD = 0x10,   /* a length that is no multiple of UNIT */
    STEP_LARGE = 0x20, /* the offset in units of 256 octets */
    STEP_LATE = 0x40,
    NOTHING = 0,
    PRESENT = 0x100 /* beside the value of an octet */
};

/* One datagram, as far as it is known: for each octet what it is, NOTHING: not there. */
struct datagram {
    bool is_begun;
    bool is_broken;
    int64_t first_ns;
    size_t fragments;
    size_t starts[FRAGMENT_PARTS_MAX];
    size_t ends[FRAGMENT_PARTS_MAX];
    size_t received;
    size_t length;  /* 0: not known */
    size_t highest; /* behind the last octet that is there */
    uint16_t octets[FRAGMENT_DATAGRAM_LEN_MAX];
};

struct step {
    uint8_t kind;
    uint8_t offset;
    uint8_t length;
};

static bool next_step(struct bytes *in, struct step *step)
{
    return bytes_u8(in, &step->kind) && bytes_u8(in, &step->offset) && bytes_u8(in, &step->length);
}

static void begin(struct datagram *datagram, int64_t now_ns)
{
    datagram->is_begun = true;
    datagram->is_broken = false;
    datagram->first_ns = now_ns;
    datagram->fragments = 0;
    datagram->received = 0;
    datagram->length = 0;
    while (datagram->highest > 0)
        datagram->octets[--datagram->highest] = NOTHING;
}

static bool is_copy(const struct datagram *datagram, size_t start, struct bytes data, bool last)
{
    for (size_t i = 0; i < datagram->fragments; i++) {
        size_t same = 0;

        if (datagram->starts[i] != start || datagram->ends[i] != start + data.len)
            continue;
        if (last != (datagram->ends[i] == datagram->length))
            return false;
        while (same < data.len && datagram->octets[start + same] == (PRESENT | data.data[same]))
            same++;
        return same == data.len;
    }
    return false;
}

/* An octet that is there, or one beyond the end. */
static bool is_contradiction(const struct datagram *datagram, size_t start, size_t end, bool last)
{
    for (size_t i = start; i < end; i++)
        if (datagram->octets[i] != NOTHING)
            return true;
    for (size_t i = end; last && i < datagram->highest; i++)
        if (datagram->octets[i] != NOTHING)
            return true;
    return datagram->length != 0 && end > datagram->length;
}

static enum fragment_status add(struct datagram *datagram, const struct fragment *fragment)
{
    size_t start = fragment->offset;
    size_t end = start + fragment->data.len;

    if (fragment->data.len == 0 || end > FRAGMENT_DATAGRAM_LEN_MAX
        || (fragment->more && fragment->data.len % UNIT != 0))
        return FRAGMENT_DROPPED;
    if (!datagram->is_begun
        || fragment->time_ns - datagram->first_ns > FRAGMENT_TIMEOUT_S * INT64_C(1000000000))
        begin(datagram, fragment->time_ns);
    if (datagram->is_broken)
        return FRAGMENT_DROPPED;
    if (is_copy(datagram, start, fragment->data, !fragment->more))
        return FRAGMENT_WAITING;
    if (is_contradiction(datagram, start, end, !fragment->more)
        || datagram->fragments == FRAGMENT_PARTS_MAX) {
        datagram->is_broken = true;
        return FRAGMENT_DROPPED;
    }
    datagram->starts[datagram->fragments] = start;
    datagram->ends[datagram->fragments++] = end;
    datagram->received += fragment->data.len;
    datagram->highest = end > datagram->highest ? end : datagram->highest;
    for (size_t i = start; i < end; i++)
        datagram->octets[i] = PRESENT | fragment->data.data[i - start];
    if (!fragment->more)
        datagram->length = end;
    if (datagram->received != datagram->length)
        return FRAGMENT_WAITING;
    datagram->is_begun = false;
    return FRAGMENT_COMPLETE;
}

static void check_octets(const struct datagram *datagram, struct bytes whole)
{
    must(whole.len == datagram->length);
    for (size_t i = 0; i < whole.len; i++)
        must((PRESENT | whole.data[i]) == datagram->octets[i]);
}

static struct fragment make(const struct step *step, int64_t now_ns, uint8_t *octets)
{
    struct fragment fragment = {
        .key = {.id = step->kind & STEP_DATAGRAM, .version = 4, .protocol = 6},
        .time_ns = now_ns,
        .offset = step->offset * (step->kind & STEP_LARGE ? 256u : UNIT),
        .more = !(step->kind & STEP_LAST),
        .protocol = 6,
    };
    size_t length = step->length * (size_t)UNIT + (step->kind & STEP_ODD ? 3 : 0);

    for (size_t i = 0; i < length; i++)
        octets[i] = (uint8_t)((fragment.offset + i) * 31 + (step->kind & STEP_OTHER ? i % 3 : 0));
    fragment.data = bytes_of(octets, length);
    return fragment;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct datagram datagrams[DATAGRAMS];
    static uint8_t octets[(UINT8_MAX + 1) * UNIT];
    struct fragments *fragments = fragments_new();
    struct bytes in = bytes_of(data, size);
    struct step step;
    int64_t now_ns = 0;
    uint64_t completed = 0;

    must(fragments != NULL);
    for (size_t i = 0; i < DATAGRAMS; i++)
        datagrams[i].is_begun = false;
    while (next_step(&in, &step)) {
        struct datagram *datagram = &datagrams[step.kind & STEP_DATAGRAM];
        struct fragment fragment;
        struct bytes whole;
        uint8_t protocol;
        enum fragment_status status;

        now_ns += step.kind & STEP_LATE ? INT64_C(7000000000) : 1;
        fragment = make(&step, now_ns, octets);
        status = fragments_add(fragments, &fragment, &whole, &protocol);
        must(status == add(datagram, &fragment));
        if (status == FRAGMENT_COMPLETE) {
            check_octets(datagram, whole);
            completed++;
        }
        must(fragments_counters(fragments)->completed == completed);
        fragments_release(fragments);
    }
    fragments_free(fragments);
    return 0;
}
