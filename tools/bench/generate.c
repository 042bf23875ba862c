/* SPDX-License-Identifier: GPL-2.0-or-later */
/* generate KIND OUTPUT COUNT [SEED] -- write a capture of COUNT connections; "-" is standard
 * output.
 *
 * They are recordings of real handshakes (tests/pcaps) played again, each with addresses, ports,
 * sequence numbers and checksums of its own, at times of their own, so that they are interleaved
 * as on a busy gateway. Bulk data is put into them as application data. The kinds are in the
 * table below. The same arguments give the same octets on every machine.
 *
 * Prints for each recording the network of the servers that play it, on standard error when the
 * capture goes to standard output:
 *
 *     198.18.0.128/25 whole clean/get-tls12__gnutls__stunnel.pcap
 *
 * "whole" says that no octets of it are missing, else it is "lacking".
 */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/play.h"

enum {
    RECORDINGS_MAX = 512,
    CHANGED_MAX = 8 /* changed copies of each recording: enough to be different from each other */
};

/* Handshakes of TLS 1.2 with certificates in clear and of TLS 1.3, IPv4 and IPv6, full and
 * resumed, by many stacks. */
static const char *const handshakes[] = {
    "clean/alpn-tls12__node__node.pcap",
    "clean/client-auth-tls12__nss__nss.pcap",
    "clean/client-auth-tls13__curl__stunnel.pcap",
    "clean/get-tls12__gnutls__stunnel.pcap",
    "clean/get-tls13__node12__nginx.pcap",
    "clean/hello-retry__python__haproxy.pcap",
    "clean/ipv6-tls12__gnutls__haproxy.pcap",
    "clean/ipv6-tls13__java__java.pcap",
    "clean/key-ed25519-tls12__curl__nginx.pcap",
    "clean/post-quantum__bun__node24.pcap",
    "clean/rsa-key-exchange__mbedtls__nginx.pcap",
    "clean/serve-tls12__curl__node24.pcap",
    "clean/serve-tls13__curl__bun.pcap",
    "clean/staple-tls12__gnutls__haproxy.pcap",
    "clean/staple-tls13__gnutls__haproxy.pcap",
    "clean/unverified-selfsigned-tls13__go__go.pcap",
    NULL,
};

/* All captures of failures, as a pattern. */
static const char *const failures[] = {"[!c]*/*.pcap", "c[!l]*/*.pcap", "client_*/*.pcap", NULL};

static const struct kind {
    const char *name;
    const char *const *recordings; /* below tests/pcaps; NULL: made up */
    recording_change *change[2];   /* of the first half of the copies, of the rest */
    struct schedule schedule;
    const char *what;
} kinds[] = {
    {"storm",
     handshakes,
     {recording_copy, recording_copy},
     {.interval_us = 20, .stretch = 4},
     "handshakes only"},
    {"crowd",
     handshakes,
     {recording_copy, recording_copy},
     {.interval_us = 20, .stretch = 4, .is_crowded = true},
     "handshakes only, of a million servers and ten million clients"},
    {"mix",
     handshakes,
     {recording_copy, recording_copy},
     {.interval_us = 500, .stretch = 4, .bulk_records = 30, .bulk_every = 8},
     "handshakes, and downloads with 90 % of the octets"},
    {"bulk",
     handshakes,
     {recording_copy, recording_copy},
     {.interval_us = 500, .stretch = 4, .bulk_records = 640, .bulk_every = 1},
     "downloads of 10 MiB"},
    {"failures",
     failures,
     {recording_copy, recording_copy},
     {.interval_us = 100, .stretch = 1},
     "failed handshakes of every cause"},
    {"nontls",
     NULL,
     {recording_copy, recording_copy},
     {.interval_us = 200, .stretch = 4, .bulk_records = 30, .bulk_every = 1},
     "HTTP downloads, UDP and QUIC"},
    {"synflood",
     NULL,
     {recording_copy, recording_copy},
     {.interval_us = 1, .stretch = 1, .is_spoofed = true},
     "SYNs of forged addresses"},
    {"reordered",
     handshakes,
     {recording_reorder, recording_reorder},
     {.interval_us = 20, .stretch = 4},
     "a third of the segments come after their ACK"},
    {"split",
     handshakes,
     {recording_split, recording_split},
     {.interval_us = 20, .stretch = 4},
     "segments of 250 octets"},
    {"dup",
     handshakes,
     {recording_repeat, recording_repeat},
     {.interval_us = 20, .stretch = 4},
     "packets twice, and retransmissions"},
    {"lossy",
     handshakes,
     {recording_lose, recording_lack},
     {.interval_us = 20, .stretch = 4},
     "packets are missing, in every second recording for good"},
};

