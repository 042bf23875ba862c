/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each attempt runs in a process of its own, which the filter kills or not. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/listener.h"
#include "tests/support/suite.h"
#include "tlswhy_config.h"
#include "tools/tlswhy/sandbox.h"

enum { WORKED = 7, DID_NOT_WORK = 8, NO_SANDBOX = 9 };

typedef bool attempt(void);

#if HAVE_SECCOMP

/* What libseccomp says of every rule; 0: what it finds. The linker has all calls come here. */
static int rule_error;

/* The linker's names. NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_seccomp_rule_add_array(void *filter, uint32_t action, int number, unsigned count,
                                  const void *conditions);
int __wrap_seccomp_rule_add_array(void *filter, uint32_t action, int number, unsigned count,
                                  const void *conditions);

int __wrap_seccomp_rule_add_array(void *filter, uint32_t action, int number, unsigned count,
                                  const void *conditions)
{
    return rule_error != 0
               ? rule_error
               : __real_seccomp_rule_add_array(filter, action, number, count, conditions);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

#endif

/* A socket from before, for connect and bind. */
static int datagram_socket = -1;

/* What wait says of a process that entered the sandbox and made the attempt. */
static int result_of(enum sandbox kind, attempt *make)
{
    int status = 0;
    pid_t process = fork();

    if (process == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !sandbox_enter(kind))
            _exit(NO_SANDBOX);
        _exit(make() ? WORKED : DID_NOT_WORK);
    }
    CU_ASSERT(process > 0 && waitpid(process, &status, 0) == process);
    return status;
}

static bool works(enum sandbox kind, attempt *make)
{
    int status = result_of(kind, make);

    return WIFEXITED(status) && WEXITSTATUS(status) == WORKED;
}

static bool is_killed(enum sandbox kind, attempt *make)
{
    int status = result_of(kind, make);

    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

/* What a terminal gets to read as if it had been typed. */
static bool type_into_a_terminal(void)
{
    char octet = '\n';

    return ioctl(datagram_socket, TIOCSTI, &octet) != 0;
}

static bool set_an_interface(void)
{
    struct ifreq request = {.ifr_name = "no-such"};

    return ioctl(datagram_socket, SIOCSIFFLAGS, &request) != 0;
}

static bool ask_how_much_can_be_read(void)
{
    int octets = -1;

    return ioctl(datagram_socket, FIONREAD, &octets) == 0 && octets == 0;
}

static bool ask_what_ioctl_tells(void)
{
    struct ifreq request = {.ifr_name = "lo"};
    struct winsize size;
    int octets = -1;

    return ioctl(datagram_socket, SIOCGIFINDEX, &request) == 0
           && ioctl(datagram_socket, SIOCGIFFLAGS, &request) == 0
           && ioctl(datagram_socket, SIOCOUTQ, &octets) == 0 && octets == 0
           && !isatty(datagram_socket) && ioctl(datagram_socket, TIOCGWINSZ, &size) != 0;
}

static bool run_a_program(void)
{
    return execl("/bin/true", "true", (char *)NULL) == 0;
}

static bool open_a_file(void)
{
    int file = open("/dev/null", O_RDONLY);

    return file >= 0 && close(file) == 0;
}

static bool make_a_socket(void)
{
    int file = socket(AF_INET, SOCK_STREAM, 0);

    return file >= 0 && close(file) == 0;
}

static bool make_a_raw_socket(void)
{
    int file = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);

    return file >= 0 && close(file) == 0;
}

static bool make_a_packet_socket(void)
{
    int file = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return file >= 0 && close(file) == 0;
}

static bool make_a_local_socket(void)
{
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return file >= 0 && close(file) == 0;
}

/* As getaddrinfo does. */
static bool ask_for_addresses(void)
{
    int file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    return file >= 0 && close(file) == 0;
}

static bool be_refused_a_local_socket(void)
{
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (file < 0)
        return errno == EACCES;
    close(file);
    return false;
}

static bool connect_a_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(datagram_socket, (struct sockaddr *)(void *)&address, sizeof(address)) == 0;
}

static bool make_a_process(void)
{
    pid_t process = fork();

    if (process == 0)
        _exit(0);
    return process > 0;
}

static bool make_executable_memory(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return memory != MAP_FAILED && munmap(memory, 4096) == 0;
}

static bool trace_the_parent(void)
{
    return kill(getppid(), 0) == 0;
}

static bool remove_a_file(void)
{
    return unlink("/nonexistent/file") != 0;
}

/* As a file that does not end in a whole line is repaired. */
static bool cut_a_file(void)
{
    return ftruncate(-1, 0) != 0;
}

