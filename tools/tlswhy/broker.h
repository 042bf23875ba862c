/* SPDX-License-Identifier: GPL-2.0-or-later */
/* broker.h -- a process of its own that opens the files that SIGHUP and --state ask for.
 *
 * The service itself may open nothing. It asks for one of the files or receivers that the options
 * name, and for no other: paths and addresses were settled before.
 */
#ifndef TLSWHY_TOOLS_BROKER_H
#define TLSWHY_TOOLS_BROKER_H

#include "tools/tlswhy/feed.h"
#include "tools/tlswhy/trust_files.h"

struct broker;

/* Start it, with trust_path as the trust store (NULL: none). options and feed are borrowed.
 * Before any thread begins and after privileges_drop; it has a sandbox of its own if wanted.
 * NULL after a complaint. */
struct broker *broker_start(const struct options *options, const struct feed *feed,
                            const char *trust_path);

/* End it. NULL is harmless. */
void broker_stop(struct broker *broker);

/* What opens and connects the sinks of the feed. From any thread. */
struct sink_opener broker_opener(struct broker *broker);

/* Have the file of --state replaced by these octets, all of them or nothing. False after a
 * complaint. */
bool broker_write_state(struct broker *broker, struct bytes octets);

/* Read trust store and revocation lists anew, as at the start: a file of a directory of
 * certificates that cannot be read is told and left out. False after a complaint, when there is
 * none that can be read, or a revocation list cannot: *files is not touched. */
bool broker_read_trust(struct broker *broker, struct trust_files *files);

#endif
