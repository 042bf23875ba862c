/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/live.h"

#include "capture/fanout.h"
#include "capture/live_filter.h"
#include "capture/time_unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Statistics of a driver that mean packets it lost. */
static const char *const drop_files[] = {"rx_dropped", "rx_missed_errors", "rx_fifo_errors"};

enum { DROP_FILES = sizeof(drop_files) / sizeof(drop_files[0]) };

struct live {
    char name[IFNAMSIZ];
    pcap_t *pcap;
    int link_type;
    int index;             /* of the interface, 0: all of them */
    int control;           /* a socket to ask about interfaces with */
    int drops[DROP_FILES]; /* descriptors, opened while that was allowed; -1: none */
    uint64_t drops_before;
    struct live_counters counters;
    enum live_state state;
    bool is_member; /* of a group */
    bool is_promiscuous;
    const struct live
        *stands_in_for; /* a reserve rests until this one is lost; NULL: it does not */
    bool is_lost;
    int64_t begin_ns;   /* packets from before are not delivered; 0: all are */
    int64_t settled_ns; /* of CLOCK_MONOTONIC, when begin_ns ends; 0: nothing was read yet */
    int64_t retry_at_ms;
    int64_t retry_pause_ms;
    live_take *take; /* of the live_read that is running */
    void *context;
};

static bool fail(char error[LIVE_ERROR_MAX], const struct live *live, const char *reason)
{
    snprintf(error, LIVE_ERROR_MAX, "%s: %.400s", live->name, reason);
    return false;
}

/* Octets and times of a packet in the ring, for whoever reads. */
static void deliver(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct live *live = (struct live *)(void *)user;
    struct raw_packet raw = {
        .data = bytes_of(data, header->caplen),
        .original_length = header->len,
        .time_ns = (int64_t)header->ts.tv_sec * SECOND_NS + header->ts.tv_usec,
        .link_type = live->link_type,
    };

    if (raw.time_ns < live->begin_ns) {
        live->counters.early++;
        return;
    }
    if (raw.time_ns < 0 || raw.time_ns > PACKET_TIME_MAX_NS) /* of a broken clock in an adapter */
        raw.time_ns = 0;
    if (raw.original_length < header->caplen)
        raw.original_length = header->caplen;
    live->counters.octets += raw.original_length;
    if (header->caplen > PACKET_OCTETS_MAX) {
        live->counters.too_long++;
        return;
    }
    live->counters.packets++;
    live->take(live->context, &raw);
}

