/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A small TLS client and server on BearSSL. Arguments: client|server name=value...; certificates
 * and keys are DER files, those of a chain "chain0", "chain1" and so on. */

#include <bearssl.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILE_MAX = 16384, CHAIN_MAX = 4, PROTOCOLS_MAX = 4 };

static const char request[] = "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n";
static const char answer[] = "HTTP/1.0 200 OK\r\n\r\nok\n";

static unsigned char engine_buffer[BR_SSL_BUFSIZE_BIDI];

struct suites {
    const char *name; /* the OpenSSL cipher string that scenarios use */
    uint16_t list[2];
    size_t count;
};

static const struct suites suites[] = {
    {"AES128-SHA", {BR_TLS_RSA_WITH_AES_128_CBC_SHA}, 1},
    {"kRSA", {BR_TLS_RSA_WITH_AES_128_GCM_SHA256}, 1},
    {"ECDHE",
     {BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
     2},
    {"aECDSA", {BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, 1},
    {"aRSA", {BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, BR_TLS_RSA_WITH_AES_128_GCM_SHA256}, 2},
};

struct name {
    unsigned char data[FILE_MAX];
    size_t length;
};

static const char *flag(char **words, const char *name)
{
    size_t length = strlen(name);

    for (; *words != NULL; words++) {
        if (strncmp(*words, name, length) == 0 && (*words)[length] == '=')
            return *words + length + 1;
    }
    return NULL;
}

static void check(int good, const char *what)
{
    if (good)
        return;
    printf("error: %s\n", what);
    exit(1);
}

/* Memory that is never freed: it is used until the end. */
static unsigned char *slurp(const char *path, size_t *length)
{
    unsigned char *data = malloc(FILE_MAX);
    FILE *file = path == NULL ? NULL : fopen(path, "rb");

    check(data != NULL && file != NULL, "file");
    *length = fread(data, 1, FILE_MAX, file);
    fclose(file);
    return data;
}

static void append_name(void *context, const void *data, size_t length)
{
    struct name *name = context;

    check(length <= sizeof(name->data) - name->length, "name");
    memcpy(name->data + name->length, data, length);
    name->length += length;
}

/* The trust anchor that a certificate makes; static, as its key points into the decoder. */
static const br_x509_trust_anchor *anchor_of(const char *path)
{
    static br_x509_decoder_context decoder;
    static br_x509_trust_anchor anchor;
    static struct name name;
    size_t length;
    unsigned char *der = slurp(path, &length);

    br_x509_decoder_init(&decoder, append_name, &name);
    br_x509_decoder_push(&decoder, der, length);
    check(br_x509_decoder_get_pkey(&decoder) != NULL, "trust anchor");
    anchor.dn.data = name.data;
    anchor.dn.len = name.length;
    anchor.flags = BR_X509_TA_CA;
    anchor.pkey = *br_x509_decoder_get_pkey(&decoder);
    return &anchor;
}

static unsigned version_of(const char *text)
{
    if (text == NULL || strcmp(text, "1.2") == 0 || strcmp(text, "1.3") == 0)
        return BR_TLS12;
    return strcmp(text, "1.1") == 0 ? BR_TLS11 : BR_TLS10;
}

static void tune(br_ssl_engine_context *engine, char **words)
{
    static const char *protocols[PROTOCOLS_MAX];
    const char *ciphers = flag(words, "ciphers");
    const char *alpn = flag(words, "alpn");
    size_t count = 0;

    br_ssl_engine_set_versions(engine, version_of(flag(words, "min")),
                               version_of(flag(words, "max")));
    for (size_t i = 0; ciphers != NULL && i < sizeof(suites) / sizeof(suites[0]); i++) {
        if (strcmp(ciphers, suites[i].name) == 0)
            br_ssl_engine_set_suites(engine, suites[i].list, suites[i].count);
    }
    if (alpn != NULL) {
        for (char *word = strtok(strdup(alpn), ","); word != NULL && count < PROTOCOLS_MAX;
             word = strtok(NULL, ","))
            protocols[count++] = word;
        br_ssl_engine_set_protocol_names(engine, protocols, count);
    }
    br_ssl_engine_set_buffer(engine, engine_buffer, sizeof(engine_buffer), 1);
}

static int read_socket(void *context, unsigned char *data, size_t length)
{
    ssize_t got = read(*(int *)context, data, length);

    return got > 0 ? (int)got : -1;
}

static int write_socket(void *context, const unsigned char *data, size_t length)
{
    ssize_t put = write(*(int *)context, data, length);

    return put > 0 ? (int)put : -1;
}

static void report(br_ssl_engine_context *engine)
{
    printf("error: BearSSL %d\n", br_ssl_engine_last_error(engine));
    fflush(stdout);
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

static int client(char **words)
{
    static br_ssl_client_context context;
    static br_x509_minimal_context x509;
    br_sslio_context io;
    char buffer[4096];
    int fd = open_socket(words);

    br_ssl_client_init_full(&context, &x509, anchor_of(flag(words, "ca")), 1);
    tune(&context.eng, words);
    check(br_ssl_client_reset(&context, flag(words, "sni"), 0), "reset");
    br_sslio_init(&io, &context.eng, read_socket, &fd, write_socket, &fd);
    if (br_sslio_flush(&io) < 0 || br_sslio_write_all(&io, request, sizeof(request) - 1) < 0
        || br_sslio_flush(&io) < 0) {
        report(&context.eng);
        close(fd);
        return 1;
    }
    puts("ok");
    while (br_sslio_read(&io, buffer, sizeof(buffer)) > 0)
        continue;
    br_sslio_close(&io);
    close(fd);
    return 0;
}

static size_t load_chain(char **words, br_x509_certificate *chain)
{
    char name[] = "chain0";
    size_t count = 0;

    for (; count < CHAIN_MAX && flag(words, name) != NULL; name[5]++, count++)
        chain[count].data = slurp(flag(words, name), &chain[count].data_len);
    return count;
}

static void serve(br_ssl_server_context *context, int fd)
{
    br_sslio_context io;
    char buffer[4096];

    check(br_ssl_server_reset(context), "reset");
    br_sslio_init(&io, &context->eng, read_socket, &fd, write_socket, &fd);
    if (br_sslio_read(&io, buffer, sizeof(buffer)) > 0) {
        br_sslio_write_all(&io, answer, sizeof(answer) - 1);
        br_sslio_close(&io);
    } else {
        report(&context->eng);
    }
    close(fd);
}

static int listen_on(const char *port)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_port = htons((uint16_t)atoi(port))};
    int listener = socket(AF_INET6, SOCK_STREAM, 0);

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    check(bind(listener, (const struct sockaddr *)&address, sizeof(address)) == 0, "bind");
    check(listen(listener, 8) == 0, "listen");
    return listener;
}

static void server(char **words)
{
    static br_ssl_server_context context;
    br_x509_certificate chain[CHAIN_MAX];
    size_t count = load_chain(words, chain);
    br_skey_decoder_context key;
    size_t length;
    unsigned char *der = slurp(flag(words, "key"), &length);
    int listener = listen_on(flag(words, "port"));

    br_skey_decoder_init(&key);
    br_skey_decoder_push(&key, der, length);
    if (br_skey_decoder_get_rsa(&key) != NULL) {
        br_ssl_server_init_full_rsa(&context, chain, count, br_skey_decoder_get_rsa(&key));
    } else {
        check(br_skey_decoder_get_ec(&key) != NULL, "key");
        br_ssl_server_init_full_ec(&context, chain, count, BR_KEYTYPE_RSA,
                                   br_skey_decoder_get_ec(&key));
    }
    tune(&context.eng, words);
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0)
            serve(&context, fd);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(argv[1], "client") == 0)
        return client(argv + 2);
    server(argv + 2);
    return 1;
}
