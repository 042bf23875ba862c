/* SPDX-License-Identifier: GPL-2.0-or-later */

/* alert.h -- plain alerts.
 *
 *   struct {                         RFC 8446 section 6
 *       AlertLevel level;            1 octet: 1 warning, 2 fatal
 *       AlertDescription description;  1 octet
 *   } Alert;
 *
 * Whether an alert record is encrypted is not in its header. An encrypted fragment is longer
 * than any run of alerts that a peer sends in clear: nonce, MAC and padding add 8 octets at the
 * least. Names are in dissect/names.h. Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_ALERT_H
#define TLSWHY_DISSECT_ALERT_H

#include "dissect/bytes.h"
#include "dissect/tls.h"

/* The most alerts in one plain record. RFC 8446 section 5.1 wants exactly one; older versions
 * allow more and a fatal alert together with close_notify is seen. Four and more (8 octets) could
 * be an encrypted one. */
#define ALERTS_PER_RECORD_MAX 3

struct alert {
    uint8_t level;       /* enum tls_alert_level */
    uint8_t description; /* enum tls_alert_description, or a value that it does not name */
};

/* True if this fragment of an alert record is one to ALERTS_PER_RECORD_MAX plain alerts: whole
 * pairs of octets, each with level warning or fatal. */
bool alerts_are_plain(struct bytes fragment);

/* Take the next alert off *fragment. False at the end, at half an alert and at a level that does
 * not exist. */
MUST_USE bool alert_next(struct bytes *fragment, struct alert *out);

#endif
