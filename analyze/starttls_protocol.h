/* SPDX-License-Identifier: GPL-2.0-or-later */
/* starttls_protocol.h -- how protocols ask for TLS and how they say no, private to
 * analyze/starttls*.c. The const objects are what differs between them; starttls.c goes by them. */
#ifndef TLSWHY_ANALYZE_STARTTLS_PROTOCOL_H
#define TLSWHY_ANALYZE_STARTTLS_PROTOCOL_H

#include "dissect/bytes.h"

/* All octets are what one side sent until then, cut where no more are kept. */
struct starttls_protocol {
    bool (*asks)(struct bytes client);          /* NULL: whoever speaks it asks */
    bool (*refuses)(struct bytes reply);        /* NULL: only what refusal knows does */
    const char *(*refusal)(struct bytes reply); /* what a refusal that is no text means, for
                                                   people; it returns NULL of what is none */
    bool (*agrees)(struct bytes reply);         /* NULL: it takes a hello to tell a yes */
    bool (*leaves)(struct bytes rest);          /* NULL: who leaves says no more */
    bool is_greeted;  /* the server speaks first, maybe in the words of a yes */
    bool is_optional; /* clients that want TLS only where it can be had go on in clear */
};

/* starttls_text.c: lines of text, and XMPP. */
extern const struct starttls_protocol starttls_status_lines; /* SMTP, FTP, NNTP */
extern const struct starttls_protocol starttls_pop3;
extern const struct starttls_protocol starttls_imap;
extern const struct starttls_protocol starttls_sieve;
extern const struct starttls_protocol starttls_irc;
extern const struct starttls_protocol starttls_xmpp;
extern const struct starttls_protocol starttls_http_request;
extern const struct starttls_protocol starttls_http_connect;
extern const struct starttls_protocol starttls_unknown; /* text of a protocol that is not known */

/* starttls_binary.c */
extern const struct starttls_protocol starttls_ldap;
extern const struct starttls_protocol starttls_mysql;
extern const struct starttls_protocol starttls_postgresql;
extern const struct starttls_protocol starttls_tds;
extern const struct starttls_protocol starttls_rdp;
extern const struct starttls_protocol starttls_rpc;
extern const struct starttls_protocol starttls_nbd;
extern const struct starttls_protocol starttls_openvpn;
extern const struct starttls_protocol starttls_socks4;
extern const struct starttls_protocol starttls_socks5;

/* The word, in letters of any case, is at the beginning of the text. */
bool starttls_begins_with(struct bytes text, const char *word);

#endif
