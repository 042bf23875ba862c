/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suspect_weight.h -- how heavy each part of an offer is as the reason why this server refused it:
 * how unusual it is (offer_weight.h), corrected by what the server said and did, in this handshake
 * and with others.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_SUSPECT_WEIGHT_H
#define TLSWHY_ANALYZE_CAUSES_SUSPECT_WEIGHT_H

#include "analyze/causes/manner.h"

/* The weight of a suspect, where the hello was refused in this manner. */
enum weight suspect_weigh(const struct facts *facts, const struct manner *manner,
                          enum suspect suspect);

/* The same, as if it were the only hello that the server refused so. */
enum weight suspect_weigh_alone(const struct facts *facts, const struct manner *manner,
                                enum suspect suspect);

/* The server cannot have refused this: what it sent later shows that it took it. One that sent
 * HelloRetryRequest or ServerHello has found version, suite and group. It may find out late that
 * its key does not fit, or that it has no group for the suite that it chose; and after a
 * HelloRetryRequest, that it has no certificate for the name. */
bool suspect_is_settled(const struct facts *facts, enum suspect suspect);

/* It is the name, or that there is none. */
bool suspect_is_about_name(enum suspect suspect);

#endif
