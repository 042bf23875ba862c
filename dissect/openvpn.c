/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/openvpn.h"

enum {
    OPCODE_CONTROL = 4,
    OPCODE_RESET_CLIENT = 7, /* P_CONTROL_HARD_RESET_CLIENT_V2 */
    OPCODE_RESET_SERVER = 8, /* P_CONTROL_HARD_RESET_SERVER_V2 */
    /* P_CONTROL_HARD_RESET_CLIENT_V3: with a key of its own, encrypted. */
    OPCODE_RESET_WRAPPED = 10,
    KEY_BITS = 3,
    SESSION_LENGTH = 8,
    REPLAY_LENGTH = 8, /* packet and time, of tls-auth and tls-crypt */
    CRYPT_HMAC_LENGTH = 32,
    OPENING_CLIENT = 1 + SESSION_LENGTH + 1 + 4, /* no ACK, and message 0 */
    OPENING_SERVER = OPENING_CLIENT + 4 + SESSION_LENGTH
};

static bool is_number(struct bytes octets, size_t at, uint32_t wanted)
{
    uint32_t number;

    return bytes_skip(&octets, at) && bytes_u32(&octets, &number) && number == wanted;
}

/* By where the number of the first packet is. The packet is whole. */
static bool find_protection(struct bytes packet, size_t bare, struct openvpn_protection *out)
{
    const size_t added = packet.len - bare;
    const bool has_replay = added >= REPLAY_LENGTH;

    *out = (struct openvpn_protection){0};
    if (added == 0)
        return true;
    if (added == REPLAY_LENGTH + CRYPT_HMAC_LENGTH && is_number(packet, 1 + SESSION_LENGTH, 1)) {
        out->encrypted = true;
        return true;
    }
    out->authentication = (uint8_t)added;
    return has_replay && added - REPLAY_LENGTH <= OPENVPN_HMAC_MAX
           && is_number(packet, 1 + SESSION_LENGTH + added - REPLAY_LENGTH, 1);
}

/* The first message has the number 0, which is the packet's last field. */
static enum openvpn_status read_opening(struct bytes packet, size_t bare,
                                        struct openvpn_protection *out)
{
    if (packet.len < bare || !find_protection(packet, bare, out))
        return OPENVPN_ALIEN;
    return out->encrypted || is_number(packet, packet.len - 4, 0) ? OPENVPN_OK : OPENVPN_ALIEN;
}

enum openvpn_status openvpn_opening(struct bytes octets, bool from_client,
                                    struct openvpn_protection *out)
{
    const uint8_t wanted = from_client ? OPCODE_RESET_CLIENT : OPCODE_RESET_SERVER;
    struct bytes packet, rest;
    uint16_t length;
    uint8_t opcode;

    if (octets.len > 0 && octets.data[0] > 1)
        return OPENVPN_ALIEN; /* no packet is so long */
    if (!bytes_u16(&octets, &length))
        return OPENVPN_PARTIAL;
    rest = octets;
    if (!bytes_u8(&octets, &opcode))
        return OPENVPN_PARTIAL;
    if (from_client && opcode == OPCODE_RESET_WRAPPED << KEY_BITS
        && length >= OPENING_CLIENT + REPLAY_LENGTH + CRYPT_HMAC_LENGTH) {
        *out = (struct openvpn_protection){.encrypted = true};
        return OPENVPN_OK;
    }
    if (opcode != wanted << KEY_BITS)
        return OPENVPN_ALIEN;
    if (!bytes_take(&rest, length, &packet))
        return length < OPENVPN_HEADER_MAX ? OPENVPN_PARTIAL : OPENVPN_ALIEN;
    return read_opening(packet, from_client ? OPENING_CLIENT : OPENING_SERVER, out);
}

/* ACKs, and the number of the message behind them. */
static bool take_message(struct bytes *in, uint32_t *message, bool *has_room)
{
    uint8_t acks;

    *has_room = bytes_u8(in, &acks);
    if (!*has_room)
        return true;
    if (acks > OPENVPN_ACKS_MAX)
        return false;
    *has_room = (acks == 0 || bytes_skip(in, acks * 4U + SESSION_LENGTH)) && bytes_u32(in, message);
    return true;
}

/* Of a control packet of the first key, behind its opcode. */
static enum openvpn_status take_control(struct bytes *in, uint8_t authentication,
                                        struct openvpn_header *out)
{
    const size_t before = in->len;
    bool has_room;

    if (!bytes_skip(in, (size_t)SESSION_LENGTH + authentication))
        return OPENVPN_PARTIAL;
    if (!take_message(in, &out->message, &has_room))
        return OPENVPN_ALIEN;
    if (!has_room)
        return OPENVPN_PARTIAL;
    if (before - in->len > out->length)
        return OPENVPN_ALIEN;
    out->length = (uint16_t)(out->length - (before - in->len));
    return OPENVPN_OK;
}

enum openvpn_status openvpn_header_next(struct bytes *in, uint8_t authentication,
                                        struct openvpn_header *out)
{
    struct bytes octets = *in;
    struct openvpn_header header = {0};
    enum openvpn_status status = OPENVPN_OK;
    uint8_t opcode;

    if (!bytes_u16(&octets, &header.length) || !bytes_u8(&octets, &opcode))
        return OPENVPN_PARTIAL;
    if (header.length == 0)
        return OPENVPN_ALIEN;
    header.length--;
    header.has_tls = opcode == OPCODE_CONTROL << KEY_BITS;
    if (header.has_tls)
        status = take_control(&octets, authentication, &header);
    if (status != OPENVPN_OK)
        return status;
    *in = octets;
    *out = header;
    return OPENVPN_OK;
}
