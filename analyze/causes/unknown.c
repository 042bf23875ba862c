/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/causes.h"

const struct cause cause_unknown = {
    .id = "unknown",
    .layer = LAYER_PROTOCOL,
    .title = "The handshake failed for a reason that these packets do not show",
    .explanation = "The handshake did not finish, and nothing that was seen explains it: no alert "
                   "that names a reason, no offer that could not be met, no loss, no reset.",
    .remedy = "Look at the logs of both sides at this time. A capture at the other end, or one "
              "that begins earlier, may show more.",
    .reported_as = "",
    .alerts = CAUSE_WITHOUT_ALERTS,
    .source = "",
    .match = NULL,
};
