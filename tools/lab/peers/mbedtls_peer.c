/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A small TLS client and server on Mbed TLS. Arguments: client|server name=value... */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#define MAX_LIST 8

static const char *const request = "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n";
static const char *const answer = "HTTP/1.0 200 OK\r\n\r\nok\n";

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context drbg;
static mbedtls_x509_crt own, roots;
static mbedtls_pk_context key;
static mbedtls_ssl_config config;
static int suites[MAX_LIST];
static const char *protocols[MAX_LIST];

/* Value of name=value among the arguments, or NULL. */
static const char *flag(char **words, const char *name)
{
    size_t len = strlen(name);

    for (; *words != NULL; words++) {
        if (strncmp(*words, name, len) == 0 && (*words)[len] == '=')
            return *words + len + 1;
    }
    return NULL;
}

static int is(char **words, const char *name, const char *value)
{
    const char *found = flag(words, name);

    return found != NULL && strcmp(found, value) == 0;
}

static void check(int status, const char *what)
{
    char text[128];

    if (status >= 0)
        return;
    mbedtls_strerror(status, text, sizeof(text));
    printf("error: %s: %s\n", what, text);
    exit(1);
}

static void set_versions(char **words)
{
    const char *low = flag(words, "min");
    const char *high = flag(words, "max");

    if (low != NULL)
        mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, low[2] - '0' + 1);
    if (high != NULL)
        mbedtls_ssl_conf_max_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, high[2] - '0' + 1);
}

static void set_lists(char **words)
{
    static const mbedtls_ecp_group_id p384[] = {MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_NONE};
    const char *alpn = flag(words, "alpn");
    const char *names = flag(words, "suite");

    if (names != NULL) {
        suites[0] = mbedtls_ssl_get_ciphersuite_id(names);
        mbedtls_ssl_conf_ciphersuites(&config, suites);
    }
    if (is(words, "groups", "P-384"))
        mbedtls_ssl_conf_curves(&config, p384);
    if (alpn != NULL) {
        char *list = strdup(alpn);
        size_t count = 0;

        for (char *name = strtok(list, ","); name != NULL && count + 1 < MAX_LIST;
             name = strtok(NULL, ","))
            protocols[count++] = name;
        check(mbedtls_ssl_conf_alpn_protocols(&config, protocols), "alpn");
    }
}

static void configure(char **words, int endpoint)
{
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&drbg);
    mbedtls_x509_crt_init(&own);
    mbedtls_x509_crt_init(&roots);
    mbedtls_pk_init(&key);
    mbedtls_ssl_config_init(&config);
    check(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0), "seed");
    check(mbedtls_ssl_config_defaults(&config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                      MBEDTLS_SSL_PRESET_DEFAULT),
          "defaults");
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &drbg);
    check(mbedtls_x509_crt_parse_file(&roots, flag(words, "ca")), "ca");
    mbedtls_ssl_conf_ca_chain(&config, &roots, NULL);
    if (flag(words, "chain") != NULL) {
        check(mbedtls_x509_crt_parse_file(&own, flag(words, "chain")), "chain");
        check(mbedtls_pk_parse_keyfile(&key, flag(words, "key"), NULL), "key");
        check(mbedtls_ssl_conf_own_cert(&config, &own, &key), "own certificate");
    }
    set_versions(words);
    set_lists(words);
}

static int handshake(mbedtls_ssl_context *tls, mbedtls_net_context *net)
{
    char text[128];
    int status;

    check(mbedtls_ssl_setup(tls, &config), "setup");
    mbedtls_ssl_set_bio(tls, net, mbedtls_net_send, mbedtls_net_recv, NULL);
    do {
        status = mbedtls_ssl_handshake(tls);
    } while (status == MBEDTLS_ERR_SSL_WANT_READ || status == MBEDTLS_ERR_SSL_WANT_WRITE);
    if (status != 0) {
        mbedtls_strerror(status, text, sizeof(text));
        printf("error: handshake: %s\n", text);
    } else {
        printf("ok %s %s\n", mbedtls_ssl_get_version(tls), mbedtls_ssl_get_ciphersuite(tls));
    }
    fflush(stdout);
    return status;
}

static void connect_once(char **words, mbedtls_ssl_session *session, int resume)
{
    mbedtls_net_context net;
    mbedtls_ssl_context tls;
    unsigned char buffer[4096];

    mbedtls_net_init(&net);
    mbedtls_ssl_init(&tls);
    check(
        mbedtls_net_connect(&net, flag(words, "host"), flag(words, "port"), MBEDTLS_NET_PROTO_TCP),
        "connect");
    check(mbedtls_ssl_setup(&tls, &config), "setup");
    check(mbedtls_ssl_set_hostname(&tls, flag(words, "sni")), "name");
    if (resume)
        check(mbedtls_ssl_set_session(&tls, session), "session");
    mbedtls_ssl_set_bio(&tls, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
    check(mbedtls_ssl_handshake(&tls), "handshake");
    printf("ok %s %s\n", mbedtls_ssl_get_version(&tls), mbedtls_ssl_get_ciphersuite(&tls));
    check(mbedtls_ssl_get_session(&tls, session), "keep session");
    if (!is(words, "do", "quit")) {
        check(mbedtls_ssl_write(&tls, (const unsigned char *)request, strlen(request)), "write");
        while (mbedtls_ssl_read(&tls, buffer, sizeof(buffer)) > 0)
            continue;
    }
    mbedtls_ssl_close_notify(&tls);
    mbedtls_ssl_free(&tls);
    mbedtls_net_free(&net);
}

static void client(char **words)
{
    mbedtls_ssl_session session;
    int times = atoi(flag(words, "times"));

    configure(words, MBEDTLS_SSL_IS_CLIENT);
    mbedtls_ssl_conf_authmode(&config, is(words, "verify", "1") ? MBEDTLS_SSL_VERIFY_REQUIRED
                                                                : MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_session_init(&session);
    for (int i = 0; i < times; i++)
        connect_once(words, &session, i > 0);
}

static void server(char **words)
{
    mbedtls_net_context listener, net;
    mbedtls_ssl_context tls;
    unsigned char buffer[4096];

    configure(words, MBEDTLS_SSL_IS_SERVER);
    if (is(words, "clientauth", "require"))
        mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_net_init(&listener);
    check(mbedtls_net_bind(&listener, NULL, flag(words, "port"), MBEDTLS_NET_PROTO_TCP), "bind");
    for (;;) {
        mbedtls_net_init(&net);
        mbedtls_ssl_init(&tls);
        check(mbedtls_net_accept(&listener, &net, NULL, 0, NULL), "accept");
        if (handshake(&tls, &net) == 0 && mbedtls_ssl_read(&tls, buffer, sizeof(buffer)) > 0) {
            mbedtls_ssl_write(&tls, (const unsigned char *)answer, strlen(answer));
            mbedtls_ssl_close_notify(&tls);
        }
        mbedtls_ssl_free(&tls);
        mbedtls_net_free(&net);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "version") == 0) {
        puts(MBEDTLS_VERSION_STRING_FULL);
        return 0;
    }
    if (argc < 3)
        return 2;
    if (strcmp(argv[1], "client") == 0)
        client(argv + 2);
    else
        server(argv + 2);
    return 0;
}
