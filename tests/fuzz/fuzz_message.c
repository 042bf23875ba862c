/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bodies of handshake messages and what is in them: extensions, lists, fingerprints.
 *
 * The first octet of the input chooses the negotiated version, the second the form of a
 * ServerKeyExchange; the rest is the body of a message, given to the parsers of all of them.
 */
#include <string.h>

#include "dissect/certificate_list.h"
#include "dissect/certificate_request.h"
#include "dissect/extension.h"
#include "dissect/fingerprint.h"
#include "dissect/hello.h"
#include "dissect/key_exchange.h"
#include "tests/fuzz/fuzz.h"

static void read_names(struct bytes names)
{
    struct bytes name;

    while (distinguished_name_next(&names, &name))
        touch(name);
    must(names.len == 0);
}

static void read_u16_list(struct bytes list)
{
    uint16_t value;

    while (list_u16_next(&list, &value))
        (void)tls_is_grease(value);
    must(list.len == 0);
}

static void read_protocols(struct bytes protocols)
{
    struct bytes name;

    while (list_name_next(&protocols, &name))
        touch(name);
    must(protocols.len == 0);
}

static void read_key_shares(struct bytes shares)
{
    struct key_share share;

    while (key_share_next(&shares, &share))
        touch(share.key_exchange);
    must(shares.len == 0);
}

static void read_extension_fields(const struct hello_extensions *extensions)
{
    touch(extensions->server_name.host_name);
    touch(extensions->session_ticket.ticket);
    touch(extensions->status_request.request);
    touch(extensions->cookie.list);
    touch(extensions->renegotiation_info.list);
    touch(extensions->padding.list);
    touch(extensions->psk_key_exchange_modes.list);
    touch(extensions->ec_point_formats.list);
    touch(extensions->signed_certificate_timestamp.list);
    read_u16_list(extensions->supported_versions.versions);
    read_u16_list(extensions->supported_groups.list);
    read_u16_list(extensions->signature_algorithms.list);
    read_u16_list(extensions->signature_algorithms_cert.list);
    read_u16_list(extensions->delegated_credential.list);
    read_u16_list(extensions->compress_certificate.list);
    read_key_shares(extensions->key_share.shares);
    read_protocols(extensions->alpn.protocols);
    read_protocols(extensions->npn.protocols);
    read_names(extensions->certificate_authorities.list);
}

static void read_extensions(struct bytes raw)
{
    struct hello_extensions extensions;
    struct extension extension;

    for (unsigned context = EXTENSION_IN_CLIENT_HELLO; context <= EXTENSION_IN_NEW_SESSION_TICKET;
         context <<= 1) {
        bool is_whole = extensions_parse(raw, (enum extension_context)context, &extensions);

        must(is_whole != extensions.has_cut);
        read_extension_fields(&extensions);
    }
    while (extension_next(&raw, &extension))
        touch(extension.data);
}

/* A fingerprint is whole, or the empty string. */
static void check_fingerprint(bool is_known, const char *text, size_t size)
{
    must(strlen(text) == (is_known ? size - 1 : 0));
}

static void read_client_hello(struct bytes body)
{
    struct client_hello hello;
    char ja3[JA3_TEXT_SIZE];
    char ja4[JA4_TEXT_SIZE];

    if (!client_hello_parse(body, &hello))
        return;
    touch(hello.random);
    touch(hello.session_id);
    touch(hello.compression_methods);
    read_u16_list(hello.cipher_suites);
    read_extensions(hello.extensions);
    (void)client_hello_version_max(&hello);

    bool is_known = ja3_client(&hello, ja3);
    check_fingerprint(is_known, ja3, sizeof ja3);
    is_known = ja4_client(&hello, JA4_TCP, ja4);
    check_fingerprint(is_known, ja4, sizeof ja4);
}

static void read_server_hello(struct bytes body)
{
    struct server_hello hello;
    char ja3[JA3_TEXT_SIZE];

    if (!server_hello_parse(body, &hello) && !draft_hello_retry_request_parse(body, &hello))
        return;
    touch(hello.random);
    touch(hello.session_id);
    read_extensions(hello.extensions);
    (void)server_hello_version(&hello);
    (void)server_hello_downgrade(&hello);

    bool is_known = ja3_server(&hello, ja3);
    check_fingerprint(is_known, ja3, sizeof ja3);
}

static void read_certificates(struct bytes body, uint16_t version)
{
    struct certificate_list list;
    struct certificate_entry entry;
    struct certificate_status status;
    size_t count = 0;

    if (certificate_list_parse(body, version, &list)) {
        size_t announced = list.count;

        touch(list.context);
        while (certificate_list_next(&list, &entry)) {
            must(entry.certificate.len > 0);
            touch(entry.certificate);
            read_extensions(entry.extensions);
            count++;
        }
        must(count == announced);
    }
    if (certificate_status_parse(body, &status)) {
        touch(status.response);
        touch(status.list);
    }
}

static void read_certificate_request(struct bytes body, uint16_t version)
{
    struct certificate_request request;

    if (!certificate_request_parse(body, version, &request))
        return;
    touch(request.types);
    touch(request.context);
    read_u16_list(request.schemes);
    read_names(request.authorities);
    read_extensions(request.extensions);
}

static void read_key_exchange(struct bytes body, uint16_t version, uint8_t form)
{
    struct server_key_exchange exchange;
    struct certificate_verify verify;

    if (server_key_exchange_parse(
            body, (enum server_key_exchange_form)(form % (SERVER_KEY_EXCHANGE_SRP_CERT + 1)),
            version, &exchange)) {
        must(exchange.modulus_bits <= exchange.modulus.len * 8);
        touch(exchange.modulus);
        touch(exchange.generator);
        touch(exchange.public_key);
        touch(exchange.psk_hint);
        touch(exchange.signature);
    }
    if (certificate_verify_parse(body, version, &verify))
        touch(verify.signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes body = bytes_of(data, size);
    uint8_t minor;
    uint8_t form;

    if (!bytes_u8(&body, &minor) || !bytes_u8(&body, &form))
        return 0;
    uint16_t version = (uint16_t)(0x0300 + minor % 5);
    read_client_hello(body);
    read_server_hello(body);
    read_extensions(body);
    read_certificates(body, version);
    read_certificate_request(body, version);
    read_key_exchange(body, version, form);
    return 0;
}
