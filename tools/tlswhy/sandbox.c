/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/sandbox.h"

#include "tlswhy_config.h"
#include "tools/tlswhy/complain.h"

#if HAVE_SECCOMP

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Names, for not every processor has each of them. */
static const char *const every_process[] = {
    /* what is open */
    "read", "readv", "pread64", "write", "writev", "close", "lseek", "_llseek", "fstat", "fstat64",
    "newfstatat", "statx", "poll", "ppoll", "ppoll_time64", "sendmsg", "recvmsg",
    /* memory; mmap and mprotect are below */
    "munmap", "mremap", "madvise", "brk",
    "sysinfo", /* the C library's qsort asks how much there is */
    /* threads, time, signals */
    "futex", "futex_time64", "set_robust_list", "rseq", "gettid", "getpid", "sched_yield",
    "sched_getaffinity", "sched_setaffinity", "membarrier", "clock_gettime", "clock_gettime64",
    "clock_nanosleep", "clock_nanosleep_time64", "nanosleep", "gettimeofday", "time",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "sigreturn", "tgkill",
    "restart_syscall", "exit", "exit_group", "getrandom"};

static const char *const service_only[] = {
    "ftruncate", "ftruncate64", "fcntl", "fcntl64", "pwrite64", /* ioctl is below */
    "uname", /* a syslog message names its host */
    /* the rings, and the metrics' listener */
    "bind", "getsockopt", "setsockopt", "getsockname", "getpeername", "accept", "accept4", "recv",
    "recvfrom", "send", "sendto", "shutdown", "select", "_newselect", "pselect6", "pselect6_time64",
    "epoll_wait", "epoll_pwait", "epoll_ctl"};

static const char *const broker_only[] = {"openat", "open",    "getdents64", "stat",       "stat64",
                                          "fcntl",  "fcntl64", "ftruncate",  "ftruncate64"};

/* Beside broker_only. */
static const char *const keeper_only[] = {"fsync",     "rename", "renameat",
                                          "renameat2", "unlink", "unlinkat"};

/* Beside keeper_only, for it rotates files. */
static const char *const broker_feed_only[] = {"connect", "getsockopt"};

/* A cluster names its brokers while it runs, so librdkafka connects by itself, and looks them up in
 * files that can only be read. */
static const char *const kafka_only[] = {"connect",  "pipe2",  "sendmmsg",
                                         "recvmmsg", "access", "readlink"};

/* What ioctl(2) is for, and none of it changes anything: which interface has a name, and whether it
 * is up; how much a receiver has not acknowledged; and whether a stream is a terminal, which C
 * libraries ask in one of two ways when it is first written to. libpcap asks only when it opens. */
static const unsigned service_requests[] = {SIOCGIFINDEX, SIOCGIFFLAGS, SIOCOUTQ, TCGETS,
                                            TIOCGWINSZ};

/* The C library looks how long the answer of a name server is. */
static const unsigned kafka_requests[] = {FIONREAD};

enum {
    SERVICE_REQUESTS = sizeof(service_requests) / sizeof(service_requests[0]),
    KAFKA_REQUESTS = sizeof(kafka_requests) / sizeof(kafka_requests[0])
};

struct list {
    const char *const *names;
    size_t count;
};

struct filter {
    scmp_filter_ctx rules;
    int error; /* why the last rule could not be added, a negative errno; 0: it could */
};

/* A rule for calls whose arguments meet all conditions. */
static bool add(struct filter *filter, uint32_t action, int number,
                const struct scmp_arg_cmp *conditions, unsigned count)
{
    filter->error = seccomp_rule_add_array(filter->rules, action, number, count, conditions);
    return filter->error == 0;
}

static bool allow_if(struct filter *filter, int number, struct scmp_arg_cmp condition)
{
    return add(filter, SCMP_ACT_ALLOW, number, &condition, 1);
}

static bool allow(struct filter *filter, struct list list)
{
    for (size_t i = 0; i < list.count; i++) {
        int number = seccomp_syscall_resolve_name(list.names[i]);

        if (number != __NR_SCMP_ERROR && !add(filter, SCMP_ACT_ALLOW, number, NULL, 0))
            return false;
    }
    return true;
}

