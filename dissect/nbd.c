/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/nbd.h"

enum {
    FLAGS_LENGTH = 4,
    OPTION_ABORT = 2,   /* NBD_OPT_ABORT */
    OPTION_STARTTLS = 5 /* NBD_OPT_STARTTLS */
};

#define REPLY_ERROR UINT32_C(0x80000000) /* of a reply's type: the rest of it is the error */

/* Take one option from the front of *options, whose data may not all have come. */
static bool take_option(struct bytes *options, uint32_t *option)
{
    static const char magic[] = "IHAVEOPT";
    struct bytes front;
    uint32_t length;

    if (!bytes_take(options, sizeof(magic) - 1, &front)
        || !bytes_equal(front, bytes_of(magic, sizeof(magic) - 1)) || !bytes_u32(options, option)
        || !bytes_u32(options, &length))
        return false;
    if (!bytes_skip(options, length))
        options->len = 0;
    return true;
}

/* Take one reply from the front of *replies, likewise. */
static bool take_reply(struct bytes *replies, uint32_t *option, uint32_t *type)
{
    static const uint8_t magic[] = {0x00, 0x03, 0xe8, 0x89, 0x04, 0x55, 0x65, 0xa9};
    struct bytes front;
    uint32_t length;

    if (!bytes_take(replies, sizeof(magic), &front)
        || !bytes_equal(front, bytes_of(magic, sizeof(magic))) || !bytes_u32(replies, option)
        || !bytes_u32(replies, type) || !bytes_u32(replies, &length))
        return false;
    if (!bytes_skip(replies, length))
        replies->len = 0;
    return true;
}

static const char *error_name(uint32_t error)
{
    static const char *const names[] = {
        NULL,
        "NBD error 1: the server does not know STARTTLS",
        "NBD error 2: the server's policy forbids TLS, or it has no certificate",
        "NBD error 3: the request is invalid",
        "NBD error 4: the server's platform does not support TLS",
    };

    return error > 0 && error < sizeof(names) / sizeof(names[0]) ? names[error]
                                                                 : "NBD error: another one";
}

bool nbd_asks_for_tls(struct bytes client)
{
    uint32_t option;

    if (!bytes_skip(&client, FLAGS_LENGTH))
        return false;
    while (take_option(&client, &option))
        if (option == OPTION_STARTTLS)
            return true;
    return false;
}

const char *nbd_refusal(struct bytes replies)
{
    uint32_t option, type;

    while (take_reply(&replies, &option, &type))
        if (option == OPTION_STARTTLS)
            return (type & REPLY_ERROR) != 0 ? error_name(type & ~REPLY_ERROR) : NULL;
    return NULL;
}

bool nbd_aborts(struct bytes options)
{
    uint32_t option;

    return take_option(&options, &option) && option == OPTION_ABORT;
}