/* Takes so much memory, block by block, that the heap of its arena shrinks in the end. */
static void *in_a_thread(void *argument)
{
    enum { BLOCKS = 64, OCTETS = 100 * 1024 };
    void *volatile blocks[BLOCKS];

    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = malloc(OCTETS);
    for (int i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    return argument;
}

static bool start_a_thread(void)
{
    pthread_t thread;
    int mark;
    void *result = NULL;

    return pthread_create(&thread, NULL, in_a_thread, &mark) == 0
           && pthread_join(thread, &result) == 0 && result == &mark;
}

static bool use_what_is_open(void)
{
    const struct timespec moment = {.tv_nsec = 1000};
    char octet = 0;
    char host[256] = "";
    time_t now = 0;
    struct tm fields;

    return nanosleep(&moment, NULL) == 0 && write(datagram_socket, &octet, 0) <= 0
           && gethostname(host, sizeof(host) - 1) == 0 && gmtime_r(&now, &fields) != NULL
           && localtime_r(&now, &fields) != NULL;
}

enum { MANY = 100000 };

static int compare(const void *left, const void *right)
{
    const int *a = left;
    const int *b = right;

    return (*a > *b) - (*a < *b);
}

/* Above some size the C library looks how much memory there is. */
static bool sort_much(void)
{
    int *values = malloc(MANY * sizeof(*values));
    bool is_sorted = values != NULL;

    for (int i = 0; is_sorted && i < MANY; i++)
        values[i] = MANY - i;
    if (is_sorted)
        qsort(values, MANY, sizeof(*values), compare);
    is_sorted = is_sorted && values[0] == 1 && values[MANY - 1] == MANY;
    free(values);
    return is_sorted;
}

/* What the process wrote to standard error before it was killed. */
static void whoever_is_killed_says_for_what(void)
{
    char text[128] = "";
    char wanted[64];
    int ends[2] = {-1, -1};
    int before = dup(STDERR_FILENO);

    CU_ASSERT(before >= 0 && pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    CU_ASSERT(is_killed(SANDBOX_SERVICE, run_a_program));
    CU_ASSERT(read(ends[0], text, sizeof(text) - 1) > 0);
    CU_ASSERT(dup2(before, STDERR_FILENO) >= 0);
    snprintf(wanted, sizeof(wanted), "for system call number %d\n", SYS_execve);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, wanted));
    close(before);
    close(ends[0]);
    close(ends[1]);
}

static void what_the_service_never_does_kills_it(void)
{
    CU_ASSERT(is_killed(SANDBOX_SERVICE, run_a_program));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, open_a_file));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, make_a_socket));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, connect_a_socket));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, make_a_process));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, make_executable_memory));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, trace_the_parent));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, remove_a_file));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, type_into_a_terminal));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, set_an_interface));
    CU_ASSERT(is_killed(SANDBOX_SERVICE, ask_how_much_can_be_read));
}

static void what_the_service_needs_works(void)
{
    CU_ASSERT(works(SANDBOX_SERVICE, start_a_thread));
    CU_ASSERT(works(SANDBOX_SERVICE, use_what_is_open));
    CU_ASSERT(works(SANDBOX_SERVICE, ask_what_ioctl_tells));
    CU_ASSERT(works(SANDBOX_SERVICE, sort_much));
}

/* glibc looks whether memory is overcommitted when a heap is first cut, for which more must be free
 * after a large block was. */
static void a_large_block_freed_before_does_not_matter(void)
{
    enum { OCTETS = (1 << 20) + 1 };
    void *volatile block = malloc(OCTETS);

    CU_ASSERT_PTR_NOT_NULL(block);
    free(block);
    CU_ASSERT(works(SANDBOX_SERVICE, start_a_thread));
}

