/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analyze/event.h"
#include "tools/tlswhy/complain.h"

enum { BUFFER_SIZE = EVENT_LINE_MAX + OUTPUT_HELD_MAX };

bool output_open(struct output *output, const char *path)
{
    *output = (struct output){.file = stdout, .name = "standard output"};
    if (path != NULL) {
        output->name = path;
        output->file = fopen(path, "we");
        if (output->file == NULL)
            return complain("%s: %s", path, strerror(errno));
    }
    /* A buffer that holds any line, and what is held back, lets a flush be one write of whole
     * lines. */
    output->buffer = malloc(BUFFER_SIZE);
    if (output->buffer != NULL)
        setvbuf(output->file, output->buffer, _IOFBF, BUFFER_SIZE);
    return true;
}

static void note_error(struct output *output)
{
    if (output->error == 0)
        output->error = errno != 0 ? errno : EIO;
}

bool output_line(struct output *output, struct bytes line)
{
    if (output->error != 0)
        return false;
    errno = 0;
    output->held += line.len;
    if (fwrite_unlocked(line.data, 1, line.len, output->file) != line.len)
        note_error(output);
    if (output->holds_back && output->held < OUTPUT_HELD_MAX)
        return output->error == 0;
    output->held = 0;
    if (fflush(output->file) != 0)
        note_error(output);
    return output->error == 0;
}

bool output_close(struct output *output)
{
    errno = 0;
    if (fflush(output->file) != 0 || ferror(output->file) != 0)
        note_error(output);
    /* Some file systems tell of a full disk only at the end. Standard output is closed for
     * that reason too: nothing writes to it afterwards. */
    if (fclose(output->file) != 0)
        note_error(output);
    free(output->buffer);
    if (output->error != 0)
        return complain("%s: %s", output->name, strerror(output->error));
    return true;
}

bool output_has_color(int descriptor, enum when when)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    if (when != WHEN_AUTO)
        return when == WHEN_ALWAYS;
    if (no_color != NULL && no_color[0] != '\0') /* no-color.org */
        return false;
    return isatty(descriptor) && terminal != NULL && strcmp(terminal, "dumb") != 0;
}

size_t output_width(int descriptor)
{
    struct winsize size;

    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}