static bool set_filter(struct live *live, const char *filter, char error[LIVE_ERROR_MAX])
{
    struct bpf_program code;
    bool is_set;

    if (pcap_compile(live->pcap, &code, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return fail(error, live, pcap_geterr(live->pcap));
    is_set = pcap_setfilter(live->pcap, &code) == 0;
    pcap_freecode(&code);
    return is_set || fail(error, live, pcap_geterr(live->pcap));
}

/* The first that makes sense for the link type: the last one lets everything pass. */
static bool set_default_filter(struct live *live, char error[LIVE_ERROR_MAX])
{
    char text[LIVE_FILTER_MAX];

    return (live_filter_write(text, true) && set_filter(live, text, error))
           || (live_filter_write(text, false) && set_filter(live, text, error))
           || set_filter(live, "", error);
}

bool live_has_timestamp_type(const char *name)
{
    return pcap_tstamp_type_name_to_val(name) >= 0;
}

static bool set_timestamp_type(struct live *live, const char *name, char error[LIVE_ERROR_MAX])
{
    if (name == NULL)
        return true;
    if (!live_has_timestamp_type(name))
        return fail(error, live, "no timestamp type has this name; see pcap-tstamp(7)");
    if (pcap_set_tstamp_type(live->pcap, pcap_tstamp_type_name_to_val(name)) != 0)
        return fail(error, live, "the interface does not offer this timestamp type");
    return true;
}

/* Everything here can fail only by being called too late. */
static void set_values(struct live *live, const struct live_options *options)
{
    pcap_set_snaplen(live->pcap, options->snaplen);
    pcap_set_promisc(live->pcap, options->promiscuous);
    pcap_set_buffer_size(live->pcap, options->buffer_size);
    pcap_set_timeout(live->pcap, LIVE_DELIVERY_MS);
    pcap_set_immediate_mode(live->pcap, options->immediate);
}

static bool activate(struct live *live, char error[LIVE_ERROR_MAX])
{
    int status = pcap_activate(live->pcap);
    const char *kind;
    const char *more;
    char reason[LIVE_ERROR_MAX];

    if (status >= 0)
        return true;
    kind = pcap_statustostr(status);
    more = pcap_geterr(live->pcap);
    if (more[0] == '\0' || strcmp(more, kind) == 0)
        return fail(error, live, kind);
    snprintf(reason, sizeof(reason), "%s: %.300s", kind, more);
    return fail(error, live, reason);
}

static bool open_ring(struct live *live, const struct live_options *options,
                      char error[LIVE_ERROR_MAX])
{
    char reason[PCAP_ERRBUF_SIZE] = "";

    live->pcap = pcap_create(live->name, reason);
    if (live->pcap == NULL)
        return fail(error, live, reason);
    set_values(live, options);
    if (!set_timestamp_type(live, options->timestamp_type, error))
        return false;
    if (pcap_set_tstamp_precision(live->pcap, PCAP_TSTAMP_PRECISION_NANO) != 0)
        return fail(error, live, "no timestamps in nanoseconds");
    if (!activate(live, error))
        return false;
    if (pcap_setnonblock(live->pcap, 1, reason) != 0)
        return fail(error, live, reason);
    live->link_type = pcap_datalink(live->pcap);
    if (options->filter != NULL)
        return set_filter(live, options->filter, error);
    return set_default_filter(live, error);
}

static void open_drops(struct live *live)
{
    char path[128];

    for (size_t i = 0; i < DROP_FILES; i++) {
        snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", live->name, drop_files[i]);
        live->drops[i] = open(path, O_RDONLY | O_CLOEXEC);
    }
}

/* What the driver lost since it was loaded. */
static uint64_t read_drops(const struct live *live)
{
    uint64_t sum = 0;
    char text[32];

    for (size_t i = 0; i < DROP_FILES; i++) {
        ssize_t length =
            live->drops[i] >= 0 ? pread(live->drops[i], text, sizeof(text) - 1, 0) : -1;

        if (length <= 0)
            continue;
        text[length] = '\0';
        sum += strtoull(text, NULL, 10);
    }
    return sum;
}

struct live *live_open(const struct live_options *options, char error[LIVE_ERROR_MAX])
{
    struct live *live = calloc(1, sizeof(*live));

    if (live == NULL) {
        snprintf(error, LIVE_ERROR_MAX, "out of memory");
        return NULL;
    }
    live->control = -1;
    for (size_t i = 0; i < DROP_FILES; i++)
        live->drops[i] = -1;
    if (strlen(options->interface) >= sizeof(live->name)) {
        snprintf(error, LIVE_ERROR_MAX, "%.64s: no interface has so long a name",
                 options->interface);
        live_close(live);
        return NULL;
    }
    memcpy(live->name, options->interface, strlen(options->interface) + 1);
    live->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (live->control < 0 || !open_ring(live, options, error)) {
        if (live->control < 0)
            (void)fail(error, live, strerror(errno));
        live_close(live);
        return NULL;
    }
    live->index = (int)if_nametoindex(live->name); /* 0 for "any" */
    live->retry_pause_ms = LIVE_RETRY_MIN_MS;
    live->is_promiscuous = options->promiscuous;
    open_drops(live);
    live->drops_before = read_drops(live);
    return live;
}

void live_close(struct live *live)
{
    if (live == NULL)
        return;
    if (live->pcap != NULL)
        pcap_close(live->pcap);
    if (live->control >= 0)
        close(live->control);
    for (size_t i = 0; i < DROP_FILES; i++)
        if (live->drops[i] >= 0)
            close(live->drops[i]);
    free(live);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now); /* cannot fail with these clocks */
    return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

bool live_group(struct live *const *lives, size_t count, char error[LIVE_ERROR_MAX])
{
    int sockets[LIVE_GROUP_MAX] = {0};
    int64_t now_ns;

    if (count > LIVE_GROUP_MAX)
        return fail(error, lives[0], "too many workers");
    for (size_t i = 0; i < count; i++)
        sockets[i] = pcap_fileno(lives[i]->pcap);
    if (!fanout_join(sockets, count))
        return fail(error, lives[0], strerror(errno));
    now_ns = clock_ns(CLOCK_REALTIME);
    for (size_t i = 0; i < count; i++) {
        lives[i]->is_member = true;
        lives[i]->begin_ns = now_ns;
    }
    return true;
}

/* No packet has this type (IEEE 802 reserves it): whoever asks for it gets none. */
#define ETHERTYPE_RESERVED 0xffff

static bool bind_to(const struct live *live, int index, uint16_t protocol)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = index};

    address.sll_protocol = htons(protocol);
    return bind(pcap_fileno(live->pcap), (struct sockaddr *)(void *)&address, sizeof(address)) == 0;
}

