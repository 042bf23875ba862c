/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/file.h"
#include "tests/support/certificates.h"
#include "tests/support/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct bytes text(const char *string)
{
    return bytes_of(string, strlen(string));
}

/* The octets that base64 text becomes; NULL: refused. */
static const char *decoded(const char *base64)
{
    static uint8_t out[64];
    size_t length;

    if (!pem_decode(text(base64), out, &length) || length >= sizeof(out))
        return NULL;
    out[length] = '\0';
    return (const char *)out;
}

/* RFC 4648 section 10 */
static void base64_is_decoded(void)
{
    CU_ASSERT_STRING_EQUAL(decoded(""), "");
    CU_ASSERT_STRING_EQUAL(decoded("Zg=="), "f");
    CU_ASSERT_STRING_EQUAL(decoded("Zm8="), "fo");
    CU_ASSERT_STRING_EQUAL(decoded("Zm9v"), "foo");
    CU_ASSERT_STRING_EQUAL(decoded("Zm9vYg=="), "foob");
    CU_ASSERT_STRING_EQUAL(decoded("Zm9v\r\n Ym\tFy\n"), "foobar");
    CU_ASSERT_STRING_EQUAL(decoded("fn5+Pz8/"), "~~~\?\?\?");
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* RFC 4648 table 1: read in order, and one by one behind a blank, which no group of four begins
 * with. */
static void each_digit_has_its_value(void)
{
    uint8_t out[48];
    size_t length = 0;

    CU_ASSERT_TRUE_FATAL(pem_decode(text(digits), out, &length));
    CU_ASSERT_EQUAL_FATAL(length, sizeof(out));
    for (size_t i = 0; i < 64; i++) {
        const char group[] = {' ', 'A', 'A', 'A', digits[i]};
        size_t bit = 6 * i;
        unsigned pair = (unsigned)out[bit / 8] << 8 | (bit / 8 + 1 < 48 ? out[bit / 8 + 1] : 0);
        uint8_t one[3];

        CU_ASSERT_EQUAL(pair >> (10 - bit % 8) & 0x3f, i);
        CU_ASSERT_TRUE(pem_decode(bytes_of(group, sizeof(group)), one, &length));
        CU_ASSERT_EQUAL(length, 3);
        CU_ASSERT_EQUAL(one[2], i);
    }
}

static void no_other_character_is_a_digit(void)
{
    for (unsigned character = 1; character <= UINT8_MAX; character++) {
        const char group[] = {'A', 'A', 'A', (char)character};
        uint8_t out[3];
        size_t length;

        if (strchr(digits, (int)character) == NULL && character != '=')
            CU_ASSERT_FALSE(pem_decode(bytes_of(group, sizeof(group)), out, &length));
    }
}

static void other_text_is_refused(void)
{
    static const char *const wrong[] = {
        "Z", "Zg", "Zg=", "Z===", "====", "Zm9*", "Zm=v", "Zg==Zg==", "Zm8-Zm9v", "Zm9vYg==="};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CU_ASSERT_PTR_NULL(decoded(wrong[i]));
}

static void blocks_are_found_between_other_text(void)
{
    struct bytes file = text("a comment\n-----BEGIN A-----\nZg==\n-----END A-----\n more "
                             "-----BEGIN B C-----Zm8=-----END B C-----");
    struct bytes in = file;
    struct pem_block block;

    CU_ASSERT_EQUAL(pem_next(file, &in, &block), PEM_BLOCK);
    CU_ASSERT_EQUAL(block.offset, 10);
    CU_ASSERT_TRUE(bytes_equal(block.label, text("A")));
    CU_ASSERT_TRUE(bytes_equal(block.body, text("\nZg==\n")));
    CU_ASSERT_EQUAL(pem_next(file, &in, &block), PEM_BLOCK);
    CU_ASSERT_TRUE(bytes_equal(block.label, text("B C")));
    CU_ASSERT_EQUAL(pem_next(file, &in, &block), PEM_NONE);
    CU_ASSERT_EQUAL(pem_next(file, &in, &block), PEM_NONE);
}

static void a_block_that_does_not_end_says_where(void)
{
    static const char *const wrong[] = {
        "xx-----BEGIN A", "xx-----BEGIN A-----Zg==", "xx-----BEGIN A-----Zg==-----END A",
        "xx-----BEGIN A-----Zg==-----END B-----"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct bytes in = text(wrong[i]);
        struct pem_block block;

        CU_ASSERT_EQUAL(pem_next(text(wrong[i]), &in, &block), PEM_CUT);
        CU_ASSERT_EQUAL(block.offset, 2);
        CU_ASSERT_EQUAL(in.len, 0);
    }
}

static void files_are_read_whole_or_not(void)
{
    struct bytes der = certificates_der("leaf");
    struct bytes contents;
    const char *reason;
    int error;

    CU_ASSERT_TRUE_FATAL(
        file_read(certificates_path("leaf.der"), der.len, &contents, &reason, &error));
    CU_ASSERT_TRUE(bytes_equal(contents, der));
    file_free(contents);
    CU_ASSERT_FALSE(
        file_read(certificates_path("leaf.der"), der.len - 1, &contents, &reason, &error));
    CU_ASSERT_STRING_EQUAL(reason, "is too large");
    CU_ASSERT_FALSE(file_read(certificates_path("none"), 100, &contents, &reason, &error));
    CU_ASSERT_EQUAL(error, ENOENT);
    CU_ASSERT_FALSE(file_read(TLSWHY_TESTS_DIR, SIZE_MAX, &contents, &reason, &error));
    CU_ASSERT_STRING_EQUAL(reason, "is not a regular file");
}

/* Nobody writes to it: it must not be waited for. */
static void a_fifo_is_no_file(void)
{
    char path[] = "/tmp/tlswhy-fifo-XXXXXX";
    struct bytes contents;
    const char *reason;
    int error;
    int file = mkstemp(path);

    CU_ASSERT_TRUE_FATAL(file >= 0);
    close(file);
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
    CU_ASSERT_FALSE(file_read(path, 100, &contents, &reason, &error));
    CU_ASSERT_STRING_EQUAL(reason, "is not a regular file");
    CU_ASSERT_EQUAL(unlink(path), 0);
}

/* Whatever the reason: here the descriptor is for writing only. */
static void what_cannot_be_read_is_not_taken_for_an_empty_file(void)
{
    char path[] = "/tmp/tlswhy-file-XXXXXX";
    struct bytes contents;
    const char *reason;
    int error;
    int file = mkstemp(path);
    int writing = open(path, O_WRONLY | O_CLOEXEC);

    CU_ASSERT_TRUE_FATAL(file >= 0 && writing >= 0);
    CU_ASSERT_EQUAL(write(file, "text", 4), 4);
    CU_ASSERT_FALSE(file_read_descriptor(writing, 100, &contents, &reason, &error));
    CU_ASSERT_EQUAL(error, EBADF);
    close(file);
    close(writing);
    CU_ASSERT_EQUAL(unlink(path), 0);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"base64 is decoded", base64_is_decoded},
        {"each digit has its value", each_digit_has_its_value},
        {"no other character is a digit", no_other_character_is_a_digit},
        {"other text is refused", other_text_is_refused},
        {"blocks are found between other text", blocks_are_found_between_other_text},
        {"a block that does not end says where", a_block_that_does_not_end_says_where},
        {"files are read whole or not", files_are_read_whole_or_not},
        {"a FIFO is no file", a_fifo_is_no_file},
        {"what cannot be read is not taken for an empty file",
         what_cannot_be_read_is_not_taken_for_an_empty_file},
        CU_TEST_INFO_NULL,
    };

    return suite_run("file", tests);
}
