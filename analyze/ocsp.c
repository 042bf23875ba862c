/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/der.h"
#include "analyze/revocation.h"

/* OCSPResponse ::= SEQUENCE {                                   RFC 6960 section 4.2.1
 *     responseStatus     ENUMERATED,
 *     responseBytes  [0] EXPLICIT SEQUENCE { responseType OID, response OCTET STRING } OPTIONAL }
 *
 * BasicOCSPResponse ::= SEQUENCE { tbsResponseData ResponseData, signature ... }
 *
 * ResponseData ::= SEQUENCE {
 *     version        [0] EXPLICIT INTEGER DEFAULT v1,
 *     responderID        CHOICE { [1] Name, [2] KeyHash },
 *     producedAt         GeneralizedTime,
 *     responses          SEQUENCE OF SingleResponse, ... }
 *
 * SingleResponse ::= SEQUENCE {
 *     certID             SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber },
 *     certStatus         CHOICE { good [0] IMPLICIT NULL, revoked [1] IMPLICIT RevokedInfo,
 *                                 unknown [2] IMPLICIT NULL },
 *     thisUpdate         GeneralizedTime,
 *     nextUpdate     [0] EXPLICIT GeneralizedTime OPTIONAL, ... }
 */

/* RevokedInfo ::= SEQUENCE { revocationTime, revocationReason [0] EXPLICIT ENUMERATED OPTIONAL } */
static bool revoked_info_is_good(struct bytes info)
{
    int64_t at;

    return der_take_time(&info, &at);
}

static bool status_read(struct bytes *in, struct ocsp_answer *out)
{
    struct bytes contents;
    uint8_t tag;

    if (!der_next(in, &tag, &contents))
        return false;
    switch (tag) {
    case DER_CONTEXT | 0:
        out->status = OCSP_GOOD;
        return true;
    case DER_CONTEXT_CONSTRUCTED | 1:
        out->status = OCSP_REVOKED;
        return revoked_info_is_good(contents);
    case DER_CONTEXT | 2:
        out->status = OCSP_UNKNOWN;
        return true;
    default:
        return false;
    }
}

/* CertID ::= SEQUENCE {                                         RFC 6960 section 4.1.1
 *     hashAlgorithm AlgorithmIdentifier, issuerNameHash OCTET STRING,
 *     issuerKeyHash OCTET STRING, serialNumber INTEGER } */
struct certificate_id {
    struct bytes algorithm; /* the OID */
    struct bytes issuer_name;
    struct bytes issuer_key;
    struct bytes serial;
};

static bool certificate_id_read(struct bytes in, struct certificate_id *out)
{
    struct bytes algorithm;

    return der_take(&in, DER_SEQUENCE, &algorithm) && der_take(&algorithm, DER_OID, &out->algorithm)
           && der_take(&in, DER_OCTET_STRING, &out->issuer_name)
           && der_take(&in, DER_OCTET_STRING, &out->issuer_key)
           && der_take(&in, DER_INTEGER, &out->serial);
}

/* Whether a hash of a CertID is one of these digests; any is where its algorithm is another. */
static bool is_digest(const struct certificate_id *id, struct bytes hash,
                      const struct certificate_digests *digests)
{
    static const uint8_t sha1[] = {0x2b, 0x0e, 0x03, 0x02, 0x1a};
    static const uint8_t sha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};

    if (bytes_equal(id->algorithm, bytes_of(sha1, sizeof(sha1))))
        return bytes_equal(hash, bytes_of(digests->sha1, sizeof(digests->sha1)));
    if (bytes_equal(id->algorithm, bytes_of(sha256, sizeof(sha256))))
        return bytes_equal(hash, bytes_of(digests->sha256, sizeof(digests->sha256)));
    return true;
}

static bool is_asked_for(const struct certificate_id *id, const struct ocsp_question *question)
{
    const struct certificate *certificate = question->certificate;

    return bytes_equal(der_magnitude(id->serial),
                       bytes_of(certificate->serial, certificate->serial_length))
           && is_digest(id, id->issuer_name, &certificate->issuer_digests)
           && (question->issuer == NULL
               || is_digest(id, id->issuer_key, &question->issuer->key_digests));
}

/* Read one answer; *out is changed only if it is for this certificate. */
static bool single_response_read(struct bytes *responses, const struct ocsp_question *question,
                                 struct ocsp_answer *out)
{
    struct bytes in, id_fields, tagged;
    struct certificate_id id;
    struct ocsp_answer answer = *out;

    if (!der_take(responses, DER_SEQUENCE, &in) || !der_take(&in, DER_SEQUENCE, &id_fields)
        || !certificate_id_read(id_fields, &id) || !status_read(&in, &answer)
        || !der_take_time(&in, &answer.this_update))
        return false;
    if (der_take_optional(&in, DER_CONTEXT_CONSTRUCTED | 0, &tagged)
        && !der_take_time(&tagged, &answer.next_update))
        return false;
    if (!is_asked_for(&id, question))
        return true;
    answer.found = true;
    *out = answer;
    return true;
}

static bool response_data_read(struct bytes in, const struct ocsp_question *question,
                               struct ocsp_answer *out)
{
    struct bytes ignored, responses;
    uint8_t responder;

    der_take_optional(&in, DER_CONTEXT_CONSTRUCTED | 0, &ignored);
    if (!der_next(&in, &responder, &ignored) || !der_take_time(&in, &out->produced_at)
        || !der_take(&in, DER_SEQUENCE, &responses))
        return false;
    for (size_t i = 0; i < OCSP_SINGLE_RESPONSES_MAX && responses.len > 0 && !out->found; i++)
        if (!single_response_read(&responses, question, out))
            return false;
    return true;
}

static bool basic_response_read(struct bytes in, const struct ocsp_question *question,
                                struct ocsp_answer *out)
{
    /* id-pkix-ocsp-basic, RFC 6960 section 4.2.1 */
    static const uint8_t basic[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
    struct bytes fields, type, response, whole, data;

    return der_take(&in, DER_SEQUENCE, &fields) && der_take(&fields, DER_OID, &type)
           && bytes_equal(type, bytes_of(basic, sizeof(basic)))
           && der_take(&fields, DER_OCTET_STRING, &response)
           && der_take(&response, DER_SEQUENCE, &whole) && der_take(&whole, DER_SEQUENCE, &data)
           && response_data_read(data, question, out);
}

bool ocsp_response_read(struct bytes response, const struct ocsp_question *question,
                        struct ocsp_answer *out)
{
    struct ocsp_answer answer = {.found = false};
    struct bytes in, status, tagged;

    if (response.len > OCSP_RESPONSE_MAX || !der_take(&response, DER_SEQUENCE, &in)
        || response.len != 0 || !der_take(&in, DER_ENUMERATED, &status) || status.len != 1)
        return false;
    answer.response_status = status.data[0];
    if (answer.response_status == OCSP_SUCCESSFUL
        && (!der_take(&in, DER_CONTEXT_CONSTRUCTED | 0, &tagged)
            || !basic_response_read(tagged, question, &answer)))
        return false;
    *out = answer;
    return true;
}
