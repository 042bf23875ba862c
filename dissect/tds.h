/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tds.h -- the packets of the Tabular Data Stream, in which a SQL Server and its clients agree on
 * TLS, and in which its handshake comes; behind the handshake TLS stands alone ([MS-TDS] sections
 * 2.2.3.1 and 2.2.6.5).
 *
 *   packet header                                PRELOGIN, from the header on
 *       type       1 octet                           options: token 1, offset 2, length 2
 *       status     1 octet, 1: the last one          0xff, then the options' octets
 *       length     2 octets, with the header
 *       SPID 2, packet 1, window 1
 *
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_TDS_H
#define TLSWHY_DISSECT_TDS_H

#include "dissect/bytes.h"

enum {
    TDS_HEADER_LENGTH = 8,
    TDS_RESPONSE = 0x04, /* the type of a server's answer to PRELOGIN, and of others */
    TDS_PRELOGIN = 0x12  /* the type of packets that carry a handshake, and of what comes before */
};

struct tds_header {
    uint8_t type;    /* TDS_RESPONSE or TDS_PRELOGIN */
    uint16_t length; /* octets of the content, which follows */
};

/* What a side says about encryption in its PRELOGIN message. A client certificate, which is a bit
 * of its own, is left out. */
enum tds_encryption {
    TDS_ENCRYPT_OFF,           /* of the login alone */
    TDS_ENCRYPT_ON,            /* of everything */
    TDS_ENCRYPT_NOT_SUPPORTED, /* of nothing */
    TDS_ENCRYPT_REQUIRED,
    TDS_ENCRYPT_UNSAID /* the message has no such option, or is not all there */
};

/* Take the header of a packet of one of these types off *in. False, and nothing changed: another
 * one, one that is longer than its packet, or not enough octets. Status and window are not looked
 * at: a receiver ignores what it does not know in them. */
MUST_USE bool tds_header_take(struct bytes *in, struct tds_header *out);

/* The same of a PRELOGIN packet where nothing else says that there is one: no octet is another than
 * that of clients that are known. */
MUST_USE bool tds_prelogin_header_take(struct bytes *in, struct tds_header *out);

/* Of a PRELOGIN message, or a server's answer to it, which has another type; message begins with
 * its header. */
enum tds_encryption tds_encryption(struct bytes message);

#endif
