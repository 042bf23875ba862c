/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/certificate_list.h"
#include "dissect/hello.h"

bool certificate_list_next(struct certificate_list *list, struct certificate_entry *out)
{
    struct bytes in = list->entries;
    struct certificate_entry entry = {.extensions = {.len = 0}};

    if (!bytes_vector(&in, 3, &entry.certificate) || entry.certificate.len == 0)
        return false;
    if (list->has_extensions && !bytes_vector(&in, 2, &entry.extensions))
        return false;
    *out = entry;
    list->entries = in;
    return true;
}

bool certificate_list_parse(struct bytes body, uint16_t version, struct certificate_list *out)
{
    struct certificate_list list = {.has_extensions = version_is_tls_1_3(version)};
    struct certificate_list rest;
    struct certificate_entry entry;

    if (list.has_extensions && !bytes_vector(&body, 1, &list.context))
        return false;
    if (!bytes_vector(&body, 3, &list.entries) || body.len > 0)
        return false;
    rest = list;
    while (certificate_list_next(&rest, &entry))
        list.count++;
    if (rest.entries.len > 0)
        return false;
    *out = list;
    return true;
}

/* RFC 6066 section 8: opaque OCSPResponse<1..2^24-1>. */
static bool ocsp_parse(struct bytes in, struct certificate_status *out)
{
    return bytes_vector(&in, 3, &out->response) && out->response.len > 0 && in.len == 0;
}

/* RFC 6961 section 2.2: a list of OCSPResponse<0..2^24-1>, for the leaf first; one that the
 * server does not have is empty. */
static bool ocsp_multi_parse(struct bytes in, struct certificate_status *out)
{
    struct bytes rest, response;

    if (!bytes_vector(&in, 3, &out->list) || in.len > 0)
        return false;
    rest = out->list;
    if (!bytes_vector(&rest, 3, &out->response))
        return false;
    while (bytes_vector(&rest, 3, &response))
        ;
    return rest.len == 0;
}

bool certificate_status_parse(struct bytes body, struct certificate_status *out)
{
    struct certificate_status status = {.list = {.len = 0}};
    bool is_good = false;

    if (!bytes_u8(&body, &status.type))
        return false;
    if (status.type == TLS_CERTIFICATE_STATUS_TYPE_OCSP)
        is_good = ocsp_parse(body, &status);
    if (status.type == TLS_CERTIFICATE_STATUS_TYPE_OCSP_MULTI)
        is_good = ocsp_multi_parse(body, &status);
    if (is_good)
        *out = status;
    return is_good;
}
