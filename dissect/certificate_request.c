/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/certificate_request.h"
#include "dissect/extension.h"
#include "dissect/hello.h"

/* RFC 8446 section 4.3.2 */
static bool request_1_3_parse(struct bytes in, struct certificate_request *out)
{
    return bytes_vector(&in, 1, &out->context) && bytes_vector(&in, 2, &out->extensions)
           && in.len == 0;
}

/* RFC 5246 section 7.4.4 */
static bool request_1_2_parse(struct bytes in, uint16_t version, struct certificate_request *out)
{
    struct bytes names, name;

    if (!bytes_vector(&in, 1, &out->types) || out->types.len == 0)
        return false;
    if (version >= TLS_VERSION_1_2
        && (!bytes_vector(&in, 2, &out->schemes) || out->schemes.len % 2 != 0))
        return false;
    if (!bytes_vector(&in, 2, &out->authorities) || in.len > 0)
        return false;
    names = out->authorities;
    while (distinguished_name_next(&names, &name))
        ;
    return names.len == 0;
}

bool certificate_request_parse(struct bytes body, uint16_t version, struct certificate_request *out)
{
    struct certificate_request request = {.types = {.len = 0}};
    bool is_good = version_is_tls_1_3(version) ? request_1_3_parse(body, &request)
                                               : request_1_2_parse(body, version, &request);

    if (is_good)
        *out = request;
    return is_good;
}
