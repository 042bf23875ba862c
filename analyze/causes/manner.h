/* SPDX-License-Identifier: GPL-2.0-or-later */
/* manner.h -- the ways in which a server refuses a hello, and what in the offer each can be about.
 *
 * A manner is a row. How heavy a suspect is, is the matter of suspect_weight.h; which one explains
 * the refusal best, of refused_hello.h.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_MANNER_H
#define TLSWHY_ANALYZE_CAUSES_MANNER_H

#include "analyze/causes/offer_weight.h"

/* How a refusal shows. */
enum manner_kind {
    MANNER_ALERT,
    MANNER_CLOSE_NOTIFY, /* without a reason, but its TLS has read the hello */
    MANNER_CLOSED,       /* with a FIN or RST alone, or as if its user had canceled */
    MANNER_OPEN_RESET,   /* with a RST that may come from elsewhere */
    MANNER_ENCRYPTED
};

/* A refusal that shows so, and what it says of each suspect. */
struct manner {
    enum manner_kind kind;
    uint8_t alert;                                  /* MANNER_ALERT */
    bool (*is_doubtful)(const struct facts *facts); /* only where it says yes is the alert
                                                       weighed; NULL: always */
    enum weight least;              /* a lighter suspect does not explain this refusal */
    enum weight least_of[SUSPECTS]; /* the same of single ones; WEIGHT_NONE: as above */
    enum weight enough;             /* this heavy, and heavier than all others, is the most */
    enum certainty cap[SUSPECTS];   /* the most that this refusal can say of each suspect */
    bool means_known_names;         /* likely of names that others show to be the reason */
    bool means_a_field;             /* what is ordinary explains it only if others show that it is
                                       the reason; suites that they show to be it are likely */
    bool means_own_error; /* the server's: of versions only those are in question that prescribe how
                             it signs */
};

/* The manner in which the hello was refused; static, NULL: in none that speaks of the offer. */
const struct manner *manner_of(const struct facts *facts);

/* A lighter suspect does not explain a refusal of this manner. */
enum weight manner_least(const struct manner *manner, enum suspect suspect);

/* What the server says speaks of no part of the offer. */
bool manner_is_general(const struct manner *manner);

/* The server says nothing. */
bool manner_is_silent(const struct manner *manner);

/* The host itself ended it, in whatever way. */
bool manner_is_of_host(const struct facts *facts);

/* The server gave up between its certificates and what it signs. Up to TLS 1.2 it names the group
 * and signs behind its certificates (RFC 5246 section 7.4.3, RFC 8422 section 5.4), and some look
 * for a group and a scheme only then. */
bool manner_is_before_signing(const struct facts *facts);

#endif
