/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/state_codec.h"

#include "analyze/der.h"
#include "analyze/utf8.h"
#include "capture/packet.h"

void state_codec_fail(struct state_codec *codec, const char *reason)
{
    if (codec->fault == NULL)
        codec->fault = reason;
}

void state_codec_octets(struct state_codec *codec, void *octets, size_t length)
{
    struct bytes taken;

    if (codec->is_reading) {
        if (codec->fault == NULL && bytes_take(&codec->in, length, &taken))
            memcpy(octets, taken.data, length);
        else
            state_codec_fail(codec, "a record is cut off");
        return;
    }
    if (codec->out != NULL)
        memcpy(codec->out + codec->length, octets, length);
    codec->length += length;
}

/* The lowest count octets of a number. */
uint64_t state_codec_number(struct state_codec *codec, uint64_t number, size_t count)
{
    uint8_t octets[sizeof(number)] = {0};

    for (size_t i = 0; i < count; i++)
        octets[i] = (uint8_t)(number >> (8 * (count - 1 - i)));
    state_codec_octets(codec, octets, count);
    number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | octets[i];
    return number;
}

void state_codec_u16(struct state_codec *codec, uint16_t *number)
{
    *number = (uint16_t)state_codec_number(codec, *number, sizeof(*number));
}

void state_codec_u32(struct state_codec *codec, uint32_t *number)
{
    *number = (uint32_t)state_codec_number(codec, *number, sizeof(*number));
}

void state_codec_u64(struct state_codec *codec, uint64_t *number)
{
    *number = state_codec_number(codec, *number, sizeof(*number));
}

static void walk_time(struct state_codec *codec, int64_t *time, int64_t least, int64_t most)
{
    int64_t read = (int64_t)state_codec_number(codec, (uint64_t)*time, sizeof(*time));

    if (!codec->is_reading)
        return;
    if (read < least || read > most) {
        state_codec_fail(codec, "a time is out of its range");
        read = 0;
    }
    *time = read;
}

void state_codec_time_ns(struct state_codec *codec, int64_t *time_ns)
{
    walk_time(codec, time_ns, 0, PACKET_TIME_MAX_NS);
}

void state_codec_seconds(struct state_codec *codec, int64_t *seconds)
{
    walk_time(codec, seconds, DER_TIME_MIN, DER_TIME_MAX);
}

/* A number of one octet that is at most max. */
unsigned state_codec_small(struct state_codec *codec, unsigned number, unsigned max)
{
    unsigned read = (unsigned)state_codec_number(codec, number, 1);

    if (read <= max)
        return read;
    state_codec_fail(codec, "a number is out of its range");
    return 0;
}

void state_codec_flag(struct state_codec *codec, bool *flag)
{
    *flag = state_codec_small(codec, *flag, 1) == 1;
}

/* Text, which ends within its room and is as text.h leaves it: it goes into events and onto
 * terminals as it is. */
void state_codec_text(struct state_codec *codec, char *text, size_t size)
{
    size_t length = codec->is_reading ? 0 : strlen(text);

    length = state_codec_small(codec, (unsigned)length, (unsigned)size - 1);
    state_codec_octets(codec, text, length);
    if (codec->is_reading && !utf8_is_printable_text(bytes_of(text, length)))
        state_codec_fail(codec, "a name is not printable UTF-8");
}

/* Writing: in the order of use, so that those that find no room when they are read are the
 * oldest. */
static void write_table(struct state_codec *codec, const struct state_table *table)
{
    const uint32_t count = knowledge_table_count(table->records);
    const uint32_t kept = count >> codec->halvings;
    uint32_t at = knowledge_table_oldest(table->records);

    for (uint32_t i = kept; i < count; i++)
        at = knowledge_table_newer(table->records, at);
    codec->left_out += count - kept;
    state_codec_number(codec, kept, sizeof(uint32_t));
    for (; at != KNOWLEDGE_TABLE_NONE; at = knowledge_table_newer(table->records, at))
        table->walk(codec, knowledge_table_at(table->records, at));
}

static void read_table(struct state_codec *codec, const struct state_table *table)
{
    uint32_t count = (uint32_t)state_codec_number(codec, 0, sizeof(uint32_t));

    for (uint32_t i = 0; i < count && codec->fault == NULL; i++) {
        union state_record record;
        union state_record rare = {0};
        void *kept;

        memset(&record, 0, table->record_size);
        knowledge_table_set_rare(table->records, &record, &rare);
        table->walk(codec, &record);
        kept = codec->fault == NULL ? knowledge_table_get(table->records, &record) : NULL;
        if (kept != NULL)
            knowledge_table_copy(table->records, kept, &record);
        else
            state_codec_fail(codec, "a record finds no memory");
    }
}

void state_codec_table(struct state_codec *codec, const struct state_table *table)
{
    if (codec->is_reading)
        read_table(codec, table);
    else
        write_table(codec, table);
}
