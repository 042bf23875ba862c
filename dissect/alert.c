/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/alert.h"

bool alert_next(struct bytes *fragment, struct alert *out)
{
    struct bytes in = *fragment;
    struct alert alert;

    if (!bytes_u8(&in, &alert.level) || !bytes_u8(&in, &alert.description))
        return false;
    if (alert.level != TLS_ALERT_LEVEL_WARNING && alert.level != TLS_ALERT_LEVEL_FATAL)
        return false;
    *out = alert;
    *fragment = in;
    return true;
}

bool alerts_are_plain(struct bytes fragment)
{
    struct alert alert;

    if (fragment.len == 0 || fragment.len > (size_t)ALERTS_PER_RECORD_MAX * TLS_ALERT_LENGTH)
        return false;
    while (alert_next(&fragment, &alert))
        ;
    return fragment.len == 0;
}
