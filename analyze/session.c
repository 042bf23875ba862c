/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/session.h"

#include <stdlib.h>

#include "dissect/prelude.h"
#include "dissect/tls.h"

enum {
    NOTES_RESERVED = 10, /* room that what may come without end leaves for what ends a handshake */
    APPLICATION_NOTES_MAX = 12, /* of one side; from then on the last one is overwritten */
    LIMIT_STEPS = 4,            /* kinds of blocks for which ever less of the memory is there */
    LIMIT_SHARES = 8
};

/* The first block that is large enough; above BUDGET_SPARE_KINDS: one that is never spare. */
static unsigned kind_of_block(size_t octets)
{
    _Static_assert((BUFFER_FIRST_CAPACITY & (BUFFER_FIRST_CAPACITY - 1)) == 0, "a power of two");

    if (octets <= BUFFER_FIRST_CAPACITY)
        return 0;
    return (unsigned)(__builtin_clzl(BUFFER_FIRST_CAPACITY - 1) - __builtin_clzl(octets - 1));
}

static void *take_block(struct budget *budget, unsigned kind)
{
    struct spare_block *block = kind < BUDGET_SPARE_KINDS ? budget->spare[kind] : NULL;

    if (block == NULL)
        return malloc((size_t)BUFFER_FIRST_CAPACITY << kind);
    budget->spare[kind] = block->next;
    budget->spare_count[kind]--;
    return block;
}

static void give_block(struct budget *budget, void *data, size_t capacity)
{
    unsigned kind = kind_of_block(capacity);
    struct spare_block *block = data;

    if (data == NULL || kind >= BUDGET_SPARE_KINDS
        || budget->spare_count[kind] == BUDGET_SPARE_BLOCKS) {
        free(data);
        return;
    }
    block->next = budget->spare[kind];
    budget->spare[kind] = block;
    budget->spare_count[kind]++;
}

void budget_clear(struct budget *budget)
{
    for (size_t kind = 0; kind < BUDGET_SPARE_KINDS; kind++) {
        while (budget->spare[kind] != NULL) {
            struct spare_block *block = budget->spare[kind];

            budget->spare[kind] = block->next;
            free(block);
        }
        budget->spare_count[kind] = 0;
    }
}

/* What is long leaves room for what is short: all handshakes that are read at a time, with
 * hellos of usual length, fit beside messages that never end. */
static size_t limit_for(const struct budget *budget, unsigned kind)
{
    return budget->limit / LIMIT_SHARES
           * (LIMIT_SHARES - (kind < LIMIT_STEPS ? kind : LIMIT_STEPS));
}

bool budget_take(struct budget *budget, size_t octets)
{
    if (budget->limit - budget->used < octets)
        return false;
    budget->used += octets;
    if (budget->used > budget->peak)
        budget->peak = budget->used;
    return true;
}

static bool buffer_grow(struct buffer *buffer, struct budget *budget, size_t needed)
{
    unsigned kind = kind_of_block(needed);
    size_t capacity = (size_t)BUFFER_FIRST_CAPACITY << kind;
    uint8_t *data;

    if (budget->used + capacity - buffer->capacity > limit_for(budget, kind)
        || !budget_take(budget, capacity - buffer->capacity))
        return false;
    data = take_block(budget, kind);
    if (data == NULL) {
        budget->used -= capacity - buffer->capacity;
        return false;
    }
    if (buffer->length > 0)
        memcpy(data, buffer->data, buffer->length);
    give_block(budget, buffer->data, buffer->capacity);
    buffer->data = data;
    buffer->capacity = (uint32_t)capacity;
    return true;
}

bool buffer_append(struct buffer *buffer, struct budget *budget, struct bytes octets,
                   uint32_t ceiling)
{
    size_t needed = buffer->length + octets.len;

    if (octets.len > ceiling || needed > ceiling
        || (needed > buffer->capacity && !buffer_grow(buffer, budget, needed)))
        return false;
    if (octets.len > 0)
        memcpy(buffer->data + buffer->length, octets.data, octets.len);
    buffer->length = (uint32_t)needed;
    return true;
}

void buffer_release(struct buffer *buffer, struct budget *budget)
{
    if (buffer->data == NULL)
        return;
    give_block(budget, buffer->data, buffer->capacity);
    budget->used -= buffer->capacity;
    *buffer = (struct buffer){0};
}

