/* SPDX-License-Identifier: GPL-2.0-or-later */
/* carrier.h -- how lines get to one kind of receiver. Used by the one thread of a sink.
 *
 * What a carrier was given counts in units of its own: octets on a stream, messages elsewhere. The
 * receiver has everything up to the number that acknowledged() tells.
 */
#ifndef TLSWHY_TOOLS_CARRIER_H
#define TLSWHY_TOOLS_CARRIER_H

#include "dissect/bytes.h"
#include "tools/tlswhy/sink_spec.h"

enum carrier_status {
    CARRIER_OK,
    CARRIER_FULL,    /* again later */
    CARRIER_REFUSED, /* this line can never be sent */
    CARRIER_FAILED   /* errno says why; it is to be closed */
};

struct kafka_library;

enum { KAFKA_PROPERTY_NAME_SIZE = 128 /* far more than any of librdkafka's has */ };

/* A property of librdkafka. */
struct kafka_property {
    char name[KAFKA_PROPERTY_NAME_SIZE];
    const char *value; /* borrowed */
};

struct carrier_options {
    const struct kafka_library *kafka; /* borrowed, for the life of the carrier; NULL for others */
    const struct kafka_property *kafka_properties; /* borrowed, while it is opened */
    size_t kafka_property_count;
    int receiver_wait_ms; /* who connects by itself, and later, waits so long for the first word of
                             its receiver, and is not opened without; 0: it does not wait */
    bool clears_status;   /* a terminal may have a line of status where the next line begins */
};

struct carrier;

struct carrier_kind {
    bool opens_itself;    /* it needs no descriptor */
    bool is_local;        /* a failure is no outage that will pass */
    uint64_t keep_octets; /* to be sent again when the connection is lost, though acknowledged */
    /* Make one, on a descriptor that is its own from now on. NULL with errno set. */
    struct carrier *(*open)(const struct sink_spec *spec, const struct carrier_options *options,
                            int file);
    /* Take a line; it may be sent later. After CARRIER_OK, *total is everything taken so far. */
    enum carrier_status (*send)(struct carrier *carrier, struct bytes line, uint64_t *total);
    /* Send what was taken, as far as that needs no waiting. */
    enum carrier_status (*flush)(struct carrier *carrier);
    uint64_t (*acknowledged)(struct carrier *carrier);
    /* What has left this process, so that the receiver may have it; NULL: all that was taken. */
    uint64_t (*handed_over)(const struct carrier *carrier);
    /* The descriptor to wait for, -1: none. */
    int (*descriptor)(const struct carrier *carrier);
    /* All was acknowledged: tell the receiver that no more comes, and wait for its word, timeout_ms
     * at most. False: it gave none. */
    bool (*finish)(struct carrier *carrier, int timeout_ms);
    void (*close)(struct carrier *carrier);
};

extern const struct carrier_kind carrier_file;
extern const struct carrier_kind carrier_unix;
extern const struct carrier_kind carrier_syslog_tcp;
extern const struct carrier_kind carrier_syslog_udp;
extern const struct carrier_kind carrier_kafka;

/* The kind for a scheme; NULL: this build has none, which kafka_library_load said. */
const struct carrier_kind *carrier_kind_of(const struct sink_spec *spec);

#endif
