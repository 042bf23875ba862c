/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_value.h -- values of options. Each function returns false after a complaint that names
 * the option. */
#ifndef TLSWHY_TOOLS_OPTION_VALUE_H
#define TLSWHY_TOOLS_OPTION_VALUE_H

#include <netdb.h>

#include "tools/tlswhy/options.h"

#define OPTION_MEMORY_DEFAULT (UINT64_C(512) << 20)
#define OPTION_MEMORY_MIN     (UINT64_C(8) << 20)  /* the tables alone need some */
#define OPTION_MEMORY_MAX     (UINT64_C(64) << 40) /* above what machines have */

/* A decimal number from min to max. */
bool option_value_number(const char *option, const char *value, uint64_t min, uint64_t max,
                         uint64_t *out);

/* One from 0 to max, or a word that stands for 0. */
bool option_value_number_or(const char *option, const char *value, const char *word, uint64_t max,
                            uint64_t *out);

/* Octets from min to max: a number and K, M or G for powers of 1024. */
bool option_value_size(const char *option, const char *value, uint64_t min, uint64_t max,
                       uint64_t *out);

/* Ports from 1 to 65535 with commas between them, added to ports. */
bool option_value_ports(const char *option, const char *value, uint16_t *ports, size_t max,
                        size_t *count);

/* Days from 1 to INVENTORY_LEVEL_DAYS_MAX with commas between them, as many as max. */
bool option_value_days(const char *option, const char *value, uint16_t *days, size_t max,
                       size_t *count);

/* Processors from 0 to CPU_SETSIZE - 1 with commas between them, as many as max. */
bool option_value_processors(const char *option, const char *value, uint16_t *processors,
                             size_t max, size_t *count);

/* Networks such as 10.0.0.0/8 and 2001:db8::/32, or addresses, with commas between them, added to
 * networks. */
bool option_value_networks(const char *option, const char *value, struct event_network *networks,
                           size_t max, size_t *count);

/* auto, always or never; no value means always. */
bool option_value_when(const char *option, const char *value, enum when *out);

/* "[ADDRESS:]PORT" or "[ADDRESS]:PORT", in numbers, to listen at; the default address is 127.0.0.1.
 * *out is to be freed with freeaddrinfo(3). */
bool option_value_listen(const char *option, const char *value, struct addrinfo **out);

/* Text that goes into events as it is: not empty, valid UTF-8 and printable. */
bool option_value_text(const char *option, const char *value);

/* The content of a file of at most max octets as a string, to be freed; "-" is not standard
 * input. *is_unread tells of a file that could not be read, not of one that makes no sense. */
bool option_value_file(const char *path, size_t max, char **out, bool *is_unread);

#endif
