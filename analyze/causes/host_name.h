/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_name.h -- is a server name one of a host? */
#ifndef TLSWHY_ANALYZE_CAUSES_HOST_NAME_H
#define TLSWHY_ANALYZE_CAUSES_HOST_NAME_H

#include "dissect/bytes.h"

/* What is odd about a server name that is no DNS host name, in words; NULL: nothing. RFC 6066
 * section 3 has host names without a trailing dot, which consist of letters, digits and hyphens
 * (RFC 952, RFC 1123 section 2.1). Most servers do not care; some refuse such a hello. */
const char *host_name_oddity(struct bytes name);

#endif