/* What a peer may send without end, and what is alike: protected records, of which the first ones
 * tell where a flight begins and the last one how it ended, warnings, and the like. What is between
 * is counted only. */
static bool may_come_without_end(enum note_kind kind)
{
    return kind == NOTE_APPLICATION_DATA || kind == NOTE_ALERT || kind == NOTE_HEARTBEAT
           || kind == NOTE_CHANGE_CIPHER_SPEC || kind == NOTE_GAP;
}

static struct note *last_note_like(struct session *session, enum note_kind kind, enum side side)
{
    struct handshake *handshake = &session->handshake;

    for (size_t i = handshake->note_count; i > 0; i--) {
        struct note *note = &handshake->notes[i - 1];

        if (note->kind == kind && note->side == side)
            return note;
    }
    return NULL;
}

/* Make room by moving the last note of that kind to the end, so that notes stay in order. */
static struct note *reuse_note(struct session *session, struct note *old)
{
    struct handshake *handshake = &session->handshake;
    struct note *end = &handshake->notes[handshake->note_count - 1];

    memmove(old, old + 1, (size_t)(end - old) * sizeof(*old));
    return end;
}

enum { NOTES_OCTETS = HANDSHAKE_NOTES_MAX * sizeof(struct note) };

/* Room for another note; when those of the session itself are used up, that for all there may be.
 */
static bool has_room_for_note(struct session *session)
{
    struct handshake *handshake = &session->handshake;
    struct note *notes;

    if (handshake->note_count < SESSION_NOTES || handshake->notes != session->first_notes)
        return handshake->note_count < HANDSHAKE_NOTES_MAX;
    if (!budget_take(session->budget, NOTES_OCTETS))
        return false;
    notes = take_block(session->budget, kind_of_block(NOTES_OCTETS));
    if (notes == NULL) {
        session->budget->used -= NOTES_OCTETS;
        return false;
    }
    memcpy(notes, session->first_notes, sizeof(session->first_notes));
    handshake->notes = notes;
    return true;
}

static inline bool is_one_of_many(const struct session *session, bool is_application,
                                  enum side side)
{
    return is_application && session->application_notes[side] >= APPLICATION_NOTES_MAX;
}

static inline struct note *append_note(struct session *session, bool is_application, enum side side)
{
    session->application_notes[side] = (uint8_t)(session->application_notes[side] + is_application);
    return &session->handshake.notes[session->handshake.note_count++];
}

/* The room that is reserved is for what ends a handshake, once for each side: neither messages nor
 * warnings without end may hide it. */
NEVER_INLINE static struct note *find_room_for_note(struct session *session, enum note_kind kind,
                                                    enum side side)
{
    struct handshake *handshake = &session->handshake;
    bool is_crowded = handshake->note_count >= HANDSHAKE_NOTES_MAX - NOTES_RESERVED;
    bool is_application = kind == NOTE_APPLICATION_DATA;
    struct note *old = NULL;

    if (is_one_of_many(session, is_application, side) || (is_crowded && may_come_without_end(kind)))
        old = last_note_like(session, kind, side);
    if (old != NULL) {
        handshake->notes_full = handshake->notes_full || !is_application;
        return reuse_note(session, old);
    }
    if (is_crowded && (is_application || kind == NOTE_MESSAGE))
        return NULL;
    return has_room_for_note(session) ? append_note(session, is_application, side) : NULL;
}

/* Most handshakes have few. */
static inline struct note *new_note(struct session *session, enum note_kind kind, enum side side)
{
    bool is_application = kind == NOTE_APPLICATION_DATA;

    if (session->handshake.note_count >= SESSION_NOTES
        || is_one_of_many(session, is_application, side))
        return find_room_for_note(session, kind, side);
    return append_note(session, is_application, side);
}

/* What was captured late came before the packet that ACKed it: odd places are for that. */
static inline uint64_t place_of(const struct connection *connection, struct moment at)
{
    uint64_t place = 2 * at.packet;
    uint64_t arrived = 2 * connection->arrived_by - 1;

    return connection->arrived_by > 0 && arrived < place ? arrived : place;
}

struct note *session_note(struct session *session, enum note_kind kind, enum side side,
                          struct moment at)
{
    uint64_t place = place_of(session->connection, at);
    struct note *note = new_note(session, kind, side);