struct library {
    struct recording originals[RECORDINGS_MAX];
    size_t count;
    struct recording changed[RECORDINGS_MAX * CHANGED_MAX];
    size_t changed_count;
};

static bool read_pattern(struct library *library, const char *pattern)
{
    char path[4096];
    glob_t found;
    bool good = true;

    snprintf(path, sizeof(path), "%s/%s", TLSWHY_PCAPS_DIR, pattern);
    if (glob(path, 0, NULL, &found) != 0) {
        fprintf(stderr, "generate: %s: not found\n", path);
        return false;
    }
    for (size_t i = 0; good && i < found.gl_pathc && library->count < RECORDINGS_MAX; i++)
        good = recording_read(&library->originals[library->count++], found.gl_pathv[i]);
    globfree(&found);
    return good;
}

static bool collect(struct library *library, const struct kind *kind)
{
    for (size_t i = 0; kind->recordings != NULL && kind->recordings[i] != NULL; i++)
        if (!read_pattern(library, kind->recordings[i]))
            return false;
    if (kind->recordings != NULL)
        return true;
    if (kind->schedule.is_spoofed) {
        recording_make_syn(&library->originals[library->count++]);
        return true;
    }
    recording_make_http(&library->originals[library->count++]);
    recording_make_udp(&library->originals[library->count++]);
    recording_make_quic(&library->originals[library->count++]);
    return true;
}

/* Changed copies of all recordings. */
static void change(struct library *library, const struct kind *kind, uint64_t seed)
{
    uint64_t random = seed;
    size_t copies = kind->change[0] == recording_copy ? 1 : CHANGED_MAX;

    for (size_t i = 0; i < library->count; i++) {
        for (size_t copy = 0; copy < copies; copy++) {
            struct recording *to = &library->changed[library->changed_count++];

            kind->change[copy * 2 / copies](&library->originals[i], &random, to);
            to->number = (uint16_t)i;
        }
    }
}

/* The copies of a recording stand side by side. */
static bool is_listed(const struct library *library, size_t i)
{
    const struct recording *changed = library->changed;

    for (size_t j = i; j > 0 && changed[j - 1].number == changed[i].number; j--)
        if (changed[j - 1].is_whole == changed[i].is_whole)
            return true;
    return false;
}

static void list(const struct library *library, FILE *out)
{
    size_t skip = strlen(TLSWHY_PCAPS_DIR) + 1;

    for (size_t i = 0; i < library->changed_count; i++) {
        const struct recording *recording = &library->changed[i];
        bool is_file = strchr(recording->path, '/') != NULL;
        char network[PLAY_NETWORK_TEXT_MAX];

        if (is_listed(library, i))
            continue;
        play_network(recording, network);
        fprintf(out, "%s %s %s\n", network, recording->is_whole ? "whole" : "lacking",
                recording->path + (is_file ? skip : 0));
    }
}

static void clear(struct library *library)
{
    for (size_t i = 0; i < library->count; i++)
        recording_free(&library->originals[i]);
    for (size_t i = 0; i < library->changed_count; i++)
        recording_free(&library->changed[i]);
}

static int run(const struct kind *kind, const char *output, uint64_t count, uint64_t seed)
{
    static struct library library;
    bool good = collect(&library, kind);

    if (good) {
        change(&library, kind, seed);
        list(&library, strcmp(output, "-") == 0 ? stderr : stdout);
        good = play(library.changed, library.changed_count, &kind->schedule, count, seed, output);
    }
    clear(&library);
    return good ? 0 : 1;
}

static int usage(void)
{
    fprintf(stderr, "usage: generate KIND OUTPUT COUNT [SEED]\n");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        fprintf(stderr, "  %-10s %s\n", kinds[i].name, kinds[i].what);
    return 2;
}

/* A whole number from 1 on, or 0. */
static uint64_t number_read(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 10);

    return *text >= '0' && *text <= '9' && *end == '\0' ? value : 0;
}

int main(int argc, char **argv)
{
    uint64_t count = argc > 3 ? number_read(argv[3]) : 0;
    uint64_t seed = argc > 4 ? number_read(argv[4]) : 1;

    if (argc < 4 || argc > 5 || count == 0 || seed == 0)
        return usage();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, argv[1]) == 0)
            return run(&kinds[i], argv[2], count, seed);
    return usage();
}
