/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tlswhy -- says why TLS handshakes failed, from packets alone. */
#include <stdio.h>

#include "tlswhy_config.h"

int main(void)
{
    printf("tlswhy %s\n", TLSWHY_VERSION);
    return 0;
}