    if (note == NULL) {
        session->handshake.notes_full = true;
        return NULL;
    }
    if (place < session->last_place || kind == NOTE_GAP)
        session->has_late_notes = true;
    session->last_place = place;
    *note = (struct note){
        .at = at,
        .place = place,
        .offset = NOTE_NOT_KEPT,
        .kind = (uint8_t)kind,
        .side = (uint8_t)side,
    };
    return note;
}

void session_keep_body(struct session *session, struct note *note, struct bytes body)
{
    struct handshake *handshake = &session->handshake;
    uint32_t offset = session->transcript.length;

    if (!buffer_append(&session->transcript, session->budget, body, HANDSHAKE_TRANSCRIPT_MAX)) {
        handshake->transcript_full = true;
        handshake->gap_octets[note->side] += body.len;
        return;
    }
    handshake->transcript = session->transcript.data;
    handshake->transcript_length = session->transcript.length;
    note->offset = offset;
}

/* Octets behind a hole are delivered late, so notes come in an order that is not that of the
 * packets. Per side the order of the stream stands; between the sides the packets decide, and for
 * octets that were ACKed before they were captured, the ACK does. */
void session_order_notes(struct session *session)
{
    struct handshake *handshake = &session->handshake;
    uint64_t place[HANDSHAKE_NOTES_MAX];
    uint64_t last[SIDES] = {0};

    if (!session->has_late_notes)
        return;
    for (size_t i = 0; i < handshake->note_count; i++) {
        struct note note = handshake->notes[i];
        size_t at = i;

        if (note.kind != NOTE_GAP && note.place > last[note.side])
            last[note.side] = note.place;
        while (at > 0 && place[at - 1] > last[note.side]) {
            place[at] = place[at - 1];
            handshake->notes[at] = handshake->notes[at - 1];
            at--;
        }
        place[at] = last[note.side];
        handshake->notes[at] = note;
    }
}

static void swap_counts(uint64_t counts[SIDES])
{
    uint64_t first = counts[0];

    counts[0] = counts[1];
    counts[1] = first;
}

static void swap_counts32(uint32_t counts[SIDES])
{
    uint32_t first = counts[0];

    counts[0] = counts[1];
    counts[1] = first;
}

static void swap_texts(struct prelude_text *texts[SIDES])
{
    struct prelude_text *first = texts[0];

    texts[0] = texts[1];
    texts[1] = first;
}

void session_reverse(struct session *session)
{
    struct handshake *handshake = &session->handshake;
    struct reader reader = session->reader[SIDE_CLIENT];
    bool spoke = handshake->spoke_tls[SIDE_CLIENT];
    uint8_t notes = session->application_notes[SIDE_CLIENT];

    session->reader[SIDE_CLIENT] = session->reader[SIDE_SERVER];
    session->reader[SIDE_SERVER] = reader;
    session->application_notes[SIDE_CLIENT] = session->application_notes[SIDE_SERVER];
    session->application_notes[SIDE_SERVER] = notes;
    swap_texts(handshake->prelude);
    swap_texts(handshake->opening);
    handshake->spoke_tls[SIDE_CLIENT] = handshake->spoke_tls[SIDE_SERVER];
    handshake->spoke_tls[SIDE_SERVER] = spoke;
    swap_counts32(handshake->records);
    swap_counts32(handshake->application_records);
    swap_counts(handshake->application_octets);
    swap_counts(handshake->gap_octets);
    swap_counts(handshake->stream_octets);
    for (size_t i = 0; i < handshake->note_count; i++)
        handshake->notes[i].side = (uint8_t)side_other((enum side)handshake->notes[i].side);
    connection_reverse(session->connection);
}

static void release_text(struct session *session, struct prelude_text **text)
{
    if (*text == NULL)
        return;
    free(*text);
    *text = NULL;
    session->budget->used -= sizeof(struct prelude_text);
}

void session_begin(struct session *session, struct budget *budget)
{
    memset(session, 0, offsetof(struct session, first_notes));
    session->budget = budget;
    session->handshake.notes = session->first_notes;
}

