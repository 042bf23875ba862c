/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blast CAPTURE INTERFACE RATE SECONDS -- send the packets of a capture again and again, faster
 * than they can be captured.
 *
 * From memory, many with each system call, past the queue of the interface. Every round has
 * addresses of its own: both addresses of a packet are moved by the same number, so that
 * connections stay whole. RATE is in packets a second, 0: as fast as can be. Prints how many
 * were sent, and the rate that it came to. Needs CAP_NET_RAW.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "capture/time_unit.h"

enum {
    BATCH = 64, /* packets of one system call */
    ETHERTYPE_PLACE = 12,
    SOURCE_PLACE = 26, /* of an IPv4 packet in an Ethernet frame */
    DESTINATION_PLACE = 30,
    ADDRESSES_END = 34
};

/* All packets of the capture. */
struct load {
    struct iovec *packets;
    size_t count;
    size_t room;
};

static void take_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct load *load = (struct load *)(void *)user;
    void *copy = malloc(header->caplen);

    if (load->count == load->room) {
        load->room = load->room > 0 ? 2 * load->room : 4096;
        load->packets = realloc(load->packets, load->room * sizeof(load->packets[0]));
    }
    if (copy == NULL || load->packets == NULL) {
        fprintf(stderr, "blast: out of memory\n");
        exit(1);
    }
    memcpy(copy, data, header->caplen);
    load->packets[load->count++] = (struct iovec){.iov_base = copy, .iov_len = header->caplen};
}

static bool read_load(const char *path, struct load *load)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *capture = pcap_open_offline(path, error);
    bool is_read;

    if (capture == NULL) {
        fprintf(stderr, "blast: %s\n", error);
        return false;
    }
    is_read = pcap_loop(capture, -1, take_packet, (u_char *)load) == 0 && load->count > 0;
    if (!is_read)
        fprintf(stderr, "blast: %s: %s\n", path, pcap_geterr(capture));
    pcap_close(capture);
    return is_read;
}

static void free_load(struct load *load)
{
    for (size_t i = 0; i < load->count; i++)
        free(load->packets[i].iov_base);
    free(load->packets);
}

static int open_interface(const char *name)
{
    const int on = 1;
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_protocol = 0, /* it only sends */
        .sll_ifindex = (int)if_nametoindex(name),
    };
    int file = socket(AF_PACKET, SOCK_RAW, 0);

    if (file >= 0 && address.sll_ifindex > 0
        && bind(file, (struct sockaddr *)(void *)&address, sizeof(address)) == 0
        && setsockopt(file, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) == 0)
        return file;
    fprintf(stderr, "blast: %s: %s\n", name, strerror(errno));
    return -1;
}

static void move_address(uint8_t *place)
{
    uint32_t address;

    memcpy(&address, place, sizeof(address));
    address = htonl(ntohl(address) + 1);
    memcpy(place, &address, sizeof(address));
}

/* Other addresses for the next round. Checksums are left as they are. */
static void move_all(const struct load *load)
{
    for (size_t i = 0; i < load->count; i++) {
        uint8_t *data = load->packets[i].iov_base;

        if (load->packets[i].iov_len < ADDRESSES_END || data[ETHERTYPE_PLACE] != ETH_P_IP >> 8
            || data[ETHERTYPE_PLACE + 1] != (ETH_P_IP & 0xff))
            continue;
        move_address(data + SOURCE_PLACE);
        move_address(data + DESTINATION_PLACE);
    }
}

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
    return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* Send a part of the load; the number of packets that were, 0 on error. An interface that takes no
 * more for the moment is asked again. */
static size_t send_batch(int file, const struct load *load, size_t first)
{
    struct mmsghdr messages[BATCH] = {0};
    unsigned count = 0;
    int sent;

    while (count < BATCH && first + count < load->count) {
        messages[count].msg_hdr.msg_iov = &load->packets[first + count];
        messages[count].msg_hdr.msg_iovlen = 1;
        count++;
    }
    do
        sent = sendmmsg(file, messages, count, 0);
    while (sent < 0 && (errno == ENOBUFS || errno == EAGAIN || errno == EINTR));
    if (sent < 0)
        fprintf(stderr, "blast: %s\n", strerror(errno));
    return sent > 0 ? (size_t)sent : 0;
}

/* Packets that are due by now. */
static uint64_t due(int64_t elapsed_ns, uint64_t rate)
{
    return rate > 0 ? (uint64_t)((double)elapsed_ns * (double)rate / (double)SECOND_NS)
                    : UINT64_MAX;
}

static uint64_t blast(int file, const struct load *load, uint64_t rate, int64_t until_ns)
{
    const int64_t begin_ns = now_ns();
    uint64_t sent = 0;
    size_t next = 0;

    for (int64_t time_ns = begin_ns; time_ns < until_ns; time_ns = now_ns()) {
        size_t count;

        if (sent >= due(time_ns - begin_ns, rate))
            continue;
        count = send_batch(file, load, next);
        if (count == 0)
            break;
        sent += count;
        next += count;
        if (next < load->count)
            continue;
        next = 0;
        move_all(load);
    }
    return sent;
}

int main(int argc, char **argv)
{
    struct load load = {0};
    int64_t begin_ns;
    uint64_t sent;
    int file;

    if (argc != 5) {
        fprintf(stderr, "usage: blast CAPTURE INTERFACE RATE SECONDS\n");
        return 2;
    }
    if (!read_load(argv[1], &load))
        return 1;
    file = open_interface(argv[2]);
    if (file < 0)
        return 1;
    begin_ns = now_ns();
    sent = blast(file, &load, strtoull(argv[3], NULL, 10),
                 begin_ns + strtoll(argv[4], NULL, 10) * SECOND_NS);
    printf("%" PRIu64 " packets, %.0f a second\n", sent,
           (double)sent * (double)SECOND_NS / (double)(now_ns() - begin_ns));
    free_load(&load);
    return sent > 0 ? 0 : 1;
}
