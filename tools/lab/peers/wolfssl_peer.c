/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A small TLS client and server on wolfSSL. Arguments: client|server name=value... */

#include <wolfssl/options.h>

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wolfssl/ssl.h>

static const char *const request = "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n";
static const char *const answer = "HTTP/1.0 200 OK\r\n\r\nok\n";

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

static void check(int good, const char *what)
{
    if (good)
        return;
    printf("error: %s\n", what);
    exit(1);
}

static void report(WOLFSSL *tls, int status, const char *what)
{
    char text[WOLFSSL_MAX_ERROR_SZ];
    int code = wolfSSL_get_error(tls, status);

    printf("error: %s: %d %s\n", what, code, wolfSSL_ERR_error_string((unsigned long)code, text));
    fflush(stdout);
}

static WOLFSSL_METHOD *method(char **words, int client)
{
    if (is(words, "max", "1.2"))
        return client ? wolfTLSv1_2_client_method() : wolfTLSv1_2_server_method();
    if (is(words, "min", "1.3"))
        return client ? wolfTLSv1_3_client_method() : wolfTLSv1_3_server_method();
    return client ? wolfSSLv23_client_method() : wolfSSLv23_server_method();
}

static WOLFSSL_CTX *context(char **words, int client)
{
    WOLFSSL_CTX *ctx = wolfSSL_CTX_new(method(words, client));

    check(ctx != NULL, "context");
    check(wolfSSL_CTX_load_verify_locations(ctx, flag(words, "ca"), NULL) == WOLFSSL_SUCCESS, "ca");
    if (flag(words, "chain") != NULL) {
        check(wolfSSL_CTX_use_certificate_chain_file(ctx, flag(words, "chain")) == WOLFSSL_SUCCESS,
              "chain");
        check(wolfSSL_CTX_use_PrivateKey_file(ctx, flag(words, "key"), WOLFSSL_FILETYPE_PEM)
                  == WOLFSSL_SUCCESS,
              "key");
    }
    if (flag(words, "suite") != NULL)
        check(wolfSSL_CTX_set_cipher_list(ctx, flag(words, "suite")) == WOLFSSL_SUCCESS, "suite");
    return ctx;
}

static int open_socket(char **words)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    int fd;

    check(getaddrinfo(flag(words, "host"), flag(words, "port"), &hints, &found) == 0, "address");
    fd = socket(found->ai_family, SOCK_STREAM, 0);
    check(fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0, "connect");
    freeaddrinfo(found);
    return fd;
}

static void set_name(WOLFSSL *tls, char **words)
{
    const char *sni = flag(words, "sni");

    if (sni == NULL)
        return;
    check(wolfSSL_UseSNI(tls, WOLFSSL_SNI_HOST_NAME, sni, (unsigned short)strlen(sni))
              == WOLFSSL_SUCCESS,
          "sni");
    if (is(words, "verify", "1"))
        check(wolfSSL_check_domain_name(tls, sni) == WOLFSSL_SUCCESS, "name");
}

static void client(char **words)
{
    WOLFSSL_CTX *ctx = context(words, 1);
    WOLFSSL *tls;
    char buffer[4096];
    int status;

    if (is(words, "verify", "0"))
        wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_NONE, NULL);
    if (is(words, "revocation", "1")) {
        check(wolfSSL_CTX_EnableOCSPStapling(ctx) == WOLFSSL_SUCCESS, "stapling");
        check(wolfSSL_CTX_EnableOCSPMustStaple(ctx) == WOLFSSL_SUCCESS, "must-staple");
        check(wolfSSL_CTX_UseOCSPStapling(ctx, WOLFSSL_CSR_OCSP, 0) == WOLFSSL_SUCCESS, "staple");
    }
    tls = wolfSSL_new(ctx);
    set_name(tls, words);
    wolfSSL_set_fd(tls, open_socket(words));
    status = wolfSSL_connect(tls);
    if (status != WOLFSSL_SUCCESS) {
        report(tls, status, "connect");
        exit(1);
    }
    printf("ok %s %s\n", wolfSSL_get_version(tls), wolfSSL_get_cipher(tls));
    if (!is(words, "do", "quit")) {
        wolfSSL_write(tls, request, (int)strlen(request));
        while (wolfSSL_read(tls, buffer, sizeof(buffer)) > 0)
            continue;
    }
    wolfSSL_shutdown(tls);
    close(wolfSSL_get_fd(tls));
    wolfSSL_free(tls);
    wolfSSL_CTX_free(ctx);
}

static void serve(WOLFSSL_CTX *ctx, int fd)
{
    WOLFSSL *tls = wolfSSL_new(ctx);
    char buffer[4096];
    int status;

    wolfSSL_set_fd(tls, fd);
    status = wolfSSL_accept(tls);
    if (status != WOLFSSL_SUCCESS) {
        report(tls, status, "accept");
    } else if (wolfSSL_read(tls, buffer, sizeof(buffer)) > 0) {
        wolfSSL_write(tls, answer, (int)strlen(answer));
        wolfSSL_shutdown(tls);
    }
    wolfSSL_free(tls);
    close(fd);
}

static void server(char **words)
{
    WOLFSSL_CTX *ctx = context(words, 0);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)atoi(flag(words, "port")))};
    int listener = socket(AF_INET6, SOCK_STREAM, 0);

    if (is(words, "clientauth", "require"))
        wolfSSL_CTX_set_verify(ctx, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                               NULL);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    check(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0, "bind");
    check(listen(listener, 8) == 0, "listen");
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0)
            serve(ctx, fd);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "version") == 0) {
        printf("wolfSSL %s\n", wolfSSL_lib_version());
        return 0;
    }
    if (argc < 3)
        return 2;
    wolfSSL_Init();
    if (strcmp(argv[1], "client") == 0)
        client(argv + 2);
    else
        server(argv + 2);
    return 0;
}
