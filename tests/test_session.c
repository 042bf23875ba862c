/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes of a handshake in progress: whether kept in brief or in full, they come out as made. */
#include "analyze/session.h"
#include "tests/support/suite.h"

#define SECOND_NS INT64_C(1000000000)

enum { BODY = 100, CERTIFICATE = 3000, MEMORY = 1 << 20 };

struct fixture {
    struct session_memory memory;
    struct connection connection;
    struct session session;
    struct handshake handshake;
    struct note room[SESSION_NOTES];
};

static void begin(struct fixture *fixture, size_t memory)
{
    *fixture = (struct fixture){
        .memory = {.budget = {.limit = memory}, .bodies = body_table_new(MEMORY)},
        .connection = {.first = {.time_ns = 1000 * SECOND_NS, .packet = 1000}},
    };
    session_begin(&fixture->session, &fixture->memory, &fixture->connection);
}

static void end(struct fixture *fixture)
{
    session_release(&fixture->session);
    budget_clear(&fixture->memory.budget);
    CU_ASSERT_EQUAL(fixture->memory.budget.used, 0);
    body_table_free(fixture->memory.bodies); /* who still held one would lose it: the sanitizer
                                                would tell */
}

/* The moment of the note of this number, in order. */
static struct moment moment_of(size_t number)
{
    return (struct moment){
        .time_ns = 1000 * SECOND_NS + (int64_t)number * 7 * SECOND_NS,
        .packet = 1000 + number * 3,
    };
}

static bool add_note(struct fixture *fixture, enum note_kind kind, enum side side, struct moment at,
                     struct note_detail detail)
{
    const struct run run = {.session = &fixture->session, .from = side, .at = at};

    return session_note(&run, kind, detail);
}

/* A message with a body that is kept, alternately of both sides. */
static void note_message(struct fixture *fixture, size_t number)
{
    const struct note_detail detail = {.length = BODY, .version = 0x0303, .type = 11, .code = 7};
    enum side side = number % 2 == 0 ? SIDE_CLIENT : SIDE_SERVER;
    uint8_t body[BODY];

    memset(body, (int)number, sizeof(body));
    CU_ASSERT_TRUE(add_note(fixture, NOTE_MESSAGE, side, moment_of(number), detail));
    session_keep_body(&fixture->session, side, bytes_of(body, sizeof(body)));
}

static void conclude(struct fixture *fixture)
{
    session_conclude(&fixture->session, &fixture->handshake, fixture->room);
}

static void expect_message(const struct fixture *fixture, size_t index, size_t number)
{
    const struct note *note = &fixture->handshake.notes[index];
    struct bytes body = handshake_body(&fixture->handshake, note);

    CU_ASSERT_EQUAL(note->kind, NOTE_MESSAGE);
    CU_ASSERT_EQUAL(note->side, number % 2 == 0 ? SIDE_CLIENT : SIDE_SERVER);
    CU_ASSERT_EQUAL(note->at.time_ns, moment_of(number).time_ns);
    CU_ASSERT_EQUAL(note->at.packet, moment_of(number).packet);
    CU_ASSERT_EQUAL(note->version, 0x0303);
    CU_ASSERT_EQUAL(note->type, 11);
    CU_ASSERT_EQUAL(note->code, 7);
    CU_ASSERT_EQUAL_FATAL(body.len, BODY);
    CU_ASSERT_EQUAL(body.data[0], number);
    CU_ASSERT_EQUAL(body.data[BODY - 1], number);
}

static void few_notes_come_out_as_made(void)
{
    const struct note_detail fin = {0};
    struct fixture fixture;

    begin(&fixture, MEMORY);
    note_message(&fixture, 0);
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_FIN, SIDE_SERVER, moment_of(1), fin));
    note_message(&fixture, 2);
    CU_ASSERT_PTR_NULL(fixture.session.notes);
    conclude(&fixture);
    CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, 3);
    expect_message(&fixture, 0, 0);
    expect_message(&fixture, 2, 2);
    CU_ASSERT_EQUAL(fixture.handshake.notes[1].kind, NOTE_FIN);
    CU_ASSERT_EQUAL(fixture.handshake.notes[1].side, SIDE_SERVER);
    CU_ASSERT_EQUAL(fixture.handshake.notes[1].offset, NOTE_NOT_KEPT);
    end(&fixture);
}

