/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story_certificates.h -- servers that send certificates of tests/certificates. */
#ifndef TLSWHY_TESTS_SUPPORT_STORY_CERTIFICATES_H
#define TLSWHY_TESTS_SUPPORT_STORY_CERTIFICATES_H

#include "tests/support/certificates.h"
#include "tests/support/story_opening.h"

enum { STORY_CERTIFICATES_MAX = 8192, STORY_CERTIFICATES_LENGTH = 3 };

static inline void story_put_length(uint8_t *out, size_t length)
{
    out[0] = (uint8_t)(length >> 16);
    out[1] = (uint8_t)(length >> 8);
    out[2] = (uint8_t)length;
}

/* The server's next messages: TLS 1.2, and these certificates; issuer NULL: the leaf alone. */
static inline void story_show_certificates(struct story *story, const char *leaf,
                                           const char *issuer)
{
    const struct bytes certificates[] = {
        certificates_der(leaf),
        issuer != NULL ? certificates_der(issuer) : (struct bytes){0},
    };
    struct story_choice choice = story_choice_1_2();
    uint8_t body[STORY_CERTIFICATES_MAX];
    size_t used = STORY_CERTIFICATES_LENGTH;

    for (size_t i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++) {
        struct bytes der = certificates[i];

        if (der.len == 0 || der.len > sizeof(body) - used - STORY_CERTIFICATES_LENGTH)
            continue;
        story_put_length(&body[used], der.len);
        memcpy(&body[used + STORY_CERTIFICATES_LENGTH], der.data, der.len);
        used += STORY_CERTIFICATES_LENGTH + der.len;
    }
    story_put_length(body, used - STORY_CERTIFICATES_LENGTH);
    story_server_hello(story, &choice);
    story_message(story, SIDE_SERVER, TLS_HANDSHAKE_CERTIFICATE, bytes_of(body, used));
}

#endif
