/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_word.h -- what a client that refuses a certificate of TLS 1.3 with an encrypted alert may
 * mean, by what others said in clear.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_KNOWN_WORD_H
#define TLSWHY_ANALYZE_CAUSES_KNOWN_WORD_H

#include "analyze/cause.h"

/* The client refused the server's flight with an encrypted alert. In another connection, minutes
 * before or after, a client refused one of this server for this name with this alert in clear, and
 * the certificate in it is as long: certificate_expired, certificate_revoked or unknown_ca. What is
 * known of the certificate and of this client does not contradict it. */
bool known_word_is(const struct facts *facts, uint8_t alert);

/* It is so of any of them. */
bool known_word_is_there(const struct facts *facts);

/* Say so of this alert; nothing where it is not so. */
void describe_known_word(const struct facts *facts, uint8_t alert, struct evidence *evidence);

#endif
