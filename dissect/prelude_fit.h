/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prelude_fit.h -- signatures of protocols, for dissect/prelude.c alone.
 *
 * Each function says whether some octets are the beginning of what a protocol's client or server
 * sends. The empty view fits everything as far as it goes.
 */
#ifndef TLSWHY_DISSECT_PRELUDE_FIT_H
#define TLSWHY_DISSECT_PRELUDE_FIT_H

#include "dissect/bytes.h"

enum fit {
    FIT_NO,
    FIT_MAYBE, /* as far as the octets go */
    FIT_YES
};

/* The view without its first octets; empty if it has no more. */
static inline struct bytes bytes_after(struct bytes in, size_t octets)
{
    return bytes_skip(&in, octets) ? in : bytes_of(in.data, 0);
}

/* The octets begin with these, which may hold NULs. */
enum fit fit_prefix(struct bytes in, const char *prefix, size_t length);

/* Lines of text: prelude_text.c */
enum fit fit_reply(struct bytes in);
enum fit fit_smtp_reply(struct bytes in);
enum fit fit_ftp_reply(struct bytes in);
enum fit fit_nntp_reply(struct bytes in);
enum fit fit_http_to_https(struct bytes in);
enum fit fit_imap_command(struct bytes in);
enum fit fit_irc_message(struct bytes in);
enum fit fit_redis_command(struct bytes in);

/* Numbers: prelude_binary.c */
enum fit fit_mysql_greeting(struct bytes in);
enum fit fit_mysql_error(struct bytes in);
enum fit fit_mysql_ssl_request(struct bytes in);
enum fit fit_postgresql_ssl_request(struct bytes in);
enum fit fit_postgresql_startup(struct bytes in);
enum fit fit_postgresql_accept(struct bytes in);
enum fit fit_postgresql_refuse(struct bytes in);
enum fit fit_postgresql_error(struct bytes in);
enum fit fit_mongodb(struct bytes in);
enum fit fit_mqtt(struct bytes in);
enum fit fit_ldap(struct bytes in);
enum fit fit_socks4_client(struct bytes in);
enum fit fit_socks4_server(struct bytes in);
enum fit fit_socks5_client(struct bytes in);
enum fit fit_socks5_server(struct bytes in);
enum fit fit_proxy_v2(struct bytes in);
enum fit fit_rdp(struct bytes in);
enum fit fit_rdp_error(struct bytes in);
enum fit fit_smb(struct bytes in);
enum fit fit_telnet(struct bytes in);
enum fit fit_tds_prelogin(struct bytes in);
enum fit fit_tds_response(struct bytes in);
enum fit fit_rpc_tls(struct bytes in);
enum fit fit_nbd_client(struct bytes in);
enum fit fit_openvpn_client(struct bytes in);
enum fit fit_openvpn_server(struct bytes in);
enum fit fit_quic(struct bytes in);
enum fit fit_tns(struct bytes in);
enum fit fit_cql(struct bytes in);
enum fit fit_dicom(struct bytes in);
enum fit fit_tacacs(struct bytes in);

#endif