bool live_reserve(struct live *live, const struct live *member, char error[LIVE_ERROR_MAX])
{
    if (!bind_to(live, live->index, ETHERTYPE_RESERVED))
        return fail(error, live, strerror(errno));
    live->stands_in_for = member;
    return true;
}

int live_descriptor(const struct live *live)
{
    return live->state == LIVE_GONE ? -1 : pcap_get_selectable_fd(live->pcap);
}

/* A clock that is behind must not make every packet one of before. */
static void settle(struct live *live)
{
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

    if (live->settled_ns == 0)
        live->settled_ns = now_ns + LIVE_SETTLE_MS * MILLISECOND_NS;
    else if (now_ns >= live->settled_ns)
        live->begin_ns = 0;
}

size_t live_read(struct live *live, size_t max, live_take *take, void *context)
{
    int count;

    if (live->begin_ns != 0)
        settle(live);
    live->take = take;
    live->context = context;
    count = pcap_dispatch(live->pcap, (int)max, deliver, (u_char *)(void *)live);
    if (count < 0)
        live->counters.failed_reads++;
    return count > 0 ? (size_t)count : 0;
}

/* The index of the interface of this name now, -1: there is none. */
static int current_index(const struct live *live, bool *is_up)
{
    struct ifreq request = {0};
    int index;

    memcpy(request.ifr_name, live->name, sizeof(request.ifr_name));
    if (ioctl(live->control, SIOCGIFINDEX, &request) != 0)
        return -1;
    index = request.ifr_ifindex;
    *is_up = ioctl(live->control, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP);
    return index;
}

/* Bind the ring to another interface of this name: a socket that is there may do that without any
 * privilege, unless it is member of a group. */
static bool take_up(struct live *live, int index)
{
    const struct packet_mreq membership = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};

    if (!bind_to(live, index, ETH_P_ALL)) {
        live->is_lost = live->is_member;
        return false;
    }
    if (live->is_promiscuous) /* else it sees what is its host's */
        (void)setsockopt(pcap_fileno(live->pcap), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                         sizeof(membership));
    live->index = index;
    return true;
}

static enum live_state look_after(struct live *live)
{
    bool is_up = false;
    int index = current_index(live, &is_up);

    if (index < 0)
        return LIVE_GONE;
    if (index != live->index && !take_up(live, index))
        return LIVE_GONE;
    return is_up ? LIVE_UP : LIVE_DOWN;
}

/* A reserve is there for an interface that is not the one it was opened for. */
static void wake(struct live *live)
{
    live->stands_in_for = NULL;
    live->state = LIVE_GONE;
    live->index = -1;
}

enum live_state live_check(struct live *live, int64_t now_ms, bool *is_new)
{
    enum live_state before;

    *is_new = false;
    if (live->stands_in_for != NULL) {
        if (!live->stands_in_for->is_lost)
            return LIVE_UP;
        wake(live);
    }
    before = live->state;
    if (live->index == 0 || (before == LIVE_GONE && now_ms < live->retry_at_ms))
        return before;
    live->state = look_after(live);
    if (live->state == LIVE_GONE) {
        if (before == LIVE_GONE && live->retry_pause_ms < LIVE_RETRY_MAX_MS)
            live->retry_pause_ms *= 2;
        live->retry_at_ms = now_ms + live->retry_pause_ms;
    } else {
        live->retry_pause_ms = LIVE_RETRY_MIN_MS;
    }
    *is_new = live->state != before;
    live->counters.vanished += *is_new && before == LIVE_UP;
    return live->state;
}

bool live_is_lost(const struct live *live)
{
    return live->is_lost;
}

const char *live_name(const struct live *live)
{
    return live->name;
}

/* The kernel counts from the last look on. */
const struct live_counters *live_update_counters(struct live *live)
{
    struct tpacket_stats_v3 stats = {0};
    socklen_t length = sizeof(stats);
    uint64_t drops = read_drops(live);

    if (getsockopt(pcap_fileno(live->pcap), SOL_PACKET, PACKET_STATISTICS, &stats, &length) == 0)
        live->counters.dropped_kernel += stats.tp_drops;
    if (drops > live->drops_before)
        live->counters.dropped_interface += drops - live->drops_before;
    live->drops_before = drops;
    return &live->counters;
}
