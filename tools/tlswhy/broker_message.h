/* SPDX-License-Identifier: GPL-2.0-or-later */
/* broker_message.h -- what goes between broker.c and broker_process.c. */
#ifndef TLSWHY_TOOLS_BROKER_MESSAGE_H
#define TLSWHY_TOOLS_BROKER_MESSAGE_H

#include <stdint.h>

#include "tools/tlswhy/feed.h"

enum broker_wish {
    BROKER_SINK,   /* one descriptor, of the sink that is asked for */
    BROKER_ROTATE, /* the same, after its file was rotated */
    BROKER_TRUST,  /* descriptors of all files of the trust store */
    BROKER_CRLS,   /* of all revocation lists */
    BROKER_STATE,  /* one descriptor to write the state to */
    BROKER_COMMIT  /* no descriptor: what was written to it takes the place of the state */
};

enum { BROKER_NAME_SIZE = 256 };

/* What is sent: a wish, and which sink. */
struct broker_request {
    uint32_t number; /* from 1; answers bear it, so that one that comes late is known as such */
    uint16_t wish;
    uint16_t sink;
    int64_t until_ms; /* nobody waits for it any longer, by system_clock_now_ms */
};

/* To each wish there are answers, with a descriptor when error is 0, and then one whose error is
 * BROKER_END. Such an end also comes first of all, with the number 0: whoever opens files is
 * ready. */
struct broker_answer {
    uint32_t number;
    int32_t error;               /* errno of the open */
    char name[BROKER_NAME_SIZE]; /* of the file, perhaps cut */
};

enum { BROKER_END = -1 };

/* Say that wishes may come, and answer those that come over socket until its other end is
 * closed. Those that were given up meanwhile, for a file system hung, are not carried out: they
 * were made anew since, if they still matter. */
void broker_process(int socket, const struct options *options, const struct feed *feed,
                    const char *trust_path);

#endif
