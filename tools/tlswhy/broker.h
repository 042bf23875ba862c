/* SPDX-License-Identifier: GPL-2.0-or-later */
/* broker.h -- a process of its own that opens files and connects to receivers for the service.
 *
 * The service itself may do neither. It asks for what the options name, and for nothing else: for a
 * sink, also one whose file is to be rotated, for trust store and revocation lists, and for the
 * state. Paths and addresses were settled before. The process ends when the service does.
 *
 * Each call waits for others that ask, and some seconds for each file: it is not for a thread that
 * has to give signs of life.
 */
#ifndef TLSWHY_TOOLS_BROKER_H
#define TLSWHY_TOOLS_BROKER_H

#include "tools/tlswhy/feed.h"
#include "tools/tlswhy/trust_files.h"

struct broker;

/* Start it, with trust_path as the trust store (NULL: none). options, feed and user are borrowed;
 * user is who the process is, if not who started the program, else NULL. Before any thread begins
 * and after privileges_drop; it has a sandbox of its own if wanted. NULL after a complaint. */
struct broker *broker_start(const struct options *options, const struct feed *feed,
                            const char *trust_path, const char *user);

/* End it. NULL is harmless. */
void broker_stop(struct broker *broker);

/* True when the process has ended: there will be no answer any more. Never waits. */
bool broker_is_gone(const struct broker *broker);

/* What opens and connects the sinks of the feed. From any thread. When the process does not answer,
 * errno is ETIMEDOUT, when it has ended, EPIPE. */
struct sink_opener broker_opener(struct broker *broker);

/* Have the file of --state replaced by these octets, all of them or nothing. False after a
 * complaint. */
bool broker_write_state(struct broker *broker, struct bytes octets);

/* Read trust store and revocation lists anew, as at the start: a file of a directory of
 * certificates that cannot be read is told and left out. False after a complaint, when there is
 * none that can be read, or a revocation list cannot: *files is not touched. */
bool broker_read_trust(struct broker *broker, struct trust_files *files);

#endif
