/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/ascii.h"
#include "dissect/prelude.h"
#include "dissect/prelude_fit.h"

enum fit fit_prefix(struct bytes in, const char *prefix, size_t length)
{
    struct bytes wanted = bytes_of(prefix, length);

    if (in.len >= length)
        return bytes_equal(bytes_of(in.data, length), wanted) ? FIT_YES : FIT_NO;
    wanted.len = in.len;
    return bytes_equal(in, wanted) ? FIT_MAYBE : FIT_NO;
}

/* The octets begin with the text, in any case. */
static enum fit fit_any_case(struct bytes in, const char *text)
{
    uint8_t octet;

    for (; *text != '\0'; text++) {
        if (!bytes_u8(&in, &octet))
            return FIT_MAYBE;
        if (ascii_lower(octet) != ascii_lower((uint8_t)*text))
            return FIT_NO;
    }
    return FIT_YES;
}

/* Whether the text is anywhere in the view, in any case. */
static bool has_text(struct bytes in, const char *text)
{
    for (; in.len > 0; in = bytes_after(in, 1)) {
        if (fit_any_case(in, text) == FIT_YES)
            return true;
    }
    return false;
}

/* "220 text" or "220-text": the replies of SMTP (RFC 5321 section 4.2) and of its kin. */
enum fit fit_reply(struct bytes in)
{
    static const char shape[] = "2dds"; /* 2: 2 to 5, d: digit, s: space or dash */
    uint8_t octet;
    bool fits;

    for (size_t i = 0; i < sizeof shape - 1; i++) {
        if (!bytes_u8(&in, &octet))
            return FIT_MAYBE;
        if (shape[i] == '2')
            fits = octet >= '2' && octet <= '5';
        else
            fits = shape[i] == 'd' ? ascii_is_digit(octet) : octet == ' ' || octet == '-';
        if (!fits)
            return FIT_NO;
    }
    return FIT_YES;
}

/* A reply that has one of these texts anywhere. */
static enum fit fit_reply_with(struct bytes in, const char *const *texts)
{
    enum fit fit = fit_reply(in);

    if (fit != FIT_YES)
        return fit;
    for (; *texts != NULL; texts++) {
        if (has_text(in, *texts))
            return FIT_YES;
    }
    return FIT_NO;
}

/* An enhanced status code (RFC 2034) after the reply code, such as "5.5.1". */
static bool has_enhanced_code(struct bytes in)
{
    struct bytes code = bytes_after(in, 4);

    return code.len >= 5 && ascii_is_digit(code.data[0]) && code.data[1] == '.'
           && ascii_is_digit(code.data[2]);
}

enum fit fit_smtp_reply(struct bytes in)
{
    static const char *const texts[] = {"SMTP", "LMTP", NULL};

    if (fit_reply(in) == FIT_YES && has_enhanced_code(in))
        return FIT_YES;
    return fit_reply_with(in, texts);
}

enum fit fit_ftp_reply(struct bytes in)
{
    static const char *const texts[] = {"FTP", "AUTH TLS", "AUTH SSL", NULL};

    return fit_reply_with(in, texts);
}

enum fit fit_nntp_reply(struct bytes in)
{
    static const char *const texts[] = {"NNTP", "INN ", "POSTING", "NEWSREADER", NULL};

    return fit_reply_with(in, texts);
}

bool prelude_is_upgrade_to_tls(struct bytes in)
{
    struct bytes line = prelude_first_line(in, in.len);

    return fit_any_case(line, "UPGRADE:") == FIT_YES && has_text(line, "TLS/");
}

/* The head of a response that asks for TLS. */
static bool has_upgrade_to_tls(struct bytes in)
{
    do {
        bytes_skip_line(&in);
        if (prelude_is_upgrade_to_tls(in))
            return true;
    } while (prelude_first_line(in, 1).len > 0);
    return false;
}

/* A 400 that says why, in the words of the usual web servers, or a 426 that asks for TLS in those
 * of the protocol (RFC 2817 section 4.2, RFC 9110 section 15.5.22). */
enum fit fit_http_to_https(struct bytes in)
{
    static const char *const texts[] = {"PLAIN HTTP REQUEST WAS SENT TO HTTPS", /* nginx */
                                        "SPEAKING PLAIN HTTP TO AN SSL",        /* Apache httpd */
                                        "SENT AN HTTP REQUEST TO AN HTTPS",     /* Go */
                                        "COMBINATION OF HOST AND PORT REQUIRES TLS", /* Tomcat */
                                        "SERVER ONLY SPEAKS HTTPS ON THIS PORT",     /* cheroot */
                                        NULL};
    enum fit fit = fit_prefix(in, "HTTP/1.", 7);

    if (fit != FIT_YES)
        return fit;
    if (fit_prefix(bytes_after(in, 8), " 426", 4) == FIT_YES)
        return has_upgrade_to_tls(in) ? FIT_YES : FIT_NO;
    fit = fit_prefix(bytes_after(in, 8), " 4", 2); /* pages that went well are not looked through */
    if (fit != FIT_YES)
        return fit;
    for (const char *const *text = texts; *text != NULL; text++) {
        if (has_text(in, *text))
            return FIT_YES;
    }
    return FIT_NO;
}

/* A tagged IMAP command, RFC 9051 section 2.2.1: "a001 STARTTLS". */
enum fit fit_imap_command(struct bytes in)
{
    static const char *const commands[] = {"CAPABILITY",    "STARTTLS", "LOGIN ", "LOGOUT",
                                           "AUTHENTICATE ", "NOOP",     "ID (",   NULL};
    enum { TAG_MAX = 16 };
    enum fit fit = FIT_NO;
    size_t tag = 0;

    while (tag < in.len && tag <= TAG_MAX && ascii_is_alphanumeric(in.data[tag]))
        tag++;
    if (tag == in.len && tag <= TAG_MAX)
        return FIT_MAYBE;
    if (tag == 0 || tag > TAG_MAX || in.data[tag] != ' ')
        return FIT_NO;
    for (const char *const *command = commands; *command != NULL && fit != FIT_YES; command++) {
        enum fit this_one = fit_any_case(bytes_after(in, tag + 1), *command);

        fit = this_one > fit ? this_one : fit;
    }
    return fit;
}

/* ":irc.example.net NOTICE * :...", RFC 2812 section 2.3. */
enum fit fit_irc_message(struct bytes in)
{
    struct bytes line = prelude_first_line(in, PRELUDE_OCTETS_MAX);

    if (in.len > 0 && in.data[0] != ':')
        return FIT_NO;
    if (has_text(line, " NOTICE ") || has_text(line, " 451 ") || has_text(line, " 421 "))
        return FIT_YES;
    return line.len == in.len ? FIT_MAYBE : FIT_NO;
}

/* A command as an array of bulk strings: "*1\r\n$4\r\nPING\r\n". */
enum fit fit_redis_command(struct bytes in)
{
    uint8_t octet = 0;
    size_t count = 0;

    if (!bytes_u8(&in, &octet))
        return FIT_MAYBE;
    if (octet != '*')
        return FIT_NO;
    while (bytes_u8(&in, &octet) && ascii_is_digit(octet) && count < 7)
        count++;
    if (in.len == 0 && (octet == '*' || ascii_is_digit(octet)))
        return FIT_MAYBE;
    if (octet != '\r' || count == 0)
        return FIT_NO;
    return fit_prefix(in, "\n$", 2);
}
