/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/decompress.h"

#include "tlswhy_config.h"

#include <stdlib.h>

#if HAVE_ZLIB
#define ZLIB_CONST
#include <zlib.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

struct decompress {
    bool (*step)(struct decompress *decompress, struct bytes *in, uint8_t *out, size_t size,
                 size_t *count);
    void (*end)(struct decompress *decompress);
    bool is_complete;
#if HAVE_ZLIB
    z_stream gzip;
#endif
#if HAVE_ZSTD
    ZSTD_DStream *zstd;
#endif
};

#if HAVE_ZLIB

enum {
    GZIP_WINDOW_BITS = 15 + 16, /* the largest window; + 16: with a gzip header */
    GZIP_MAGIC = 0x1f
};

static bool gzip_step(struct decompress *decompress, struct bytes *in, uint8_t *out, size_t size,
                      size_t *count)
{
    z_stream *gzip = &decompress->gzip;
    int status;

    *count = 0;
    if (decompress->is_complete && in->len > 0) {
        if (in->data[0] != GZIP_MAGIC) /* padding behind the last member */
            return bytes_skip(in, in->len);
        if (inflateReset(gzip) != Z_OK)
            return false;
        decompress->is_complete = false;
    }
    if (decompress->is_complete)
        return true;
    gzip->next_in = in->data;
    gzip->avail_in = (uInt)in->len;
    gzip->next_out = out;
    gzip->avail_out = (uInt)size;
    status = inflate(gzip, Z_NO_FLUSH);
    *count = size - gzip->avail_out;
    decompress->is_complete = status == Z_STREAM_END;
    if (!bytes_skip(in, in->len - gzip->avail_in))
        return false;
    return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
}

static void gzip_end(struct decompress *decompress)
{
    (void)inflateEnd(&decompress->gzip);
}

struct decompress *decompress_new_gzip(void)
{
    struct decompress *decompress = calloc(1, sizeof(*decompress));

    if (decompress == NULL || inflateInit2(&decompress->gzip, GZIP_WINDOW_BITS) != Z_OK) {
        free(decompress);
        return NULL;
    }
    decompress->step = gzip_step;
    decompress->end = gzip_end;
    return decompress;
}

#else

struct decompress *decompress_new_gzip(void)
{
    return NULL;
}

#endif

#if HAVE_ZSTD

static bool zstd_step(struct decompress *decompress, struct bytes *in, uint8_t *out, size_t size,
                      size_t *count)
{
    ZSTD_inBuffer from = {.src = in->data, .size = in->len};
    ZSTD_outBuffer to = {.dst = out, .size = size};
    size_t status = ZSTD_decompressStream(decompress->zstd, &to, &from);

    *count = to.pos;
    if (ZSTD_isError(status))
        return false;
    if (from.pos > 0 || to.pos > 0)
        decompress->is_complete = status == 0;
    return bytes_skip(in, from.pos);
}

static void zstd_end(struct decompress *decompress)
{
    (void)ZSTD_freeDStream(decompress->zstd);
}

struct decompress *decompress_new_zstd(void)
{
    struct decompress *decompress = calloc(1, sizeof(*decompress));

    if (decompress == NULL)
        return NULL;
    decompress->zstd = ZSTD_createDStream();
    if (decompress->zstd == NULL) {
        free(decompress);
        return NULL;
    }
    decompress->step = zstd_step;
    decompress->end = zstd_end;
    return decompress;
}

#else

struct decompress *decompress_new_zstd(void)
{
    return NULL;
}

#endif

void decompress_free(struct decompress *decompress)
{
    if (decompress == NULL)
        return;
    decompress->end(decompress);
    free(decompress);
}

bool decompress_step(struct decompress *decompress, struct bytes *in, uint8_t *out, size_t size,
                     size_t *count)
{
    return decompress->step(decompress, in, out, size, count);
}

bool decompress_is_complete(const struct decompress *decompress)
{
    return decompress->is_complete;
}
