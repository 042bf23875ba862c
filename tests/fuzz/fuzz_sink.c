/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sinks put on a stream: whatever a line holds, and however slowly it is read, the receiver
 * finds every line where the one before ends, and nothing else.
 *
 * The first octet of the input chooses the kind of sink. Then come steps: a line with its
 * length, or so many octets that the receiver reads.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/tlswhy/carrier.h"
#include "tools/tlswhy/syslog.h"

enum { STREAM_MAX = 1 << 20, LINE_MAX = 1 << 12, READ = 1, FLUSH = 2 };

struct play {
    const struct carrier_kind *kind;
    struct carrier *carrier;
    int receiver;
    uint8_t sent[STREAM_MAX]; /* the lines that the carrier took */
    size_t sent_length;
    uint8_t received[STREAM_MAX];
    size_t received_length;
};

static void receive(struct play *play, size_t most)
{
    size_t room = STREAM_MAX - play->received_length;
    ssize_t count = recv(play->receiver, play->received + play->received_length,
                         most < room ? most : room, MSG_DONTWAIT);

    if (count > 0)
        play->received_length += (size_t)count;
}

/* A line of these octets: newlines within would be two lines, and events have none. */
static void send_line(struct play *play, struct bytes octets)
{
    uint8_t line[LINE_MAX + 1];
    uint64_t total;

    if (play->sent_length + octets.len + SYSLOG_HEADER_SIZE > STREAM_MAX / 2)
        return;
    for (size_t i = 0; i < octets.len; i++)
        line[i] = octets.data[i] == '\n' ? ' ' : octets.data[i];
    line[octets.len] = '\n';
    if (play->kind->send(play->carrier, bytes_of(line, octets.len + 1), &total) != CARRIER_OK)
        return;
    memcpy(play->sent + play->sent_length, line, octets.len + 1);
    play->sent_length += octets.len + 1;
}

static void play_steps(struct play *play, struct bytes in)
{
    uint8_t kind;
    uint16_t length;
    struct bytes octets;

    while (bytes_u8(&in, &kind) && bytes_u16(&in, &length)) {
        if (kind % 3 == READ)
            receive(play, length);
        else if (kind % 3 == FLUSH)
            (void)play->kind->flush(play->carrier);
        else if (bytes_take(&in, length % LINE_MAX < in.len ? length % LINE_MAX : in.len, &octets))
            send_line(play, octets);
    }
}

static bool take_text(struct bytes *in, const char *text)
{
    struct bytes taken;

    return bytes_take(in, strlen(text), &taken) && bytes_equal(taken, bytes_of(text, strlen(text)));
}

/* RFC 6587 section 3.4.1: the count of octets, a blank, the message of RFC 5424. */
static struct bytes take_message(struct bytes *in)
{
    struct bytes message;
    size_t length = 0;
    uint8_t octet;

    while (bytes_u8(in, &octet) && octet != ' ') {
        must(octet >= (length == 0 ? '1' : '0') && octet <= '9' && length < STREAM_MAX);
        length = length * 10 + octet - '0';
    }
    must(bytes_take(in, length, &message) && take_text(&message, "<134>1 "));
    for (int blanks = 0; blanks < 6; blanks += octet == ' ')
        must(bytes_u8(&message, &octet));
    return message;
}

/* Of what came, the next line is this one, which ends in a newline. */
static void check_next(const struct play *play, struct bytes *in, struct bytes line)
{
    struct bytes taken;

    if (play->kind == &carrier_unix) {
        must(bytes_take(in, line.len, &taken) && bytes_equal(taken, line));
        return;
    }
    taken = take_message(in);
    line.len--;
    must(bytes_equal(taken, line));
}

static void check(const struct play *play)
{
    struct bytes in = bytes_of(play->received, play->received_length);
    struct bytes lines = bytes_of(play->sent, play->sent_length);

    while (lines.len > 0) {
        const uint8_t *end = memchr(lines.data, '\n', lines.len);
        struct bytes line = {0};

        must(end != NULL);
        must(bytes_take(&lines, (size_t)(end - lines.data) + 1, &line));
        check_next(play, &in, line);
    }
    must(in.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct carrier_kind *const kinds[] = {&carrier_unix, &carrier_syslog_tcp};
    static const struct sink_spec spec;
    static const struct carrier_options options;
    static struct play play;
    struct bytes in = bytes_of(data, size);
    uint8_t choice;
    int sides[2];
    const int room = 1; /* the least that there is */

    if (!bytes_u8(&in, &choice))
        return 0;
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sides) == 0);
    must(setsockopt(sides[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == 0);
    play.kind = kinds[choice % 2];
    play.receiver = sides[0];
    play.sent_length = 0;
    play.received_length = 0;
    play.carrier = play.kind->open(&spec, &options, sides[1]);
    must(play.carrier != NULL);
    play_steps(&play, in);
    while (play.kind->flush(play.carrier) == CARRIER_FULL)
        receive(&play, STREAM_MAX);
    receive(&play, STREAM_MAX);
    check(&play);
    play.kind->close(play.carrier);
    close(sides[0]);
    return 0;
}