/* By the 32 bits of them that the kernel looks at. */
static bool allow_requests(struct filter *filter, const unsigned *requests, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!allow_if(filter, SCMP_SYS(ioctl),
                      SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, requests[i])))
            return false;
    return true;
}

/* 32-bit processors have mmap2, and what some of them call mmap as well has no such arguments. */
static int number_of_mmap(void)
{
    int number = seccomp_syscall_resolve_name("mmap2");

    return number >= 0 ? number : SCMP_SYS(mmap);
}

/* Memory that can be executed is needed by nobody, nor are new processes: of clone3, whose flags
 * no filter sees, the C library falls back to clone. Threads of libraries name themselves. */
static bool allow_conditionally(struct filter *filter)
{
    return allow_if(filter, number_of_mmap(), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0))
           && allow_if(filter, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0))
           && allow_if(filter, SCMP_SYS(clone),
                       SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD))
           && allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0))
           && add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), NULL, 0);
}

static bool allow_reading(struct filter *filter)
{
    return allow_if(filter, SCMP_SYS(openat),
                    SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
}

/* Streams and datagrams of a family: nothing that sees or makes packets. */
static bool allow_sockets(struct filter *filter, int family)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
    const uint64_t type_mask = 0xf; /* SOCK_CLOEXEC and SOCK_NONBLOCK are above */

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const struct scmp_arg_cmp conditions[] = {
            SCMP_A0(SCMP_CMP_EQ, (uint64_t)family, 0),
            SCMP_A1(SCMP_CMP_MASKED_EQ, type_mask, (uint64_t)types[i]),
        };

        if (!add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), conditions, 2))
            return false;
    }
    return true;
}

/* TCP and UDP, and what the C library asks the kernel before it looks up a name. A daemon that
 * caches names is answered for: it is not there. */
static bool allow_connecting(struct filter *filter)
{
    const struct scmp_arg_cmp asks_kernel[] = {
        SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
        SCMP_A2(SCMP_CMP_EQ, NETLINK_ROUTE, 0),
    };
    const struct scmp_arg_cmp is_local = SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0);

    return allow_sockets(filter, AF_INET) && allow_sockets(filter, AF_INET6)
           && add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), asks_kernel, 2)
           && add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), &is_local, 1);
}

/* Receivers of events, whose addresses are known. */
static bool allow_receivers(struct filter *filter)
{
    static const struct list calls = {broker_feed_only,
                                      sizeof(broker_feed_only) / sizeof(broker_feed_only[0])};

    return allow(filter, calls) && allow_sockets(filter, AF_INET) && allow_sockets(filter, AF_INET6)
           && allow_sockets(filter, AF_UNIX);
}

static bool allow_kafka(struct filter *filter)
{
    static const struct list calls = {kafka_only, sizeof(kafka_only) / sizeof(kafka_only[0])};

    return allow(filter, calls) && allow_requests(filter, kafka_requests, KAFKA_REQUESTS)
           && allow_reading(filter) && allow_connecting(filter);
}

static bool allow_service(struct filter *filter, enum sandbox kind)
{
    static const struct list calls = {service_only, sizeof(service_only) / sizeof(service_only[0])};

    return allow(filter, calls) && allow_requests(filter, service_requests, SERVICE_REQUESTS)
           && (kind != SANDBOX_SERVICE_KAFKA || allow_kafka(filter));
}

static bool allow_broker(struct filter *filter, enum sandbox kind)
{
    static const struct list calls = {broker_only, sizeof(broker_only) / sizeof(broker_only[0])};
    static const struct list keeper = {keeper_only, sizeof(keeper_only) / sizeof(keeper_only[0])};

    return allow(filter, calls) && (kind == SANDBOX_BROKER || allow(filter, keeper))
           && (kind != SANDBOX_BROKER_FEED || allow_receivers(filter));
}