/* The beginning of it, behind the bodies of messages. */
static void what_is_in_a_reset_is_kept(void)
{
    enum { LONG = HANDSHAKE_RESET_TEXT_MAX + 1 };
    static const uint8_t text[LONG] = "why";
    static const size_t lengths[] = {0, 3, HANDSHAKE_RESET_TEXT_MAX, LONG};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        const size_t kept = lengths[i] < LONG ? lengths[i] : HANDSHAKE_RESET_TEXT_MAX;
        struct fixture fixture;
        struct bytes octets;

        begin(&fixture, MEMORY);
        note_message(&fixture, 0);
        session_note_closed(&fixture.session, SIDE_CLIENT, false, bytes_of("", 0), moment_of(1));
        session_note_closed(&fixture.session, SIDE_SERVER, true, bytes_of(text, lengths[i]),
                            moment_of(2));
        conclude(&fixture);
        CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, 3);
        CU_ASSERT_EQUAL(fixture.handshake.notes[1].kind, NOTE_FIN);
        CU_ASSERT_EQUAL(fixture.handshake.notes[1].length, 0);
        CU_ASSERT_EQUAL(fixture.handshake.notes[2].kind, NOTE_RST);
        CU_ASSERT_EQUAL(fixture.handshake.notes[2].side, SIDE_SERVER);
        octets = handshake_body(&fixture.handshake, &fixture.handshake.notes[2]);
        CU_ASSERT_EQUAL_FATAL(octets.len, kept);
        CU_ASSERT_TRUE(kept == 0 || memcmp(octets.data, text, kept) == 0);
        end(&fixture);
    }
}

static void many_notes_come_out_as_made(void)
{
    struct fixture fixture;

    begin(&fixture, MEMORY);
    for (size_t i = 0; i <= SESSION_NOTES; i++)
        note_message(&fixture, i);
    CU_ASSERT_PTR_NOT_NULL(fixture.session.notes);
    conclude(&fixture);
    CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, SESSION_NOTES + 1);
    for (size_t i = 0; i <= SESSION_NOTES; i++)
        expect_message(&fixture, i, i);
    end(&fixture);
}

/* Each of these is too much for a note in brief, or is where none was expected. */
static void a_note_of_unusual_size_comes_out_as_made(void)
{
    const struct {
        struct moment at;
        uint32_t length;
    } unusual[] = {
        {{.time_ns = 1000 * SECOND_NS + (INT64_C(1) << 40), .packet = 2000}, 1},
        {{.time_ns = INT64_MAX, .packet = 2000}, 1},
        {{.time_ns = 999 * SECOND_NS, .packet = 2000}, 1},
        {{.time_ns = 1001 * SECOND_NS, .packet = 1000 + (UINT64_C(1) << 32)}, 1},
        {{.time_ns = 1001 * SECOND_NS, .packet = 2000}, UINT16_MAX + 1},
        {{.time_ns = 1001 * SECOND_NS, .packet = 2000}, UINT32_MAX},
    };

    for (size_t i = 0; i < sizeof(unusual) / sizeof(unusual[0]); i++) {
        const struct note_detail detail = {.length = unusual[i].length};
        struct fixture fixture;
        const struct note *note;

        begin(&fixture, MEMORY);
        note_message(&fixture, 0);
        CU_ASSERT_TRUE(
            add_note(&fixture, NOTE_ENCRYPTED_HANDSHAKE, SIDE_CLIENT, unusual[i].at, detail));
        conclude(&fixture);
        CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, 2);
        expect_message(&fixture, 0, 0);
        note = &fixture.handshake.notes[1];
        CU_ASSERT_EQUAL(note->at.time_ns, unusual[i].at.time_ns);
        CU_ASSERT_EQUAL(note->at.packet, unusual[i].at.packet);
        CU_ASSERT_EQUAL(note->length, unusual[i].length);
        end(&fixture);
    }
}

