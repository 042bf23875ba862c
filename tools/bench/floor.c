/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floor FILE -- read a capture with pcap_next_ex and count its packets.
 *
 * What a program built on libpcap costs that does nothing with its packets (with pcap_loop, some
 * 3 % less). The benchmarks give what tlswhy needs as a multiple of it:
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

static int count_packets(pcap_t *capture, struct count *count)
{
    struct pcap_pkthdr *header;
    const u_char *packet;
    int result;

    while ((result = pcap_next_ex(capture, &header, &packet)) == 1) {
        count->packets++;
        count->octets += header->caplen;
    }
    return result;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct count count = {0};
    int result;

    if (argc != 2) {
        fprintf(stderr, "usage: floor FILE\n");
        return 2;
    }
    pcap_t *capture = pcap_open_offline(argv[1], error);
    if (capture == NULL) {
        fprintf(stderr, "floor: %s\n", error);
        return 1;
    }
    result = count_packets(capture, &count);
    if (result != PCAP_ERROR_BREAK)
        fprintf(stderr, "floor: %s: %s\n", argv[1], pcap_geterr(capture));
    printf("%" PRIu64 " packets, %" PRIu64 " octets\n", count.packets, count.octets);
    pcap_close(capture);
    return result == PCAP_ERROR_BREAK ? 0 : 1;
}