static bool fill(struct filter *filter, enum sandbox kind)
{
    static const struct list calls = {every_process,
                                      sizeof(every_process) / sizeof(every_process[0])};
    const bool is_service = kind == SANDBOX_SERVICE || kind == SANDBOX_SERVICE_KAFKA;

    if (!allow(filter, calls) || !allow_conditionally(filter)
        || !(is_service ? allow_service(filter, kind) : allow_broker(filter, kind)))
        return false;
    filter->error = seccomp_attr_set(filter->rules, SCMP_FLTATR_CTL_TSYNC, 1);
    return filter->error == 0;
}

/* A system call that the filter forbids was not made. Say which it was, then die of the
 * signal. */
static void report_and_die(int signal, siginfo_t *info, void *context)
{
    static const struct sigaction standard = {.sa_handler = SIG_DFL};
    static const char text[] = "tlswhy: killed by its sandbox for system call number ";
    char line[sizeof(text) + 16];
    char digits[12];
    size_t length = sizeof(text) - 1;
    size_t count = 0;
    unsigned number = (unsigned)info->si_syscall;

    (void)context;
    memcpy(line, text, length);
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0)
        line[length++] = digits[--count];
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, length) < 0 || sigaction(signal, &standard, NULL) != 0)
        _exit(128 + signal);
    raise(signal);
}

/* Returns 0, or a negative errno. */
static int report_what_is_forbidden(void)
{
    struct sigaction action = {.sa_sigaction = report_and_die, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigset_t set;

    sigemptyset(&action.sa_mask);
    sigemptyset(&set);
    sigaddset(&set, SIGSYS);
    return sigaction(SIGSYS, &action, NULL) == 0 ? -pthread_sigmask(SIG_UNBLOCK, &set, NULL)
                                                 : -errno;
}

#ifdef __GLIBC__

#include <malloc.h>

enum { TRIM_OCTETS_USUAL = 128 << 10 }; /* mallopt(3) */

/* How much must be free at its end before a heap is cut. To set it keeps glibc from raising it to
 * twice the largest mapped block that was ever freed, such as the buffer of a file of options. */
static void fix_trimming(void)
{
    (void)mallopt(M_TRIM_THRESHOLD, TRIM_OCTETS_USUAL);
}

#else

static void fix_trimming(void)
{
}

#endif

/* Blocks that glibc takes from the heap of the thread's arena, not from mmap, as they are below
 * the least limit of that (128 KiB), and that together make the heap large enough to be cut when
 * they are free again. */
enum { SETTLING_BLOCKS = 8, SETTLING_BLOCK_OCTETS = 100 * 1024 };

static void *shrink_a_heap(void *blocks)
{
    void **block = blocks;

    for (size_t i = 0; i < SETTLING_BLOCKS; i++)
        block[i] = malloc(SETTLING_BLOCK_OCTETS);
    for (size_t i = 0; i < SETTLING_BLOCKS; i++)
        free(block[i]);
    return NULL;
}

/* What the C library reads a file for, once, it shall read now: the time zone, when it first
 * converts a time, also to UTC; and whether the system overcommits memory, when the heap of a
 * thread first shrinks. */
static bool settle_library(void)
{
    void *blocks[SETTLING_BLOCKS];
    pthread_t thread;
    int error;

    fix_trimming();
    error = pthread_create(&thread, NULL, shrink_a_heap, blocks);
    tzset();
    return error == 0 ? pthread_join(thread, NULL) == 0
                      : complain("cannot start a thread: %s", strerror(error));
}

bool sandbox_is_built_in(void)
{
    return true;
}

bool sandbox_enter(enum sandbox kind)
{
    struct filter filter;

    if (!settle_library())
        return false;
    filter = (struct filter){.rules = seccomp_init(SCMP_ACT_TRAP)};
    if (filter.rules == NULL)
        return complain_memory();
    filter.error = report_what_is_forbidden();
    if (filter.error == 0 && fill(&filter, kind))
        filter.error = seccomp_load(filter.rules);
    seccomp_release(filter.rules);
    return filter.error == 0
           || complain("cannot filter system calls (--no-sandbox does without): %s",
                       strerror(-filter.error));
}

#else

bool sandbox_is_built_in(void)
{
    return false;
}

bool sandbox_enter(enum sandbox kind)
{
    (void)kind;
    return complain("this build has no filter of system calls");
}

#endif
