/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/tls_port.h"
#include "tests/support/suite.h"

static void registered_ports_are_for_tls(void)
{
    static const uint16_t registered[] = {443, 853, 4460, 5684, 8883, 10161, 10162};
    const struct tls_ports none = {0};

    for (size_t i = 0; i < sizeof(registered) / sizeof(registered[0]); i++)
        CU_ASSERT_TRUE(tls_port_is(&none, registered[i]));
    CU_ASSERT_FALSE(tls_port_is(&none, 80));
    CU_ASSERT_FALSE(tls_port_is(&none, 5683));
}

static void further_ports_are_for_tls_where_they_are_given(void)
{
    static const uint16_t more[] = {8444};
    const struct tls_ports ports = {more, 1};

    CU_ASSERT_TRUE(tls_port_is(&ports, 8444));
    CU_ASSERT_TRUE(tls_port_is(&ports, 443));
    CU_ASSERT_FALSE(tls_port_is(&ports, 8445));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"registered ports are for TLS", registered_ports_are_for_tls},
        {"further ports are for TLS where they are given",
         further_ports_are_for_tls_where_they_are_given},
        CU_TEST_INFO_NULL,
    };

    return suite_run("ports of TLS", tests);
}
