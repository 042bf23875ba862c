/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a connection that is read the processor is to have at hand. */
#include "capture/fetch.h"
#include "capture/reading_internal.h"

void reading_fetch(const struct reading *reading)
{
    fetch(reading, READING_ALIGNMENT);
    for (unsigned i = 0; i < 2; i++)
        fetch(&reading->half[i].stream.next, READING_ALIGNMENT);
}

void reading_fetch_sender(const struct reading *reading, unsigned half)
{
    fetch(&reading->half[half].transport.recent_tag, READING_ALIGNMENT);
}

void reading_fetch_data(const struct reading *reading, unsigned half)
{
    enum { USER_OCTETS = 192 }; /* what is touched first */

    fetch(&reading->connection.direction[side_of(reading, half)], READING_ALIGNMENT);
    fetch(&reading->half[half].transport.few, READING_ALIGNMENT);
    if (reading->connection.user != NULL)
        fetch(reading->connection.user, USER_OCTETS);
}

bool reading_is_open(const struct reading *reading, unsigned half)
{
    return transport_is_open(&reading->half[half].transport);
}

void reading_fetch_open(const struct reading *reading, unsigned half)
{
    transport_fetch_open(&reading->half[half].transport);
}
