/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/fanout.h"

#include "capture/icmp.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

/* Octets relative to the network header: packets that come and packets that go begin at different
 * places. */
#define NET (uint32_t) SKF_NET_OFF

enum {
    ICMP_HEADER = 8,
    IPV4_PROTOCOL = 9,
    IPV4_SOURCE = 12,
    IPV4_DESTINATION = 16,
    IPV6_NEXT_HEADER = 6,
    IPV6_SOURCE = 8,
    IPV6_HEADER = 40
};

enum { COMBINED, BASE }; /* cells of the program's memory */

/* The remainder of the result chooses the ring: spread addresses that differ in few bits, whichever
 * they are, by two multiplications with the golden ratio (Knuth), and take the better half. */
#define SPREAD_AND_RETURN                                                                          \
    BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 2654435769U), BPF_STMT(BPF_MISC | BPF_TAX, 0),             \
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16), BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),           \
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 2654435769U), BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16), \
        BPF_STMT(BPF_RET | BPF_A, 0)

/* Combine one more word of an IPv6 header that begins at BASE. */
#define COMBINE(offset)                                                                            \
    BPF_STMT(BPF_LDX | BPF_MEM, BASE), BPF_STMT(BPF_LD | BPF_W | BPF_IND, NET + (offset)),         \
        BPF_STMT(BPF_LDX | BPF_MEM, COMBINED), BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),             \
        BPF_STMT(BPF_ST, COMBINED)

/* Jumps count instructions passed over. A load beyond the packet ends the program with 0. */
static const struct sock_filter instructions[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 31, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, 0),

    /* IPv4. X is where the header begins that has the addresses. */
    BPF_STMT(BPF_LDX | BPF_IMM, 0),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET + IPV4_PROTOCOL),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IP_PROTOCOL_ICMP, 0, 14),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x0f),
    BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),
    BPF_STMT(BPF_MISC | BPF_TAX, 0),
    BPF_STMT(BPF_LD | BPF_B | BPF_IND, NET), /* the type of ICMP */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_UNREACHABLE, 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_SOURCE_QUENCH, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_TIME_EXCEEDED, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP_PARAMETER_PROBLEM, 2, 0),
    BPF_STMT(BPF_LDX | BPF_IMM, 0), /* nothing is quoted */
    BPF_STMT(BPF_JMP | BPF_JA, 3),
    BPF_STMT(BPF_MISC | BPF_TXA, 0),
    BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, ICMP_HEADER),
    BPF_STMT(BPF_MISC | BPF_TAX, 0),
    BPF_STMT(BPF_LD | BPF_W | BPF_IND, NET + IPV4_SOURCE),
    BPF_STMT(BPF_ST, COMBINED),
    BPF_STMT(BPF_LD | BPF_W | BPF_IND, NET + IPV4_DESTINATION),
    BPF_STMT(BPF_LDX | BPF_MEM, COMBINED),
    BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
    SPREAD_AND_RETURN,

    /* IPv6 */
    BPF_STMT(BPF_LDX | BPF_IMM, 0),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET + IPV6_NEXT_HEADER),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IP_PROTOCOL_ICMPV6, 0, 3),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NET + IPV6_HEADER), /* the type of ICMPv6 */
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ICMPV6_INFORMATIONAL, 1, 0),
    BPF_STMT(BPF_LDX | BPF_IMM, IPV6_HEADER + ICMP_HEADER),
    BPF_STMT(BPF_STX, BASE),
    BPF_STMT(BPF_LD | BPF_W | BPF_IND, NET + IPV6_SOURCE),
    BPF_STMT(BPF_ST, COMBINED),
    COMBINE(IPV6_SOURCE + 4),
    COMBINE(IPV6_SOURCE + 8),
    COMBINE(IPV6_SOURCE + 12),
    COMBINE(IPV6_SOURCE + 16), /* the destination */
    COMBINE(IPV6_SOURCE + 20),
    COMBINE(IPV6_SOURCE + 24),
    COMBINE(IPV6_SOURCE + 28),
    SPREAD_AND_RETURN,
};

/* The first member makes a group with a number that no other has; the program is the group's. */
static bool begin_group(int socket_fd, uint16_t *group)
{
    struct sock_filter copy[sizeof(instructions) / sizeof(instructions[0])];
    const struct sock_fprog program = {.len = sizeof(copy) / sizeof(copy[0]), .filter = copy};
    uint32_t fanout = (PACKET_FANOUT_CBPF | PACKET_FANOUT_FLAG_UNIQUEID) << 16;
    socklen_t length = sizeof(fanout);

    memcpy(copy, instructions, sizeof(copy));
    if (setsockopt(socket_fd, SOL_PACKET, PACKET_FANOUT, &fanout, length) != 0
        || setsockopt(socket_fd, SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof(program)) != 0
        || getsockopt(socket_fd, SOL_PACKET, PACKET_FANOUT, &fanout, &length) != 0)
        return false;
    *group = (uint16_t)fanout;
    return true;
}

static bool join_group(int socket_fd, uint16_t group)
{
    const uint32_t fanout = (uint32_t)PACKET_FANOUT_CBPF << 16 | group;

    return setsockopt(socket_fd, SOL_PACKET, PACKET_FANOUT, &fanout, sizeof(fanout)) == 0;
}

bool fanout_join(const int *sockets, size_t count)
{
    uint16_t group = 0;

    if (count > 0 && !begin_group(sockets[0], &group))
        return false;
    for (size_t i = 1; i < count; i++)
        if (!join_group(sockets[i], group))
            return false;
    return true;
}
