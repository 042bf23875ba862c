/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http_answer.h -- the head of an answer in HTTP that came where TLS was expected, or to CONNECT.
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_ANALYZE_HTTP_ANSWER_H
#define TLSWHY_ANALYZE_HTTP_ANSWER_H

#include "dissect/bytes.h"

/* The value of the first header field of this name, in any case, without the space around it (RFC
 * 9110 section 5.5); empty: there is none in what came. */
struct bytes http_answer_field(struct bytes answer, const char *name);

/* True when a value of Location (section 10.2.2) names a host that is not of the site of this one:
 * "http://OTHER:PORT/...". False where it is a path alone, or host is empty. */
bool http_answer_is_elsewhere(struct bytes location, struct bytes host);

/* What the status of an answer to CONNECT says about the proxy, for people; NULL: nothing more than
 * its words do. Static storage. */
const char *http_answer_of_proxy(uint16_t status);

#endif