void session_release(struct session *session)
{
    for (size_t side = 0; side < SIDES; side++) {
        buffer_release(&session->reader[side].partial, session->budget);
        buffer_release(&session->reader[side].message, session->budget);
        release_text(session, &session->handshake.prelude[side]);
        release_text(session, &session->handshake.opening[side]);
    }
    buffer_release(&session->transcript, session->budget);
    if (session->handshake.notes == session->first_notes)
        return;
    give_block(session->budget, session->handshake.notes, NOTES_OCTETS);
    session->handshake.notes = session->first_notes;
    session->budget->used -= NOTES_OCTETS;
}

void session_application_record(struct session *session, enum side from, struct moment at,
                                uint16_t version, uint32_t length)
{
    struct handshake *handshake = &session->handshake;
    struct note *note = session_note(session, NOTE_APPLICATION_DATA, from, at);

    handshake->application_records[from]++;
    handshake->application_octets[from] += length;
    if (note != NULL) {
        note->version = version;
        note->length = length;
    }
    if (!session->tls13 || length < FINISHED_RECORD_MIN)
        return;
    if (session->client_finished)
        session->follows_finished[from] = true;
    else if (from == SIDE_CLIENT)
        session->client_finished = true;
}

/* The head of an HTTP response with a status in which a server complains about plain HTTP on a
 * TLS port, or one that is not there yet: its body will tell. */
static bool may_be_complaint(struct bytes response)
{
    static const char head[] = "HTTP/1.1 400";
    size_t length = sizeof(head) - 1;

    return response.len < length || memcmp(response.data + length - 3, "400", 3) == 0;
}

/* Another protocol that is known to stay what it is. */
static bool prelude_is_settled(const struct prelude_text *text, bool from_client)
{
    static const bool may_switch[PRELUDE_COUNT] = {
        [PRELUDE_PARTIAL] = true,
        [PRELUDE_HTTP_CONNECT] = true,
        [PRELUDE_SMTP] = true,
        [PRELUDE_FTP] = true,
        [PRELUDE_REPLY] = true,
        [PRELUDE_STARTTLS] = true,
        [PRELUDE_POP3] = true,
        [PRELUDE_IMAP] = true,
        [PRELUDE_NNTP] = true,
        [PRELUDE_SIEVE] = true,
        [PRELUDE_IRC] = true,
        [PRELUDE_XMPP] = true,
        [PRELUDE_MYSQL] = true,
        [PRELUDE_MYSQL_SSL_REQUEST] = true,
        [PRELUDE_POSTGRESQL_SSL_REQUEST] = true,
        [PRELUDE_POSTGRESQL_ACCEPT] = true,
        [PRELUDE_LDAP] = true,
        [PRELUDE_SOCKS4] = true,
        [PRELUDE_SOCKS5] = true,
        [PRELUDE_PROXY_V1] = true,
        [PRELUDE_PROXY_V2] = true,
        [PRELUDE_RDP] = true,
        [PRELUDE_AMQP] = true,
    };

    struct bytes octets = bytes_of(text->data, text->length);
    enum prelude prelude = prelude_identify(octets, from_client);

    if (prelude == PRELUDE_HTTP_RESPONSE && text->length < sizeof(text->data))
        return !may_be_complaint(octets);
    return !may_switch[prelude];
}

static bool other_protocol_is_settled(const struct handshake *handshake)
{
    const struct prelude_text *client = handshake->prelude[SIDE_CLIENT];
    const struct prelude_text *server = handshake->prelude[SIDE_SERVER];

    if (handshake->stream_octets[SIDE_CLIENT] > PRELUDE_SEARCH_MAX
        || handshake->stream_octets[SIDE_SERVER] > PRELUDE_SEARCH_MAX)
        return true;
    return client != NULL && server != NULL && prelude_is_settled(client, true)
           && prelude_is_settled(server, false);
}

bool session_settled(const struct session *session)
{
    const struct handshake *handshake = &session->handshake;
    const uint32_t *application = handshake->application_records;

    if (session->tls13)
        return session->follows_finished[SIDE_CLIENT] && session->follows_finished[SIDE_SERVER];
    if (session->server_hello_seen || (session->midway && !session->hello_seen))
        return application[SIDE_CLIENT] > 0 && application[SIDE_SERVER] > 0;
    if (handshake->spoke_tls[SIDE_CLIENT] || handshake->spoke_tls[SIDE_SERVER])
        return false;
    return other_protocol_is_settled(handshake);
}
