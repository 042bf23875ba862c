/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.h -- a verdict in one line, and the parties as text. */
#ifndef TLSWHY_ANALYZE_SUMMARY_H
#define TLSWHY_ANALYZE_SUMMARY_H

#include "analyze/text.h"
#include "analyze/verdict.h"

enum {
    SUMMARY_SIZE = 640,      /* of one line, NUL included */
    SUMMARY_NAME_OCTETS = 96 /* of a server name in a line; what is longer ends in "..." */
};

/* When the handshake was over: the refusal of a failed one, else the last packet that was
 * looked at. Never before the connection's first packet. */
int64_t summary_ended_ns(const struct verdict *verdict);

/* Append "192.0.2.1:443" or "[2001:db8::1]:443". */
void summary_add_endpoint(struct text *text, const struct endpoint *endpoint);

/* Append the server name that the client asked for; false, and nothing appended, when it sent
 * none that can be read. */
bool summary_add_server_name(struct text *text, const struct facts *facts);

/* Append "192.0.2.1:50000 -> 198.51.100.2:443 (www.example.org)". */
void summary_add_parties(struct text *text, const struct facts *facts);

/* Append the outcome: "failed: no protocol version in common", "established: TLS 1.3,
 * TLS_AES_128_GCM_SHA256, resumed", "incomplete: ...", "not TLS". */
void summary_add_outcome(struct text *text, const struct verdict *verdict);

/* Write "TLS handshake", the parties, whose addresses are these, and the outcome. Returns how long
 * that is, NUL not counted. */
size_t summary_format(const struct verdict *verdict, const struct address_text addresses[SIDES],
                      char out[SUMMARY_SIZE]);

#endif