/* The largest that there is room for in brief. */
static void a_note_that_just_fits_comes_out_as_made(void)
{
    const struct note_detail detail = {.length = UINT16_MAX};
    const struct moment at = {
        .time_ns = 1000 * SECOND_NS + (INT64_C(1) << 40) - 1,
        .packet = UINT64_C(1000) + UINT32_MAX,
    };
    struct fixture fixture;

    begin(&fixture, MEMORY);
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_RST, SIDE_SERVER, at, detail));
    CU_ASSERT_PTR_NULL(fixture.session.notes);
    conclude(&fixture);
    CU_ASSERT_EQUAL(fixture.handshake.notes[0].at.time_ns, at.time_ns);
    CU_ASSERT_EQUAL(fixture.handshake.notes[0].at.packet, at.packet);
    CU_ASSERT_EQUAL(fixture.handshake.notes[0].length, UINT16_MAX);
    end(&fixture);
}

static void sides_are_exchanged_in_brief_and_in_full(void)
{
    const size_t counts[] = {2, SESSION_NOTES + 2};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct fixture fixture;

        begin(&fixture, MEMORY);
        for (size_t number = 0; number < counts[i]; number++)
            note_message(&fixture, number);
        session_reverse_notes(&fixture.session);
        conclude(&fixture);
        for (size_t number = 0; number < counts[i]; number++)
            CU_ASSERT_EQUAL(fixture.handshake.notes[number].side,
                            number % 2 == 0 ? SIDE_SERVER : SIDE_CLIENT);
        end(&fixture);
    }
}

/* What was ACKed before it was captured belongs before what came between. */
static void what_came_late_is_put_where_it_belongs(void)
{
    const struct note_detail detail = {.length = 1};
    struct fixture fixture;

    begin(&fixture, MEMORY);
    note_message(&fixture, 0);
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_RST, SIDE_CLIENT, moment_of(2), detail));
    fixture.connection.arrived_by = moment_of(1).packet;
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_ALERT, SIDE_SERVER, moment_of(3), detail));
    conclude(&fixture);
    CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, 3);
    CU_ASSERT_EQUAL(fixture.handshake.notes[1].kind, NOTE_ALERT);
    CU_ASSERT_EQUAL(fixture.handshake.notes[1].at.packet, moment_of(3).packet);
    CU_ASSERT_EQUAL(fixture.handshake.notes[2].kind, NOTE_RST);
    end(&fixture);
}

/* Octets behind a hole that is given up come out behind the RST that their sender sent later. */
static void a_reset_is_no_part_of_the_stream(void)
{
    const struct note_detail detail = {.length = 1};
    struct fixture fixture;

    begin(&fixture, MEMORY);
    note_message(&fixture, 0);
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_ALERT, SIDE_SERVER, moment_of(2), detail));
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_RST, SIDE_CLIENT, moment_of(3), detail));
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_GAP, SIDE_CLIENT, moment_of(3), detail));
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_APPLICATION_DATA, SIDE_CLIENT, moment_of(1), detail));
    conclude(&fixture);
    CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, 5);
    CU_ASSERT_EQUAL(fixture.handshake.notes[2].kind, NOTE_APPLICATION_DATA);
    CU_ASSERT_EQUAL(fixture.handshake.notes[3].kind, NOTE_ALERT);
    CU_ASSERT_EQUAL(fixture.handshake.notes[4].kind, NOTE_RST);
    end(&fixture);
}

