/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink_spec.h -- where events go: what --sink says, and how that is opened.
 *
 *   stdout                       standard output
 *   file:PATH                    lines, appended to; "-" is standard output
 *   unix:PATH                    lines, to a stream socket, whose path the system limits
 *   syslog+udp://HOST[:PORT]     RFC 5424 messages, one a datagram (RFC 5426)
 *   syslog+tcp://HOST[:PORT]     RFC 5424 messages, octet counting (RFC 6587 section 3.4.1)
 *   kafka://BROKER[,BROKER]/TOPIC
 */
#ifndef TLSWHY_TOOLS_SINK_SPEC_H
#define TLSWHY_TOOLS_SINK_SPEC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    SINK_HOST_SIZE = 256,    /* a name in DNS is shorter */
    SINK_PORT_SIZE = 8,      /* 65535 */
    SINK_BROKERS_SIZE = 512, /* several of them */
    SINK_ADDRESSES_MAX = 4,  /* of one name, that are tried in turn */
    SINK_CONNECT_MS = 1000   /* for a connection to be made */
};

enum sink_scheme {
    SINK_STDOUT,
    SINK_FILE,
    SINK_UNIX,
    SINK_SYSLOG_UDP,
    SINK_SYSLOG_TCP,
    SINK_KAFKA
};

struct sink_spec {
    enum sink_scheme scheme;
    const char *text;                /* as it was given; borrowed */
    const char *path;                /* of a file or socket, or the topic; points into text */
    char host[SINK_HOST_SIZE];       /* of syslog */
    char port[SINK_PORT_SIZE];       /* of syslog */
    char brokers[SINK_BROKERS_SIZE]; /* of Kafka */
    struct sockaddr_storage addresses[SINK_ADDRESSES_MAX]; /* sink_spec_resolve */
    size_t address_count;
};

/* What is wanted of an opener: SINK_ROTATE first renames a file to PATH.1, and so on, unless it is
 * empty. What failed can be asked for again: no file is moved twice. */
enum sink_wish { SINK_OPEN, SINK_ROTATE };

/* How it is opened. */
struct sink_opening {
    enum sink_wish wish;
    size_t keep;       /* rotated files that stay */
    bool is_by_broker; /* which has no rights of root, and waits for no reader of a pipe: ENXIO */
};

/* Understand what --sink says. text is borrowed. False after a complaint. */
bool sink_spec_parse(const char *text, struct sink_spec *spec);

/* A file, or standard output when path is NULL; nothing of it is looked at. */
struct sink_spec sink_spec_of_file(const char *path);

/* Look up the addresses of its host, once: later nothing can be looked up. False after a
 * complaint. */
bool sink_spec_resolve(struct sink_spec *spec);

/* Open or connect. A regular file that does not end in a newline, because its writer was killed, is
 * repaired: what looks like a cut event is taken off, anything else gets its newline. A capture, or
 * what is compressed, stays as it is: errno is COMPLAIN_CAPTURE (complain.h). Root follows links as
 * place_find does. *is_new tells whether root made the file. Returns a descriptor, or -1 with errno
 * set. Not for Kafka. */
int sink_spec_open(const struct sink_spec *spec, const struct sink_opening *opening, bool *is_new);

#endif
