/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h -- where results go: standard output or a file, with every failure to write noticed. */
#ifndef TLSWHY_TOOLS_OUTPUT_H
#define TLSWHY_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "dissect/bytes.h"
#include "tools/tlswhy/options.h"

enum {
    /* Octets of lines that wait to be written together: what a pipe takes. */
    OUTPUT_HELD_MAX = 65536
};

struct output {
    FILE *file;
    int descriptor; /* that it writes to */
    const char *name;
    int error; /* errno of the first failure, behind which nothing is written; 0: none */
    char *buffer;
    bool holds_back; /* lines, for the caller to set: who reads does not wait for each */
    size_t held;     /* octets of them in the buffer */
    size_t begun;    /* octets written of a line whose end was not */
};

/* Open the file at path, or standard output when it is NULL. What was in the file stays, for
 * output_empty to remove. *output stays where it is until output_close. False after a complaint. */
bool output_open(struct output *output, const char *path);

/* Remove what was in the file before; due before the first line. Standard output, pipes and devices
 * stay as they are. False after a complaint. */
bool output_empty(struct output *output);

/* Write one line, or hold it back: what is written are whole lines, in one piece where the system
 * allows it. False when this or an earlier write failed. */
bool output_line(struct output *output, struct bytes line);

/* Write out what is held back, and close. False after a complaint, when anything written may
 * not have arrived: a file ends in a whole line then, unless the complaint says otherwise. */
bool output_close(struct output *output);

/* Whether colours are wanted: this descriptor is a terminal that knows them, and the user did not
 * refuse. */
bool output_has_color(int descriptor, enum when when);

/* Columns of the terminal that this descriptor is, 0: it is none. */
size_t output_width(int descriptor);

#endif
