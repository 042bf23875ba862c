/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kafka: an idempotent producer, with the server as the key, so that one server's events stay in
 * order in one partition. */
#include <errno.h>
#include <stdlib.h>

#include "analyze/event.h"
#include "tools/tlswhy/carrier.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/kafka_library.h"

enum {
    IN_FLIGHT_MAX = 65536, /* messages without a word of the broker */
    KEY_SIZE = 64          /* an address and a port */
};

struct carrier {
    const struct kafka_library *kafka;
    rd_kafka_t *producer;
    rd_kafka_topic_t *topic;
    uint64_t taken;        /* messages */
    uint64_t acknowledged; /* of them, all up to here */
    bool is_fatal;
    bool needs_broker; /* it is given up without one */
    bool is_done[IN_FLIGHT_MAX];
};

/* acks=all comes with the idempotence. No time is too long: what is given up is decided by the
 * sink. */
static const struct kafka_property defaults[] = {
    {"enable.idempotence", "true"},
    {"compression.type", "lz4"},
    {"message.timeout.ms", "0"},
    {"linger.ms", "20"},
    {"queue.buffering.max.messages", "100000"},
    {"queue.buffering.max.kbytes", "65536"},
    {"message.max.bytes", "1100000"},
    {"client.id", "tlswhy"},
    {"partitioner", "murmur2_random"},
};

/* Of one that cannot be set so, who is named as the place to look at. */
static bool set(const struct kafka_library *kafka, rd_kafka_conf_t *conf, const char *who,
                const struct kafka_property *properties, size_t count)
{
    char error[256] = "";

    for (size_t i = 0; i < count; i++)
        if (kafka->conf_set(conf, properties[i].name, properties[i].value, error, sizeof(error))
            != RD_KAFKA_CONF_OK)
            return complain("%s: %s", who, error);
    return true;
}

static bool set_all(rd_kafka_conf_t *conf, const struct sink_spec *spec,
                    const struct carrier_options *options)
{
    const struct kafka_library *kafka = options->kafka;
    const struct kafka_property servers = {"bootstrap.servers", spec->brokers};

    return set(kafka, conf, spec->text, &servers, 1)
           && set(kafka, conf, spec->text, defaults, sizeof(defaults) / sizeof(defaults[0]))
           && set(kafka, conf, "--kafka-property", options->kafka_properties,
                  options->kafka_property_count);
}

/* A message arrived, or never will: with these settings the latter is for want of a right or a
 * topic. */
static void note_report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque)
{
    struct carrier *carrier = opaque;
    uint64_t number = (uint64_t)(uintptr_t)message->_private;

    (void)producer;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        carrier->is_fatal = true;
        return;
    }
    carrier->is_done[number % IN_FLIGHT_MAX] = true;
    while (carrier->acknowledged < carrier->taken
           && carrier->is_done[carrier->acknowledged % IN_FLIGHT_MAX])
        carrier->is_done[carrier->acknowledged++ % IN_FLIGHT_MAX] = false;
}

static void note_error(rd_kafka_t *producer, int error, const char *reason, void *opaque)
{
    const struct carrier *carrier = opaque;

    (void)producer;
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        (void)complain("kafka: no broker can be reached%s",
                       carrier->needs_broker ? "" : ": trying again");
    else
        (void)complain("kafka: %s", reason);
}

static void say_nothing(const rd_kafka_t *producer, int level, const char *facility,
                        const char *text)
{
    (void)producer;
    (void)level;
    (void)facility;
    (void)text;
}

