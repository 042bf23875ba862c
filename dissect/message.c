/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/message.h"

enum message_status message_next(struct bytes *handshake, struct message *out, size_t *need)
{
    struct bytes in = *handshake;
    struct message message = {.body = {.len = 0}};
    uint32_t length;

    if (!bytes_u8(&in, &message.type) || !bytes_u24(&in, &length)) {
        *need = TLS_HANDSHAKE_HEADER_LENGTH;
        return MESSAGE_PARTIAL;
    }
    *out = message;
    *need = (size_t)TLS_HANDSHAKE_HEADER_LENGTH + length;
    if (length > MESSAGE_BODY_MAX)
        return MESSAGE_TOO_LONG;
    if (!bytes_take(&in, length, &out->body))
        return MESSAGE_PARTIAL;
    *handshake = in;
    return MESSAGE_OK;
}
