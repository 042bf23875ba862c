/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prelude.h -- what the octets before TLS, or instead of it, are.
 *
 * Many protocols begin in clear and change to TLS on request (STARTTLS, SSLRequest, CONNECT);
 * and now and then a TLS peer talks to something that never speaks TLS. This names the protocol
 * from the first octets that one side sent, or from the start of any later run of them. It
 * recognises, it does not parse: what it names is a guess by a few octets, and who decides by it
 * looks at more.
 * Pure functions, no state.
 */
#ifndef TLSWHY_DISSECT_PRELUDE_H
#define TLSWHY_DISSECT_PRELUDE_H

#include "dissect/bytes.h"

enum prelude {
    PRELUDE_UNKNOWN, /* none of the below */
    PRELUDE_PARTIAL, /* could still become one of the below: too few octets to say */
    PRELUDE_HTTP_REQUEST,
    PRELUDE_HTTP_CONNECT,
    PRELUDE_HTTP_RESPONSE,
    PRELUDE_HTTP_TO_HTTPS, /* a response that says that a plain request came to a TLS port */
    PRELUDE_HTTP2,         /* the client's connection preface, RFC 9113 section 3.4 */
    PRELUDE_SSH,
    PRELUDE_SMTP,
    PRELUDE_FTP,
    PRELUDE_REPLY,    /* three digits and text: SMTP, FTP or NNTP */
    PRELUDE_STARTTLS, /* the command, which SMTP, NNTP, IRC and Sieve share */
    PRELUDE_POP3,
    PRELUDE_IMAP,
    PRELUDE_NNTP,
    PRELUDE_SIEVE,
    PRELUDE_IRC,
    PRELUDE_XMPP,
    PRELUDE_MYSQL,       /* the server's greeting */
    PRELUDE_MYSQL_ERROR, /* an ERR packet instead of it */
    PRELUDE_MYSQL_SSL_REQUEST,
    PRELUDE_POSTGRESQL_SSL_REQUEST, /* or GSSENCRequest */
    PRELUDE_POSTGRESQL_STARTUP,     /* a startup message in clear */
    PRELUDE_POSTGRESQL_ACCEPT,      /* 'S', alone or before a TLS record */
    PRELUDE_POSTGRESQL_REFUSE,      /* 'N', alone */
    PRELUDE_POSTGRESQL_ERROR,       /* an ErrorResponse */
    PRELUDE_REDIS,
    PRELUDE_MONGODB,
    PRELUDE_MQTT,
    PRELUDE_AMQP,
    PRELUDE_LDAP,
    PRELUDE_SOCKS4,
    PRELUDE_SOCKS5,
    PRELUDE_PROXY_V1,
    PRELUDE_PROXY_V2,
    PRELUDE_RDP, /* TPKT, RFC 1006 */
    PRELUDE_SMB,
    PRELUDE_TELNET,
    PRELUDE_VNC,
    PRELUDE_TDS, /* PRELOGIN of Microsoft SQL Server, or its answer */
    PRELUDE_RPC, /* a probe for TLS, RFC 9289 */
    PRELUDE_NBD, /* Network Block Device, fixed newstyle */
    PRELUDE_OPENVPN,
    PRELUDE_DTLS,
    PRELUDE_TLCP, /* GB/T 38636, whose records have a version of their own */
    PRELUDE_QUIC,
    PRELUDE_TNS, /* of Oracle */
    PRELUDE_CQL, /* of Cassandra */
    PRELUDE_DICOM,
    PRELUDE_HL7, /* in MLLP */
    PRELUDE_TACACS,
    PRELUDE_COUNT
};

/* As much as identification ever looks at: octets beyond never change the answer, and with this
 * many it is never PRELUDE_PARTIAL. The longest thing looked for is the page of a web server that
 * got plain HTTP on its TLS port. */
#define PRELUDE_OCTETS_MAX 1024

/* Name what data, the beginning of what one side sent, is. A TLS record is PRELUDE_UNKNOWN: ask
 * record_next() first.
 *
 * More octets never turn one protocol into another, but can make the answer more exact: a
 * PRELUDE_HTTP_RESPONSE becomes PRELUDE_HTTP_TO_HTTPS, a PRELUDE_REPLY becomes PRELUDE_SMTP,
 * PRELUDE_FTP or PRELUDE_NNTP. The one exception are the single octets of PostgreSQL, which mean
 * what they say only to a client that has sent an SSLRequest. */
enum prelude prelude_identify(struct bytes data, bool from_client);

/* The protocol's name for people, such as "SSH" or "MySQL error"; "unknown" and "too short to
 * say" for the first two. Static storage, never NULL. */
const char *prelude_name(enum prelude prelude);

/* The first line of data, without its end and without control characters at it, as a view, cut
 * to max octets. Empty if data begins with something that is not printable ASCII. */
struct bytes prelude_first_line(struct bytes data, size_t max);

/* True when data begins with the header field Upgrade (RFC 9110 section 7.8), which names TLS (RFC
 * 2817 section 3). */
bool prelude_is_upgrade_to_tls(struct bytes data);

#endif
