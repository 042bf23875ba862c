/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kafka_library.h -- librdkafka, loaded for those who ask for a Kafka sink alone.
 *
 * It brings OpenSSL and SASL, in some builds an HTTP client too, which a program that starts as
 * root and never talks to Kafka neither has to map nor to trust.
 */
#ifndef TLSWHY_TOOLS_KAFKA_LIBRARY_H
#define TLSWHY_TOOLS_KAFKA_LIBRARY_H

#include "tlswhy_config.h"

#if HAVE_RDKAFKA

#include <librdkafka/rdkafka.h>

/* What we call, without the prefix rd_kafka_. */
#define KAFKA_FUNCTIONS(ROW)                                                                       \
    ROW(conf_destroy)                                                                              \
    ROW(conf_new)                                                                                  \
    ROW(conf_set)                                                                                  \
    ROW(conf_set_dr_msg_cb)                                                                        \
    ROW(conf_set_error_cb)                                                                         \
    ROW(conf_set_log_cb)                                                                           \
    ROW(conf_set_opaque)                                                                           \
    ROW(destroy)                                                                                   \
    ROW(last_error)                                                                                \
    ROW(metadata)                                                                                  \
    ROW(metadata_destroy)                                                                          \
    ROW(new)                                                                                       \
    ROW(poll)                                                                                      \
    ROW(produce)                                                                                   \
    ROW(purge)                                                                                     \
    ROW(topic_destroy)                                                                             \
    ROW(topic_new)

#define KAFKA_MEMBER(name) __typeof__ (&rd_kafka_##name)(name);

struct kafka_library {
    KAFKA_FUNCTIONS(KAFKA_MEMBER)
};

#undef KAFKA_MEMBER

#endif

struct kafka_library;

/* Load it; see optional_library_load. The caller frees what it gets when no carrier uses it any
 * more. NULL after a complaint: it is not installed, or this build does without. */
struct kafka_library *kafka_library_load(void);

#endif
