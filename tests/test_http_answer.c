/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers in HTTP of proxies, and of those that stand in a server's place. */
#include "analyze/http_answer.h"

#include "tests/support/wire.h"

static struct bytes text_of(const char *text)
{
    return bytes_of(text, strlen(text));
}

static void a_field_has_a_value(void)
{
    static const struct {
        const char *answer;
        const char *value;
    } cases[] = {
        {"HTTP/1.1 302 Found\r\nlocation:  http://a/\r\n\r\n", "http://a/"},
        {"HTTP/1.1 302 Found\r\nServer: x\r\nLocation: /b\r\n", "/b"},
        {"HTTP/1.1 200 OK\r\n\r\nLocation: /in-the-body\r\n", ""},
        {"HTTP/1.1 200 OK\r\nContent-Location: /c\r\n\r\n", ""},
        {"HTTP/1.1 200 OK\r\nLocation", ""},
        {"", ""},
    };
    struct guard guard = guard_new();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes answer = guard_copy(&guard, cases[i].answer, strlen(cases[i].answer));

        CU_ASSERT_TRUE(bytes_equal(http_answer_field(answer, "Location"), text_of(cases[i].value)));
    }
    guard_free(&guard);
}

static void another_host_is_elsewhere(void)
{
    static const struct {
        const char *location;
        const char *host;
        bool elsewhere;
    } cases[] = {
        {"http://portal.hotel.example/login", "www.example.org", true},
        {"http://192.0.2.1:8080/", "www.example.org", true},
        {"https://WWW.example.org/", "www.example.org", false},
        {"https://example.org?x", "www.example.org", false},
        {"https://login.example.org:8443/", "www.example.org", false},
        {"https://www.example.org/", "example.org", false},
        {"https://notexample.org/", "www.example.org", true},
        {"/login?to=http", "www.example.org", false},
        {"http://", "www.example.org", false},
        {"http://portal.hotel.example/login", "", false},
        {"", "www.example.org", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CU_ASSERT_EQUAL(
            http_answer_is_elsewhere(text_of(cases[i].location), text_of(cases[i].host)),
            cases[i].elsewhere);
}

static void a_status_of_a_proxy_has_a_meaning(void)
{
    CU_ASSERT_PTR_NOT_NULL(http_answer_of_proxy(407));
    CU_ASSERT_PTR_NULL(http_answer_of_proxy(200));
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a field has a value", a_field_has_a_value},
        {"another host is elsewhere", another_host_is_elsewhere},
        {"a status of a proxy has a meaning", a_status_of_a_proxy_has_a_meaning},
        CU_TEST_INFO_NULL,
    };

    return suite_run("http_answer", tests);
}