static void the_broker_opens_files_and_does_nothing_else(void)
{
    CU_ASSERT(works(SANDBOX_BROKER, open_a_file));
    CU_ASSERT(works(SANDBOX_BROKER, cut_a_file));
    CU_ASSERT(is_killed(SANDBOX_BROKER, run_a_program));
    CU_ASSERT(works(SANDBOX_BROKER_FEED, cut_a_file));
    CU_ASSERT(works(SANDBOX_BROKER_FEED, remove_a_file));
    CU_ASSERT(works(SANDBOX_BROKER_FEED, make_a_socket));
    CU_ASSERT(works(SANDBOX_BROKER_FEED, make_a_local_socket));
    CU_ASSERT(works(SANDBOX_BROKER_FEED, connect_a_socket));
    CU_ASSERT(is_killed(SANDBOX_BROKER_FEED, make_a_raw_socket));
    CU_ASSERT(is_killed(SANDBOX_BROKER_FEED, make_a_packet_socket));
    CU_ASSERT(works(SANDBOX_SERVICE_KAFKA, make_a_socket));
    CU_ASSERT(works(SANDBOX_SERVICE_KAFKA, ask_for_addresses));
    CU_ASSERT(works(SANDBOX_SERVICE_KAFKA, be_refused_a_local_socket));
    CU_ASSERT(works(SANDBOX_SERVICE_KAFKA, ask_what_ioctl_tells));
    CU_ASSERT(works(SANDBOX_SERVICE_KAFKA, ask_how_much_can_be_read));
    CU_ASSERT(is_killed(SANDBOX_SERVICE_KAFKA, type_into_a_terminal));
    CU_ASSERT(is_killed(SANDBOX_SERVICE_KAFKA, make_a_raw_socket));
    CU_ASSERT(is_killed(SANDBOX_SERVICE_KAFKA, make_a_packet_socket));
    CU_ASSERT(is_killed(SANDBOX_SERVICE_KAFKA, remove_a_file));
    CU_ASSERT(is_killed(SANDBOX_BROKER_FEED, run_a_program));
    CU_ASSERT(is_killed(SANDBOX_SERVICE_KAFKA, run_a_program));
    CU_ASSERT(is_killed(SANDBOX_BROKER, make_a_socket));
    CU_ASSERT(is_killed(SANDBOX_BROKER, connect_a_socket));
    CU_ASSERT(is_killed(SANDBOX_BROKER, make_a_process));
    CU_ASSERT(is_killed(SANDBOX_BROKER, remove_a_file));
    CU_ASSERT(is_killed(SANDBOX_BROKER, type_into_a_terminal));
}

static void the_keeper_of_a_state_replaces_files_too(void)
{
    CU_ASSERT(works(SANDBOX_KEEPER, open_a_file));
    CU_ASSERT(works(SANDBOX_KEEPER, remove_a_file));
    CU_ASSERT(works(SANDBOX_KEEPER, cut_a_file));
    CU_ASSERT(is_killed(SANDBOX_KEEPER, run_a_program));
    CU_ASSERT(is_killed(SANDBOX_KEEPER, make_a_socket));
    CU_ASSERT(is_killed(SANDBOX_KEEPER, connect_a_socket));
    CU_ASSERT(is_killed(SANDBOX_KEEPER, make_a_process));
}

/* Else the tests above would prove nothing. */
static void without_the_sandbox_all_of_it_works(void)
{
    CU_ASSERT(open_a_file());
    CU_ASSERT(make_a_socket());
    CU_ASSERT(connect_a_socket());
    CU_ASSERT(make_a_process());
    CU_ASSERT(make_executable_memory());
    CU_ASSERT(type_into_a_terminal());
    CU_ASSERT(set_an_interface());
    CU_ASSERT(ask_how_much_can_be_read());
    CU_ASSERT(ask_what_ioctl_tells());
}

#if HAVE_SECCOMP

static void why_a_rule_is_refused_is_told(void)
{
    char said[LISTENER_SIZE];
    struct listener listener = listener_begin();

    rule_error = -ENOMEM;
    CU_ASSERT(!sandbox_enter(SANDBOX_SERVICE));
    rule_error = 0;
    listener_end(&listener, said);
    CU_ASSERT_STRING_EQUAL(said, "tlswhy: cannot filter system calls (--no-sandbox does without): "
                                 "Cannot allocate memory\n");
}

#endif

static void a_build_without_it_says_so(void)
{
    CU_ASSERT(!sandbox_enter(SANDBOX_SERVICE));
}

int main(void)
{
    static CU_TestInfo built_in[] = {
        {"what the service never does kills it", what_the_service_never_does_kills_it},
        {"whoever is killed says for what", whoever_is_killed_says_for_what},
        {"what the service needs works", what_the_service_needs_works},
        {"a large block freed before does not matter", a_large_block_freed_before_does_not_matter},
        {"the broker opens files and no more", the_broker_opens_files_and_does_nothing_else},
        {"the keeper of a state replaces files too", the_keeper_of_a_state_replaces_files_too},
#if HAVE_SECCOMP
        {"why a rule is refused is told", why_a_rule_is_refused_is_told},
#endif
        {"without the sandbox all of it works", without_the_sandbox_all_of_it_works},
        CU_TEST_INFO_NULL,
    };
    static CU_TestInfo left_out[] = {
        {"a build without it says so", a_build_without_it_says_so},
        CU_TEST_INFO_NULL,
    };

    datagram_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return suite_run("sandbox", sandbox_is_built_in() ? built_in : left_out);
}