/* Neither memory nor a place among the notes is needed for what goes on without end. */
static void application_data_without_end_fits_in_brief(void)
{
    enum { RECORDS = 100 };
    const struct note_detail detail = {.length = 100};
    struct fixture fixture;
    const struct note *notes;

    begin(&fixture, 0);
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_CHANGE_CIPHER_SPEC, SIDE_SERVER, moment_of(0), detail));
    for (uint64_t i = 1; i <= RECORDS; i++)
        CU_ASSERT_TRUE(
            add_note(&fixture, NOTE_APPLICATION_DATA, SIDE_CLIENT, moment_of(i), detail));
    CU_ASSERT_TRUE(add_note(&fixture, NOTE_RST, SIDE_SERVER, moment_of(RECORDS + 1),
                            (struct note_detail){.length = 0}));
    CU_ASSERT_TRUE(
        add_note(&fixture, NOTE_APPLICATION_DATA, SIDE_CLIENT, moment_of(RECORDS + 2), detail));
    conclude(&fixture);
    notes = fixture.handshake.notes;
    CU_ASSERT_FALSE(fixture.handshake.notes_full);
    CU_ASSERT_EQUAL(fixture.handshake.gap_octets[SIDE_CLIENT], 0);
    CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, 14);
    CU_ASSERT_EQUAL(notes[11].at.packet, moment_of(11).packet);
    CU_ASSERT_EQUAL(notes[12].kind, NOTE_RST);
    CU_ASSERT_EQUAL(notes[13].at.packet, moment_of(RECORDS + 2).packet);
    end(&fixture);
}

static void notes_without_memory_count_as_not_captured(void)
{
    const struct note_detail detail = {.length = 1};
    struct fixture fixture;

    begin(&fixture, 0);
    for (size_t i = 0; i < SESSION_NOTES; i++)
        CU_ASSERT_TRUE(add_note(&fixture, NOTE_HEARTBEAT, SIDE_CLIENT, moment_of(i), detail));
    CU_ASSERT_FALSE(fixture.session.notes_full);
    CU_ASSERT_FALSE(
        add_note(&fixture, NOTE_HEARTBEAT, SIDE_CLIENT, moment_of(SESSION_NOTES), detail));
    conclude(&fixture);
    CU_ASSERT_TRUE(fixture.handshake.notes_full);
    CU_ASSERT_EQUAL(fixture.handshake.gap_octets[SIDE_CLIENT], 1);
    CU_ASSERT_EQUAL(fixture.handshake.note_count, SESSION_NOTES);
    end(&fixture);
}

/* A Certificate, of the server, whose octets are all this value. */
static void note_certificate(struct fixture *fixture, size_t number, uint8_t value)
{
    const struct note_detail detail = {.length = CERTIFICATE, .type = 11};
    uint8_t body[CERTIFICATE];

    memset(body, value, sizeof(body));
    CU_ASSERT_TRUE(add_note(fixture, NOTE_MESSAGE, SIDE_SERVER, moment_of(number), detail));
    session_share_body(&fixture->session, SIDE_SERVER, bytes_of(body, sizeof(body)));
}

static void expect_certificate(const struct fixture *fixture, size_t index, uint8_t value)
{
    struct bytes body = handshake_body(&fixture->handshake, &fixture->handshake.notes[index]);

    CU_ASSERT_EQUAL_FATAL(body.len, CERTIFICATE);
    CU_ASSERT_EQUAL(body.data[0], value);
    CU_ASSERT_EQUAL(body.data[CERTIFICATE - 1], value);
}

/* The first one is shared, and another is copied; what is between and behind them stays. */
static void what_is_shared_comes_out_in_brief_and_in_full(void)
{
    const size_t counts[] = {4, SESSION_NOTES + 2};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct fixture fixture;

        begin(&fixture, MEMORY);
        note_message(&fixture, 0);
        note_certificate(&fixture, 1, 'a');
        note_message(&fixture, 2);
        note_certificate(&fixture, 3, 'b');
        for (size_t number = 4; number < counts[i]; number++)
            note_message(&fixture, number);
        CU_ASSERT_EQUAL(fixture.session.transcript.length, BODY * (counts[i] - 2) + CERTIFICATE);
        conclude(&fixture);
        CU_ASSERT_EQUAL_FATAL(fixture.handshake.note_count, counts[i]);
        expect_certificate(&fixture, 1, 'a');
        expect_certificate(&fixture, 3, 'b');
        for (size_t number = 0; number < counts[i]; number++)
            if (number != 1 && number != 3)
                expect_message(&fixture, number, number);
        end(&fixture);
    }
}

