/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/community_id.h"
#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <stdlib.h>

static struct address address_of(const char *text)
{
    struct address address = {.octets = {[10] = 0xff, [11] = 0xff}};

    if (inet_pton(AF_INET, text, address.octets + 12) != 1
        && inet_pton(AF_INET6, text, address.octets) != 1)
        abort();
    return address;
}

/* The baseline of github.com/corelight/community-id-spec (tcp.pcap, udp.pcap, ipv6.pcap ...),
 * seeds 0 and 1. */
static const struct {
    uint16_t seed;
    uint8_t protocol;
    const char *source;
    uint16_t source_port;
    const char *destination;
    uint16_t destination_port;
    const char *id;
} vectors[] = {
    {0, 6, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
    {1, 6, "128.232.110.120", 34855, "66.35.250.204", 80, "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
    {0, 17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
    {1, 17, "192.168.1.52", 54585, "8.8.8.8", 53, "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
    {0, 6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25,
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
    {0, 132, "192.168.170.8", 7, "192.168.170.56", 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
};

static void published_vectors_are_met(void)
{
    char text[COMMUNITY_ID_MAX];

    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct address source = address_of(vectors[i].source);
        struct address destination = address_of(vectors[i].destination);

        community_id(vectors[i].seed, vectors[i].protocol, &source, vectors[i].source_port,
                     &destination, vectors[i].destination_port, text);
        CU_ASSERT_STRING_EQUAL(text, vectors[i].id);
        community_id(vectors[i].seed, vectors[i].protocol, &destination,
                     vectors[i].destination_port, &source, vectors[i].source_port, text);
        CU_ASSERT_STRING_EQUAL(text, vectors[i].id);
    }
}

static void ports_decide_between_equal_addresses(void)
{
    struct address self = address_of("127.0.0.1");
    char text[COMMUNITY_ID_MAX];
    char turned[COMMUNITY_ID_MAX];

    community_id(0, 6, &self, 40000, &self, 443, text);
    community_id(0, 6, &self, 443, &self, 40000, turned);
    CU_ASSERT_STRING_EQUAL(text, turned);
    community_id(0, 6, &self, 40001, &self, 443, turned);
    CU_ASSERT_STRING_NOT_EQUAL(text, turned);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"published vectors are met", published_vectors_are_met},
        {"ports decide between equal addresses", ports_decide_between_equal_addresses},
        CU_TEST_INFO_NULL,
    };

    return suite_run("community_id", tests);
}
