/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/support/written.h"

#include <stdlib.h>

#include "analyze/utf8.h"
#include "tests/support/wire.h"

void written_begin(struct written *written)
{
    static const struct event_options options = {.observer_name = "edge", .community_seed = 0};

    memset(written, 0, sizeof(*written));
    written->writer = event_writer_new(&options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(written->writer);
}

void written_write(struct written *written)
{
    cJSON_Delete(written->event);
    written->event = NULL;
    CU_ASSERT_FATAL(event_write(written->writer, &written->sample.verdict, &written->line));
    CU_ASSERT_TRUE(written->line.len > 1 && written->line.len < EVENT_LINE_MAX);
    CU_ASSERT_TRUE(utf8_is_valid(written->line));
    CU_ASSERT_PTR_EQUAL(memchr(written->line.data, '\n', written->line.len),
                        written->line.data + written->line.len - 1);
    written->event = cJSON_ParseWithLength((const char *)written->line.data, written->line.len);
    CU_ASSERT_PTR_NOT_NULL_FATAL(written->event);
}

void written_end(struct written *written)
{
    cJSON_Delete(written->event);
    event_writer_free(written->writer);
}

const cJSON *written_at(const struct written *written, const char *path)
{
    const cJSON *value = written->event;
    char key[64];

    while (*path != '\0' && value != NULL) {
        size_t length = strcspn(path, ".");

        CU_ASSERT_FATAL(length < sizeof(key));
        memcpy(key, path, length);
        key[length] = '\0';
        value = cJSON_IsArray(value) ? cJSON_GetArrayItem(value, (int)strtol(key, NULL, 10))
                                     : cJSON_GetObjectItemCaseSensitive(value, key);
        path += length + (path[length] == '.');
    }
    return value;
}

void written_check_text(const struct written *written, const char *path, const char *expected)
{
    const char *text = cJSON_GetStringValue(written_at(written, path));

    CU_ASSERT_PTR_NOT_NULL(text);
    if (text == NULL || strcmp(text, expected) != 0)
        printf("\n%s is %s, not %s\n", path, text != NULL ? text : "not there", expected);
    CU_ASSERT_TRUE(text != NULL && strcmp(text, expected) == 0);
}