static void what_is_shared_stays_when_sides_are_exchanged(void)
{
    struct fixture fixture;

    begin(&fixture, MEMORY);
    note_certificate(&fixture, 0, 'a');
    session_reverse_notes(&fixture.session);
    conclude(&fixture);
    CU_ASSERT_EQUAL(fixture.handshake.notes[0].side, SIDE_CLIENT);
    expect_certificate(&fixture, 0, 'a');
    end(&fixture);
}

/* Once there are many notes, too. */
static void what_is_shared_late_comes_out(void)
{
    struct fixture fixture;

    begin(&fixture, MEMORY);
    for (size_t number = 0; number <= SESSION_NOTES; number++)
        note_message(&fixture, number);
    note_certificate(&fixture, SESSION_NOTES + 1, 'a');
    CU_ASSERT_PTR_NOT_NULL(fixture.session.shared);
    conclude(&fixture);
    expect_certificate(&fixture, SESSION_NOTES + 1, 'a');
    end(&fixture);
}

/* The room for a record of 16005 octets of which only so many came. */
static size_t room_for_record(size_t brought)
{
    enum { FRAGMENT = 16000 };
    static const uint8_t record[FRAGMENT] = {22, 3, 3, FRAGMENT >> 8, FRAGMENT & 0xff, 11};
    struct fixture fixture;
    size_t room;

    begin(&fixture, MEMORY);
    session_read(&fixture.session, SIDE_SERVER, bytes_of(record, brought), moment_of(0));
    CU_ASSERT_EQUAL(fixture.session.partial[SIDE_SERVER].length, brought);
    room = fixture.session.partial[SIDE_SERVER].capacity;
    end(&fixture);
    return room;
}

/* Anybody can announce a long one. */
static void a_record_has_room_when_half_of_it_came(void)
{
    CU_ASSERT_EQUAL(room_for_record(6), BUFFER_FIRST_CAPACITY);
    CU_ASSERT_EQUAL(room_for_record(8002), 8192);
    CU_ASSERT_EQUAL(room_for_record(8003), 16384);
}

static void a_record_that_breaks_off_is_counted(void)
{
    static const uint8_t record[] = {22, 3, 3, 0, 7, 2, 0, 0, 3, 0, 0, 0};

    for (size_t length = TLS_RECORD_HEADER_LENGTH; length <= sizeof(record); length++) {
        struct fixture fixture;

        begin(&fixture, MEMORY);
        session_read(&fixture.session, SIDE_SERVER, bytes_of(record, length), moment_of(0));
        conclude(&fixture);
        CU_ASSERT_EQUAL(fixture.handshake.begun_octets[SIDE_SERVER],
                        length < sizeof(record) ? length : 0);
        CU_ASSERT_EQUAL(fixture.handshake.begun_octets[SIDE_CLIENT], 0);
        end(&fixture);
    }
}

