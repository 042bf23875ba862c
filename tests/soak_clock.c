/* SPDX-License-Identifier: GPL-2.0-or-later */
/* soak_clock -- preloaded into the program (LD_PRELOAD): the time of its packets and of its
 * clock as they are when somebody sets the time of the machine. $SOAK_CLOCK names a file with
 * the nanoseconds to add, a signed number of 8 octets, which may change at any time.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS INT64_C(1000000000)

typedef int dispatch_function(pcap_t *pcap, int count, pcap_handler handler, u_char *user);

/* Who takes the packets, and what their time is off by. */
struct taker {
    pcap_handler handler;
    u_char *user;
    int64_t offset_ns;
};

static const _Atomic int64_t *offset;
static dispatch_function *dispatch;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("SOAK_CLOCK");
    int file = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *symbol = dlsym(RTLD_NEXT, "pcap_dispatch");
    void *map =
        file >= 0 ? mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;

    memcpy(&dispatch, &symbol, sizeof(dispatch));
    if (map != MAP_FAILED)
        offset = map;
    if (file >= 0)
        close(file);
}

static int64_t offset_ns(void)
{
    return offset != NULL ? atomic_load(offset) : 0;
}

static void add(int64_t add_ns, int64_t *seconds, int64_t *nanoseconds)
{
    int64_t sum = *seconds * SECOND_NS + *nanoseconds + add_ns;

    *seconds = sum / SECOND_NS;
    *nanoseconds = sum % SECOND_NS;
}

/* The library's own names are reserved ones.
 * NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    int64_t seconds = now->tv_sec;
    int64_t nanoseconds = now->tv_nsec;

    if (status == 0 && clock == CLOCK_REALTIME) {
        add(offset_ns(), &seconds, &nanoseconds);
        now->tv_sec = (time_t)seconds;
        now->tv_nsec = (long)nanoseconds;
    }
    return status;
}

/* The program asks for nanoseconds, which are then where microseconds would be. */
static void take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    const struct taker *taker = (const struct taker *)(void *)user;
    struct pcap_pkthdr moved = *header;
    int64_t seconds = header->ts.tv_sec;
    int64_t nanoseconds = header->ts.tv_usec;

    add(taker->offset_ns, &seconds, &nanoseconds);
    moved.ts.tv_sec = (time_t)seconds;
    moved.ts.tv_usec = (suseconds_t)nanoseconds;
    taker->handler(taker->user, &moved, data);
}

int pcap_dispatch(pcap_t *pcap, int count, pcap_handler handler, u_char *user)
{
    struct taker taker = {.handler = handler, .user = user, .offset_ns = offset_ns()};

    return dispatch(pcap, count, take, (u_char *)(void *)&taker);
}
