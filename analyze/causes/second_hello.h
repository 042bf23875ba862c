/* SPDX-License-Identifier: GPL-2.0-or-later */
/* second_hello.h -- whether a client answered a HelloRetryRequest as it must.
 *
 * The second hello is the first one with a share of the group that was asked for, and with the
 * cookie if there was one; RFC 8446 section 4.1.2 lists the few other things that may change. When
 * it is right, the retry has done its work, and what fails then fails for another reason.
 */
#ifndef TLSWHY_ANALYZE_CAUSES_SECOND_HELLO_H
#define TLSWHY_ANALYZE_CAUSES_SECOND_HELLO_H

#include "analyze/facts.h"

enum second_hello {
    SECOND_HELLO_NONE,      /* there was no retry, or it was not answered */
    SECOND_HELLO_UNREAD,    /* one of the three messages could not be read, or is not captured */
    SECOND_HELLO_NO_SHARE,  /* it has no share of the group that was asked for */
    SECOND_HELLO_NO_COOKIE, /* it does not return the cookie (RFC 8446 section 4.2.2) */
    SECOND_HELLO_CHANGED,   /* something changed that must not */
    SECOND_HELLO_RIGHT
};

/* The hello behind the retry, be it the only one that the capture has; NULL: there is none. */
const struct note *second_hello_note(const struct facts *facts);

/* Compare the second hello with the first one and the retry; the first fault found. */
enum second_hello second_hello_judge(const struct facts *facts);

#endif