/* A message of which some records came, and what is known of it without its end. */
static void a_message_that_breaks_off_is_announced(void)
{
    static const uint8_t part[] = {22, 3, 3, 0, 7, 11, 1, 0, 0, 0, 0, 0};
    static const uint8_t whole[] = {22, 3, 3, 0, 7, 11, 0, 0, 3, 0, 0, 0};
    struct fixture fixture;

    begin(&fixture, MEMORY);
    session_read(&fixture.session, SIDE_SERVER, bytes_of(part, sizeof(part)), moment_of(0));
    conclude(&fixture);
    CU_ASSERT_EQUAL(fixture.handshake.partial_message[SIDE_SERVER].type, 11);
    CU_ASSERT_EQUAL(fixture.handshake.partial_message[SIDE_SERVER].length, 65536);
    CU_ASSERT_EQUAL(fixture.handshake.partial_message[SIDE_CLIENT].length, 0);
    end(&fixture);
    begin(&fixture, MEMORY);
    session_read(&fixture.session, SIDE_SERVER, bytes_of(whole, sizeof(whole)), moment_of(0));
    conclude(&fixture);
    CU_ASSERT_EQUAL(fixture.handshake.partial_message[SIDE_SERVER].length, 0);
    end(&fixture);
}

static void a_protected_record_that_breaks_off_lacks_octets(void)
{
    static const uint8_t part[] = {23, 3, 3, 0, 53, 1, 2, 3};
    uint8_t rest[50] = {0};
    struct fixture fixture;

    begin(&fixture, MEMORY);
    session_read(&fixture.session, SIDE_SERVER, bytes_of(part, sizeof(part)), moment_of(0));
    conclude(&fixture);
    CU_ASSERT_EQUAL(fixture.handshake.broken_octets[SIDE_SERVER], sizeof(rest));
    CU_ASSERT_EQUAL(fixture.handshake.broken_octets[SIDE_CLIENT], 0);
    session_read(&fixture.session, SIDE_SERVER, bytes_of(rest, sizeof(rest)), moment_of(1));
    conclude(&fixture);
    CU_ASSERT_EQUAL(fixture.handshake.broken_octets[SIDE_SERVER], 0);
    end(&fixture);
}

/* Of a hello that breaks off, what came of it counts: the message's octets without the headers of
 * its records. */
