/* SPDX-License-Identifier: GPL-2.0-or-later */
/* syslog.h -- an event as a syslog message. */
#ifndef TLSWHY_TOOLS_SYSLOG_H
#define TLSWHY_TOOLS_SYSLOG_H

#include "dissect/bytes.h"

enum {
    SYSLOG_PRIORITY = 16 * 8 + 6, /* local0.info, RFC 5424 section 6.2.1 */
    SYSLOG_HEADER_SIZE = 384      /* a host name of 255 octets, and the rest */
};

/* Write what stands before the event, with its NUL: the header of RFC 5424 section 6, of this
 * moment and this host, without structured data. Returns the length. */
size_t syslog_header(char out[SYSLOG_HEADER_SIZE]);

#endif