static void close_kafka(struct carrier *carrier)
{
    const struct kafka_library *kafka = carrier->kafka;

    if (carrier->topic != NULL)
        kafka->topic_destroy(carrier->topic);
    if (carrier->producer != NULL) {
        (void)kafka->purge(carrier->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        kafka->destroy(carrier->producer);
    }
    free(carrier);
}

/* Wait until one answers. Why none did is what it tells meanwhile. */
static bool has_broker(const struct carrier *carrier, int wait_ms)
{
    const struct kafka_library *kafka = carrier->kafka;
    const struct rd_kafka_metadata *metadata;

    if (kafka->metadata(carrier->producer, 0, carrier->topic, &metadata, wait_ms)
        == RD_KAFKA_RESP_ERR_NO_ERROR) {
        kafka->metadata_destroy(metadata);
        return true;
    }
    (void)kafka->poll(carrier->producer, 0);
    return false;
}

/* What it was made of is all there. NULL with errno set: no broker is. */
static struct carrier *take_up(struct carrier *carrier, int wait_ms)
{
    carrier->needs_broker = wait_ms > 0;
    if (carrier->needs_broker && !has_broker(carrier, wait_ms)) {
        close_kafka(carrier);
        errno = ETIMEDOUT;
        return NULL;
    }
    carrier->needs_broker = false;
    return carrier;
}

static struct carrier *open_kafka(const struct sink_spec *spec,
                                  const struct carrier_options *options, int file)
{
    const struct kafka_library *kafka = options->kafka;
    struct carrier *carrier = calloc(1, sizeof(*carrier));
    rd_kafka_conf_t *conf = carrier != NULL ? kafka->conf_new() : NULL;
    char error[256];

    (void)file;
    if (conf == NULL || !set_all(conf, spec, options)) {
        if (conf != NULL)
            kafka->conf_destroy(conf);
        free(carrier);
        errno = EINVAL;
        return NULL;
    }
    carrier->kafka = kafka;
    kafka->conf_set_opaque(conf, carrier);
    kafka->conf_set_dr_msg_cb(conf, note_report);
    kafka->conf_set_error_cb(conf, note_error);
    kafka->conf_set_log_cb(conf, say_nothing);
    carrier->producer = kafka->new (RD_KAFKA_PRODUCER, conf, error, sizeof(error));
    if (carrier->producer != NULL)
        carrier->topic = kafka->topic_new(carrier->producer, spec->path, NULL);
    else
        kafka->conf_destroy(conf);
    if (carrier->topic != NULL)
        return take_up(carrier, options->receiver_wait_ms);
    (void)complain("%s: %s", spec->text, carrier->producer == NULL ? error : "not a topic");
    close_kafka(carrier);
    errno = EINVAL;
    return NULL;
}

/* The server, ADDRESS:PORT, as our own writer puts it. What a peer chose cannot look like this: its
 * quotes are escaped. Empty: an event of no server. */
static size_t find_key(struct bytes line, char key[KEY_SIZE])
{
    static const char before[] = "\"destination\":{\"ip\":\"";
    static const char between[] = "\",\"port\":";
    const char *found = memmem(line.data, line.len, before, sizeof(before) - 1);
    const char *end = (const char *)line.data + line.len;
    size_t length = 0;

    if (found == NULL)
        return 0;
    found += sizeof(before) - 1;
    while (found < end && *found != '"' && length < KEY_SIZE - sizeof(":65535"))
        key[length++] = *found++;
    if ((size_t)(end - found) <= sizeof(between)
        || memcmp(found, between, sizeof(between) - 1) != 0)
        return length;
    key[length++] = ':';
    for (found += sizeof(between) - 1; *found >= '0' && *found <= '9' && length < KEY_SIZE;)
        key[length++] = *found++;
    return length;
}

static enum carrier_status take(struct carrier *carrier, struct bytes line, uint64_t *total)
{
    const struct kafka_library *kafka = carrier->kafka;
    char key[KEY_SIZE];
    size_t key_length = find_key(line, key);

    if (carrier->taken - carrier->acknowledged == IN_FLIGHT_MAX)
        return CARRIER_FULL;
    if (kafka->produce(carrier->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                       (void *)(uintptr_t)line.data, line.len - 1, key_length > 0 ? key : NULL,
                       key_length, (void *)(uintptr_t)carrier->taken)
        == 0) {
        *total = ++carrier->taken;
        return CARRIER_OK;
    }
    if (kafka->last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return CARRIER_FULL;
    if (kafka->last_error() == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        return CARRIER_REFUSED;
    errno = EIO;
    return CARRIER_FAILED;
}

static enum carrier_status flush(struct carrier *carrier)
{
    (void)carrier->kafka->poll(carrier->producer, 0);
    if (!carrier->is_fatal)
        return carrier->taken == carrier->acknowledged ? CARRIER_OK : CARRIER_FULL;
    errno = EIO;
    return CARRIER_FAILED;
}

static uint64_t acknowledged(struct carrier *carrier)
{
    return carrier->acknowledged;
}

static int descriptor(const struct carrier *carrier)
{
    (void)carrier;
    return -1;
}

static bool finish(struct carrier *carrier, int timeout_ms)
{
    (void)carrier;
    (void)timeout_ms;
    return true; /* the brokers' word came already */
}

const struct carrier_kind carrier_kafka = {
    .opens_itself = true,
    .open = open_kafka,
    .send = take,
    .flush = flush,
    .acknowledged = acknowledged,
    .descriptor = descriptor,
    .finish = finish,
    .close = close_kafka,
};
