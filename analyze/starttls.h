/* SPDX-License-Identifier: GPL-2.0-or-later */
/* starttls.h -- a request to change to TLS within another protocol, and a refusal of it.
 *
 * Reads the few hundred octets that are kept of a stream that is not TLS. Pure functions.
 */
#ifndef TLSWHY_ANALYZE_STARTTLS_H
#define TLSWHY_ANALYZE_STARTTLS_H

#include "dissect/prelude.h"

/* What the client's first octets are, behind a PROXY protocol header when one comes first and more
 * follows it. */
enum prelude starttls_client_protocol(struct bytes client);

/* True when what the client sent so far asks for TLS: a STARTTLS command (RFC 3207, 9051, 2595,
 * 4217, 4642, 6120, 5804), an Upgrade to TLS in HTTP (RFC 2817) or ICAP (RFC 3507 section 7.2),
 * an LDAP ExtendedRequest (RFC 4511 section 4.14), an SSLRequest of PostgreSQL or MySQL, what TDS,
 * RDP, NBD, OpenVPN and RPC have for it (dissect/tds.h, dissect/rdp.h, dissect/nbd.h,
 * dissect/openvpn.h, RFC 9289);
 * or for a connection through a proxy: CONNECT (RFC 9110 section 9.3.6), SOCKS4, SOCKS5 (RFC
 * 1928). */
bool starttls_is_request(struct bytes client);

/* The protocol in which a client asked, by what both sides' octets are: some commands are those of
 * several protocols. */
enum prelude starttls_protocol(enum prelude client, enum prelude server);

/* True when reply, what the server sent after the request, says no. protocol is as from
 * starttls_protocol. */
bool starttls_is_refusal(enum prelude protocol, struct bytes reply);

/* True when reply says yes, all of it. was_greeted: the server had spoken before the request. False
 * as well of protocols whose yes only the hello behind it tells. */
bool starttls_is_agreement(enum prelude protocol, bool was_greeted, struct bytes reply);

/* True where clients ask for TLS and go on without it, in the same connection, when it is refused,
 * and rest, what this one sent behind its request, does: only one that leaves then wanted nothing
 * else. */
bool starttls_goes_on(enum prelude protocol, struct bytes rest);

/* The three digits of a reply in SMTP, FTP, NNTP or HTTP, or the resultCode of LDAP; 0: none. */
uint16_t starttls_status(enum prelude protocol, struct bytes reply);

/* What the server says behind the reply that says yes: a line, or the header of HTTP. Empty:
 * nothing, or it is not known where the reply of this protocol ends. */
struct bytes starttls_rest(enum prelude protocol, struct bytes reply);

/* True when the request is one to a proxy, which names a target (dissect/proxy_target.h). */
bool starttls_has_target(enum prelude protocol);

/* The protocol's identifier in events, such as "smtp" or "http_connect"; NULL: none. */
const char *starttls_name(enum prelude protocol);

/* Where the words of a reply begin, which people can read; empty: it has none. */
struct bytes starttls_reply_words(enum prelude protocol, struct bytes reply);

/* What a reply that is no text means, for people; NULL when it is text, or no refusal. */
const char *starttls_refusal_name(enum prelude protocol, struct bytes reply);

#endif
