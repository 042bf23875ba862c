/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/history.h"

#include "dissect/tls.h"

/* Notes that are not messages, by enum note_kind; 0: no letter. */
static const char kind_letters[] = {
    [NOTE_CHANGE_CIPHER_SPEC] = 'I',
    [NOTE_ENCRYPTED_HANDSHAKE] = 'F',
    [NOTE_ALERT] = 'L',
    [NOTE_ENCRYPTED_ALERT] = 'L',
    [NOTE_APPLICATION_DATA] = 'D',
    [NOTE_HEARTBEAT] = 'B',
    [NOTE_MALFORMED] = 'M',
    [NOTE_PLAINTEXT] = 'Q',
    [NOTE_GAP] = '-',
    [NOTE_FIN] = 0,
    [NOTE_RST] = 0,
};

/* Messages, by HandshakeType; 0: 'Z'. */
static const char message_letters[] = {
    [TLS_HANDSHAKE_HELLO_REQUEST] = 'H',
    [TLS_HANDSHAKE_CLIENT_HELLO] = 'C',
    [TLS_HANDSHAKE_SERVER_HELLO] = 'S',
    [TLS_HANDSHAKE_HELLO_VERIFY_REQUEST] = 'V',
    [TLS_HANDSHAKE_NEW_SESSION_TICKET] = 'T',
    [TLS_HANDSHAKE_END_OF_EARLY_DATA] = 'E',
    [TLS_HANDSHAKE_HELLO_RETRY_REQUEST_RESERVED] = 'J',
    [TLS_HANDSHAKE_ENCRYPTED_EXTENSIONS] = 'O',
    [TLS_HANDSHAKE_CERTIFICATE] = 'X',
    [TLS_HANDSHAKE_SERVER_KEY_EXCHANGE] = 'K',
    [TLS_HANDSHAKE_CERTIFICATE_REQUEST] = 'R',
    [TLS_HANDSHAKE_SERVER_HELLO_DONE] = 'N',
    [TLS_HANDSHAKE_CERTIFICATE_VERIFY] = 'Y',
    [TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE] = 'G',
    [TLS_HANDSHAKE_FINISHED] = 'F',
    [TLS_HANDSHAKE_CERTIFICATE_URL] = 'W',
    [TLS_HANDSHAKE_CERTIFICATE_STATUS] = 'U',
    [TLS_HANDSHAKE_SUPPLEMENTAL_DATA] = 'A',
    [TLS_HANDSHAKE_KEY_UPDATE] = 'P',
};

static char message_letter(uint8_t type)
{
    if (type < sizeof(message_letters) && message_letters[type] != 0)
        return message_letters[type];
    return 'Z';
}

/* What the client's note is; most are messages. */
static char note_letter(const struct note *note)
{
    if (note->kind == NOTE_MESSAGE)
        return message_letter(note->type);
    if (note->kind == NOTE_SSLV2_HELLO)
        return note->type == SSLV2_NOTE_ERROR ? 'L' : message_letter(note->type);
    return note->kind < sizeof(kind_letters) ? kind_letters[note->kind] : 0;
}

size_t history_format(const struct handshake *handshake, char out[HISTORY_SIZE])
{
    size_t length = 0;

    for (size_t i = 0; i < handshake->note_count; i++) {
        const struct note *note = &handshake->notes[i];
        char letter = note_letter(note);

        /* What no letter stands for is written over. */
        out[length] =
            note->side == SIDE_SERVER && letter >= 'A' ? (char)(letter + 'a' - 'A') : letter;
        length += letter != 0;
    }
    out[length] = '\0';
    return length;
}
