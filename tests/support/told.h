/* SPDX-License-Identifier: GPL-2.0-or-later */
/* told.h -- short words for tests on what the handler of a scene is told. */
#ifndef TLSWHY_TESTS_SUPPORT_TOLD_H
#define TLSWHY_TESTS_SUPPORT_TOLD_H

#include "tests/support/segments.h"
#include "tests/support/suite.h"

static inline void expect_log(const struct scene *scene, const char *expected)
{
    CU_ASSERT_STRING_EQUAL(scene->log, expected);
    if (strcmp(scene->log, expected) != 0)
        printf("\n  got      %s\n  expected %s\n", scene->log, expected);
}

static inline void finish(struct scene *scene, const char *expected)
{
    connections_finish(scene->connections);
    expect_log(scene, expected);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->current, 0);
    CU_ASSERT_EQUAL(connections_counters(scene->connections)->opened,
                    connections_counters(scene->connections)->ended);
    scene_free(scene);
}

static inline void client(struct scene *scene, uint8_t flags, uint32_t sequence,
                          uint32_t acknowledgment, const char *payload)
{
    scene_send(scene, SIDE_CLIENT, flags, sequence, acknowledgment, payload);
}

static inline void server(struct scene *scene, uint8_t flags, uint32_t sequence,
                          uint32_t acknowledgment, const char *payload)
{
    scene_send(scene, SIDE_SERVER, flags, sequence, acknowledgment, payload);
}

static inline struct scene *begin(void)
{
    struct scene *scene = scene_new(NULL);

    scene_handshake(scene);
    return scene;
}

#endif
