/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state_codec.h -- writes and reads the records of a state, private to what is in it.
 *
 * One walk over a record writes it or reads it, so that the two cannot differ. Numbers are in
 * network order. What is read and makes no sense sets the fault; everything after it is of no use.
 */
#ifndef TLSWHY_ANALYZE_STATE_CODEC_H
#define TLSWHY_ANALYZE_STATE_CODEC_H

#include "analyze/knowledge.h"
#include "analyze/knowledge_table.h"

struct state_codec {
    bool is_reading;
    struct bytes in;   /* reading: what is left */
    uint8_t *out;      /* writing: where to; NULL: octets are only counted */
    size_t length;     /* of what was written or counted */
    const char *fault; /* reading: what is wrong, static; NULL: nothing yet */
    /* Writing: so often each table is halved; those longest unused are left out. */
    unsigned halvings;
    uint64_t left_out; /* writing: such records */
};

/* Reading: note what is wrong, if nothing was before. */
void state_codec_fail(struct state_codec *codec, const char *reason);

void state_codec_octets(struct state_codec *codec, void *octets, size_t length);

/* The lowest count octets of a number. Returns what was read, or the number. */
uint64_t state_codec_number(struct state_codec *codec, uint64_t number, size_t count);
void state_codec_u16(struct state_codec *codec, uint16_t *number);
void state_codec_u32(struct state_codec *codec, uint32_t *number);
void state_codec_u64(struct state_codec *codec, uint64_t *number);

/* A packet time: 0 to PACKET_TIME_MAX_NS, so that sums of two are numbers. */
void state_codec_time_ns(struct state_codec *codec, int64_t *time_ns);

/* A date of a certificate, or seconds between two times: DER_TIME_MIN to DER_TIME_MAX. */
void state_codec_seconds(struct state_codec *codec, int64_t *seconds);

/* A number of one octet that is at most max. */
unsigned state_codec_small(struct state_codec *codec, unsigned number, unsigned max);
void state_codec_flag(struct state_codec *codec, bool *flag);

/* Text of at most 255 octets, which ends within its room and is as text.h leaves it. */
void state_codec_text(struct state_codec *codec, char *text, size_t size);

enum { STATE_RECORD_MAX = 4096 }; /* octets of the largest record */

/* Room for any record. */
union state_record {
    uint8_t octets[STATE_RECORD_MAX];
    max_align_t alignment;
};

_Static_assert(sizeof(struct known_server) <= STATE_RECORD_MAX, "it has room");
_Static_assert(sizeof(struct known_server_rare) <= STATE_RECORD_MAX
                   && sizeof(struct known_client_rare) <= STATE_RECORD_MAX,
               "and second parts");

/* All records of a table, each of which begins with its key. */
struct state_table {
    struct knowledge_table *records;
    size_t record_size; /* at most STATE_RECORD_MAX */
    void (*walk)(struct state_codec *codec, void *record);
};

/* The records of a table, and how many there are before them. */
void state_codec_table(struct state_codec *codec, const struct state_table *table);

#endif
