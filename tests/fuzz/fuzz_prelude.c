/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a protocol is called, octet by octet: an answer once given stays, or becomes more exact as
 * dissect/prelude.h says.
 *
 * The first octet of the input chooses the side; the rest is what it sent. It is read as a PROXY
 * protocol header and as a request to a proxy, too.
 */
#include "dissect/proxy_header.h"
#include "dissect/proxy_target.h"
#include "tests/fuzz/fuzz.h"

/* The most octets that are tried one by one: every signature is decided by then, but for those
 * that look for a text in a reply. */
#define STEPS_MAX 128

/* Whether an answer may turn into another one when more octets come. */
static bool may_become(enum prelude before, enum prelude after, size_t length)
{
    if (before == after || before == PRELUDE_PARTIAL)
        return true;
    if (before == PRELUDE_HTTP_RESPONSE)
        return after == PRELUDE_HTTP_TO_HTTPS;
    if (before == PRELUDE_REPLY || before == PRELUDE_NNTP || before == PRELUDE_FTP)
        return after == PRELUDE_SMTP || after == PRELUDE_FTP || after == PRELUDE_NNTP;
    if (before == PRELUDE_POP3)
        return after == PRELUDE_REDIS;
    return length == 1
           && (before == PRELUDE_POSTGRESQL_ACCEPT || before == PRELUDE_POSTGRESQL_REFUSE);
}

/* What a header takes is at least what it needs, and all that a target shows lies in its input. */
static void check_proxy(struct bytes data)
{
    static const enum prelude protocols[] = {PRELUDE_HTTP_CONNECT, PRELUDE_SOCKS4, PRELUDE_SOCKS5};
    struct bytes rest = data;
    struct proxy_header header;
    struct proxy_target target;

    if (proxy_header_take(&rest, &header))
        must(data.len - rest.len >= sizeof("PROXY UNKNOWN") && header.version >= 1
             && header.version <= 2);
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (proxy_target_parse(protocols[i], data, &target))
            must(target.host.data >= data.data
                 && target.host.data + target.host.len <= data.data + data.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = bytes_of(data, size);
    enum prelude before = PRELUDE_PARTIAL;
    uint8_t from_client;

    if (!bytes_u8(&rest, &from_client))
        return 0;
    check_proxy(rest);
    for (size_t length = 1; length <= rest.len; length++) {
        enum prelude after;

        if (length > STEPS_MAX)
            length = rest.len;
        after = prelude_identify(bytes_of(rest.data, length), from_client % 2 == 1);
        must(may_become(before, after, length - 1));
        must(after != PRELUDE_PARTIAL || length < PRELUDE_OCTETS_MAX);
        before = after;
    }
    return 0;
}
