/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/filter.h"

#include "capture/link.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

struct program {
    bool is_compiled;
    struct bpf_program code;
    char *reason; /* why it is not */
};

struct filter {
    int count;
    struct program programs[]; /* one for each row of the link table */
};

/* libpcap names link types by its own DLT_ numbers, which differ from those in files here. */
static int dlt_of(int link_type)
{
    switch (link_type) {
    case LINKTYPE_RAW:
    case LINKTYPE_RAW_12:
    case LINKTYPE_RAW_14:
        return DLT_RAW;
    case LINKTYPE_C_HDLC:
        return DLT_C_HDLC;
    case LINKTYPE_USER_2:
        return DLT_PKTAP;
    default:
        return link_type;
    }
}

const char *filter_link_type_name(int link_type)
{
    return pcap_datalink_val_to_name(dlt_of(link_type));
}

static void compile(struct program *program, const char *expression, int link_type)
{
    pcap_t *pcap = pcap_open_dead(dlt_of(link_type), PACKET_OCTETS_MAX);

    if (pcap == NULL)
        return;
    program->is_compiled =
        pcap_compile(pcap, &program->code, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!program->is_compiled)
        program->reason = strdup(pcap_geterr(pcap));
    pcap_close(pcap);
}

static void explain(const struct program *program, char error[FILTER_ERROR_MAX])
{
    snprintf(error, FILTER_ERROR_MAX, "%s",
             program->reason != NULL ? program->reason : "out of memory");
}

struct filter *filter_new(const char *expression, char error[FILTER_ERROR_MAX])
{
    int count = link_type_count();
    struct filter *filter =
        calloc(1, sizeof(*filter) + (size_t)count * sizeof(filter->programs[0]));
    bool suits_any = false;
    char reason[FILTER_ERROR_MAX];

    if (filter == NULL) {
        snprintf(error, FILTER_ERROR_MAX, "out of memory");
        return NULL;
    }
    filter->count = count;
    for (int i = 0; i < count; i++) {
        compile(&filter->programs[i], expression, link_type_at(i));
        suits_any = suits_any || filter->programs[i].is_compiled;
    }
    if (suits_any)
        return filter;
    explain(&filter->programs[0], reason);
    snprintf(error, FILTER_ERROR_MAX, "filter \"%.200s\": %.290s", expression, reason);
    filter_free(filter);
    return NULL;
}

void filter_free(struct filter *filter)
{
    if (filter == NULL)
        return;
    for (int i = 0; i < filter->count; i++) {
        if (filter->programs[i].is_compiled)
            pcap_freecode(&filter->programs[i].code);
        free(filter->programs[i].reason);
    }
    free(filter);
}

/* For link types behind whose headers libpcap finds no IP. */
static const struct program *ip_program(const struct filter *filter)
{
    return &filter->programs[link_type_index(LINKTYPE_RAW)];
}

bool filter_suits(const struct filter *filter, int link_type, char error[FILTER_ERROR_MAX])
{
    int index = link_type_index(link_type);

    if (index >= 0 && (filter->programs[index].is_compiled || ip_program(filter)->is_compiled))
        return true;
    if (index >= 0)
        explain(&filter->programs[index], error);
    else
        snprintf(error, FILTER_ERROR_MAX, "the link type is not read");
    return false;
}

static bool match(const struct program *program, struct bytes data, size_t original_length)
{
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)data.len,
                                 .len = (bpf_u_int32)original_length};

    return program->is_compiled && pcap_offline_filter(&program->code, &header, data.data) != 0;
}

static bool match_ip(const struct filter *filter, const struct raw_packet *packet)
{
    struct link link;

    link_init(&link);
    return link_decode(packet->link_type, packet->data, &link) == LINK_IP
           && match(ip_program(filter), link.payload,
                    packet->original_length - (packet->data.len - link.payload.len));
}

bool filter_match(const struct filter *filter, const struct raw_packet *packet)
{
    int index = link_type_index(packet->link_type);

    if (index < 0)
        return false;
    if (!filter->programs[index].is_compiled)
        return match_ip(filter, packet);
    return match(&filter->programs[index], packet->data, packet->original_length);
}
