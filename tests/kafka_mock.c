/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kafka_mock TOPIC PARTITIONS -- the mock cluster of librdkafka on the loopback address.
 *
 * Prints its address. Then reads lines: "down" and "up" take its broker away and bring it back; the
 * end of the input ends it.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void obey(rd_kafka_mock_cluster_t *cluster)
{
    char line[16];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        if (strcmp(line, "down\n") == 0)
            (void)rd_kafka_mock_broker_set_down(cluster, 1);
        else if (strcmp(line, "up\n") == 0)
            (void)rd_kafka_mock_broker_set_up(cluster, 1);
    }
}

int main(int argc, char **argv)
{
    char error[256];
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;

    if (argc != 3)
        return 2;
    owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), error, sizeof(error));
    cluster = owner != NULL ? rd_kafka_mock_cluster_new(owner, 1) : NULL;
    if (cluster == NULL)
        return 1;
    (void)rd_kafka_mock_topic_create(cluster, argv[1], (int)strtol(argv[2], NULL, 10), 1);
    puts(rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    obey(cluster);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(owner);
    return 0;
}
