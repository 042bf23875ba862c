/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --sink says. */
#include <string.h>

#include "tests/support/suite.h"
#include "tools/tlswhy/sink_spec.h"

static bool parses(const char *text, const char *host, const char *port)
{
    struct sink_spec spec;

    return sink_spec_parse(text, &spec) && strcmp(spec.host, host) == 0
           && strcmp(spec.port, port) == 0;
}

static void sinks_are_named_by_urls(void)
{
    struct sink_spec spec;

    CU_ASSERT(parses("syslog+tcp://log.example", "log.example", "601"));
    CU_ASSERT(parses("syslog+udp://log.example", "log.example", "514"));
    CU_ASSERT(parses("syslog+tcp://192.0.2.1:6514", "192.0.2.1", "6514"));
    CU_ASSERT(parses("syslog+tcp://[2001:db8::1]:6514", "2001:db8::1", "6514"));
    CU_ASSERT(parses("syslog+tcp://[2001:db8::1]", "2001:db8::1", "601"));
    CU_ASSERT(parses("syslog+udp://a:65535", "a", "65535"));
    CU_ASSERT(sink_spec_parse("kafka://[2001:db8::1],b/topic", &spec));
    CU_ASSERT(sink_spec_parse("kafka://a:9092,b:9092/topic", &spec));
    CU_ASSERT_STRING_EQUAL(spec.brokers, "a:9092,b:9092");
    CU_ASSERT_STRING_EQUAL(spec.path, "topic");
    CU_ASSERT(sink_spec_parse("file:/var/log/a", &spec));
    CU_ASSERT_STRING_EQUAL(spec.path, "/var/log/a");
}

static void what_is_no_sink_is_refused(void)
{
    static const char *const wrong[] = {
        "unix:",
        "",
        "file",
        "file:",
        "/var/log/a",
        "syslog://a",
        "syslog+tcp://",
        "kafka://",
        "kafka://a",
        "kafka://a/",
        "kafka:///t",
        "kafka://a/b/c",
        "stdout:x",
        "syslog+tcp://a:x",
        "syslog+tcp://a:0",
        "syslog+tcp://a:65536",
        "syslog+udp://a:99999",
        "kafka://a:9092,b:75068/t",
        "kafka://[2001:db8::1]:0/t",
        "syslog+tcp://[::1",
        "syslog+tcp://[::1]x",
    };
    struct sink_spec spec;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT(!sink_spec_parse(wrong[i], &spec));
}

static void the_path_of_a_socket_has_its_limit(void)
{
    enum { PREFIX = 5, LONGEST = 107 };
    struct sink_spec spec;
    char text[PREFIX + LONGEST + 2] = "";

    memset(text, 'x', PREFIX + LONGEST);
    memcpy(text, "unix:", PREFIX);
    CU_ASSERT(sink_spec_parse(text, &spec));
    text[PREFIX + LONGEST] = 'x';
    CU_ASSERT(!sink_spec_parse(text, &spec));
    memcpy(text, "file:", PREFIX);
    CU_ASSERT(sink_spec_parse(text, &spec));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"sinks are named by URLs", sinks_are_named_by_urls},
        {"what is no sink is refused", what_is_no_sink_is_refused},
        {"the path of a socket has its limit", the_path_of_a_socket_has_its_limit},
        CU_TEST_INFO_NULL,
    };

    return suite_run("what --sink says", tests);
}
