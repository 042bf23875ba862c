/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/event.h"
#include "tools/tlswhy/complain.h"

enum { BUFFER_SIZE = EVENT_LINE_MAX + OUTPUT_HELD_MAX };

static void note_error(struct output *output)
{
    if (output->error == 0)
        output->error = errno != 0 ? errno : EIO;
}

/* Keep account of where the last whole line ends, behind these octets too. */
static void note_written(struct output *output, const char *octets, size_t count)
{
    const char *newline = memrchr(octets, '\n', count);

    output->begun =
        newline != NULL ? (size_t)(octets + count - newline) - 1 : output->begun + count;
}

/* What stdio calls to write: all of it, or it counts as failed. After a failure nothing is, or the
 * rest of a line would be missing in the middle of the file. */
static ssize_t write_octets(void *context, const char *octets, size_t count)
{
    struct output *output = context;
    size_t done = 0;

    while (done < count && output->error == 0) {
        ssize_t written;

        errno = 0;
        written = write(output->descriptor, octets + done, count - done);
        if (written > 0) {
            note_written(output, octets + done, (size_t)written);
            done += (size_t)written;
        } else {
            note_error(output);
        }
    }
    return (ssize_t)done;
}

static int close_descriptor(void *context)
{
    const struct output *output = context;

    return close(output->descriptor);
}

bool output_open(struct output *output, const char *path)
{
    const cookie_io_functions_t calls = {.write = write_octets, .close = close_descriptor};

    *output = (struct output){.descriptor = STDOUT_FILENO, .name = "standard output"};
    if (path != NULL) {
        output->name = path;
        output->descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (output->descriptor < 0)
            return complain("%s: %s", path, strerror(errno));
    }
    output->file = fopencookie(output, "w", calls);
    if (output->file == NULL) {
        (void)close_descriptor(output);
        return complain_memory();
    }
    /* A buffer that holds any line, and what is held back, lets a flush be one write of whole
     * lines. */
    output->buffer = malloc(BUFFER_SIZE);
    if (output->buffer != NULL)
        setvbuf(output->file, output->buffer, _IOFBF, BUFFER_SIZE);
    return true;
}

bool output_empty(struct output *output)
{
    struct stat status;

    if (output->descriptor == STDOUT_FILENO || fstat(output->descriptor, &status) != 0
        || !S_ISREG(status.st_mode))
        return true;
    return ftruncate(output->descriptor, 0) == 0
           || complain("%s: %s", output->name, strerror(errno));
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

/* Take back the beginning of a line whose rest could not be written: who reads lines would stumble
 * over it. What others wrote behind it stays. False: the file ends in it. */
static bool take_back(const struct output *output)
{
    off_t end = lseek(output->descriptor, 0, SEEK_CUR);
    struct stat status;

    if (output->begun == 0)
        return true;
    return fstat(output->descriptor, &status) == 0 && S_ISREG(status.st_mode)
           && end == status.st_size && end >= (off_t)output->begun
           && ftruncate(output->descriptor, end - (off_t)output->begun) == 0
           && lseek(output->descriptor, end - (off_t)output->begun, SEEK_SET) >= 0;
}

bool output_close(struct output *output)
{
    bool is_whole = true;

    errno = 0;
    if (fflush(output->file) != 0 || ferror(output->file) != 0)
        note_error(output);
    if (output->error != 0)
        is_whole = take_back(output);
    /* Some file systems tell of a full disk only at the end. Standard output is closed for
     * that reason too: nothing writes to it afterwards. */
    errno = 0;
    if (fclose(output->file) != 0)
        note_error(output);
    free(output->buffer);
    if (output->error != 0)
        return complain("%s: %s%s", output->name, strerror(output->error),
                        is_whole ? "" : "; its last line is cut");
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
