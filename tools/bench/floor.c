/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floor FILE -- read a capture with libpcap and count its packets.
 *
 * The least that a program built on libpcap can cost. The benchmarks give what
 * tlswhy needs as a multiple of it:
 *
 *     tools/bench/compare -n 5 'build/release/floor F' 'build/release/tlswhy F'
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

struct count {
    uint64_t packets;
    uint64_t octets; /* captured, link headers included */
};

static void count_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *packet)
{
    struct count *count = (struct count *)(void *)user;

    (void)packet;
    count->packets++;
    count->octets += header->caplen;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct count count = {0};

    if (argc != 2) {
        fprintf(stderr, "usage: floor FILE\n");
        return 2;
    }
    pcap_t *capture = pcap_open_offline(argv[1], error);
    if (capture == NULL) {
        fprintf(stderr, "floor: %s\n", error);
        return 1;
    }
    int result = pcap_loop(capture, -1, count_packet, (u_char *)&count);
    if (result != 0)
        fprintf(stderr, "floor: %s: %s\n", argv[1], pcap_geterr(capture));
    printf("%" PRIu64 " packets, %" PRIu64 " octets\n", count.packets, count.octets);
    pcap_close(capture);
    return result == 0 ? 0 : 1;
}