static void a_hello_that_breaks_off_is_a_hello(void)
{
    static const struct {
        uint8_t octets[16];
        size_t length;
        bool broke_off;
        uint32_t came;
    } rows[] = {
        {{22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3, 0}, 12, true, 7},
        {{22, 3, 1, 0, 100, 1, 0, 0, 96, 3}, 10, true, 5},
        {{22, 3, 1, 0, 100}, 5, true, 0}, /* the header of a record alone */
        {{22, 3, 1, 0}, 4, false, 0},     /* may be anything */
        {{22, 3, 1, 0, 4}, 5, false, 0},  /* shorter than any hello */
        {{22, 3, 1, 0x50, 0}, 5, false, 0},
        {{23, 3, 1, 0, 100}, 5, false, 0},
        {{22, 3, 1, 0, 100, 2}, 6, false, 0},
        {{22, 3, 1, 0, 6, 1, 0, 0, 96, 3, 3}, 11, true, 6},
        {{22, 3, 1, 0, 6, 1, 0, 0, 96, 3, 3, 22, 3, 1}, 14, true, 6},
        {{22, 3, 1, 0, 6, 1, 0, 0, 4, 3, 3}, 11, true, 6},
        {{22, 3, 1, 0, 6, 1, 0, 0, 96, 9, 3}, 11, false, 0},
        {{22, 3, 1, 0, 6, 11, 0, 0, 96, 3, 3}, 11, false, 0},
        {{22, 3, 1, 0, 3, 1, 0, 0}, 8, false, 0},
        {{22, 3, 1, 0, 4, 1, 0, 0, 96}, 9, false, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct fixture fixture;

        begin(&fixture, MEMORY);
        fixture.session.midway = false;
        session_read(&fixture.session, SIDE_CLIENT, bytes_of(rows[i].octets, rows[i].length),
                     moment_of(0));
        conclude(&fixture);
        CU_ASSERT_EQUAL(fixture.handshake.hello_broke_off, rows[i].broke_off);
        CU_ASSERT_EQUAL(fixture.handshake.partial_hello_octets, rows[i].came);
        if (fixture.handshake.partial_hello_octets != rows[i].came)
            printf("\nrow %zu: %u\n", i, fixture.handshake.partial_hello_octets);
        end(&fixture);
    }
}

static const struct note *find_malformed(const struct handshake *handshake)
{
    return handshake_next(handshake, NULL, SIDE_SERVER, NOTE_MALFORMED);
}

#define WARNING "\x15\3\3\0\2\1\x5a"
#define OCTETS(text)                                                                               \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

/* However the stream is cut. */
static void what_is_malformed_has_its_place_in_the_stream(void)
{
    static const struct {
        struct bytes octets;
        uint32_t before;
        enum malformation what;
    } rows[] = {
        {OCTETS(WARNING "this is no record"), 7, MALFORMED_RECORD},
        {OCTETS(WARNING WARNING "\x17\3\3\x50\0this is too long"), 14, MALFORMED_RECORD_SIZE},
        {OCTETS(WARNING "\x15\3\3\0\1\x9" WARNING WARNING), 7, MALFORMED_ALERT},
        {OCTETS(WARNING "\x16\3\3\0\x5\xb\xff\xff\xff\0" WARNING), 7, MALFORMED_MESSAGE_SIZE},
        {OCTETS("\x16\5\5\0\x2e\2\0\0\x2a\3\3hello"), 0, MALFORMED_RECORD_VERSION},
    };
    static const size_t pieces[] = {100, 1, 3, 11};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (size_t j = 0; j < sizeof(pieces) / sizeof(pieces[0]); j++) {
            struct bytes rest = rows[i].octets;
            const struct note *note;
            struct fixture fixture;
            struct bytes piece;

            begin(&fixture, MEMORY);
            fixture.session.midway = false;
            fixture.session.hello_seen = true;
            while (rest.len > 0
                   && bytes_take(&rest, rest.len < pieces[j] ? rest.len : pieces[j], &piece))
                session_read(&fixture.session, SIDE_SERVER, piece, moment_of(0));
            conclude(&fixture);
            note = find_malformed(&fixture.handshake);
            CU_ASSERT_PTR_NOT_NULL_FATAL(note);
            CU_ASSERT_EQUAL(note->type, rows[i].what);
            CU_ASSERT_EQUAL(note->length, rows[i].before);
            end(&fixture);
        }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"few notes come out as made", few_notes_come_out_as_made},
        {"what is in a reset is kept", what_is_in_a_reset_is_kept},
        {"many notes come out as made", many_notes_come_out_as_made},
        {"a note of unusual size comes out as made", a_note_of_unusual_size_comes_out_as_made},
        {"a note that just fits comes out as made", a_note_that_just_fits_comes_out_as_made},
        {"sides are exchanged in brief and in full", sides_are_exchanged_in_brief_and_in_full},
        {"what came late is put where it belongs", what_came_late_is_put_where_it_belongs},
        {"a reset is no part of the stream", a_reset_is_no_part_of_the_stream},
        {"application data without end fits in brief", application_data_without_end_fits_in_brief},
        {"notes without memory count as not captured", notes_without_memory_count_as_not_captured},
        {"what is shared comes out in brief and in full",
         what_is_shared_comes_out_in_brief_and_in_full},
        {"what is shared stays when sides are exchanged",
         what_is_shared_stays_when_sides_are_exchanged},
        {"what is shared late comes out", what_is_shared_late_comes_out},
        {"a record has room when half of it came", a_record_has_room_when_half_of_it_came},
        {"a record that breaks off is counted", a_record_that_breaks_off_is_counted},
        {"a message that breaks off is announced", a_message_that_breaks_off_is_announced},
        {"a protected record that breaks off lacks octets",
         a_protected_record_that_breaks_off_lacks_octets},
        {"a hello that breaks off is a hello", a_hello_that_breaks_off_is_a_hello},
        {"what is malformed has its place in the stream",
         what_is_malformed_has_its_place_in_the_stream},
        CU_TEST_INFO_NULL,
    };

    return suite_run("session", tests);
}
