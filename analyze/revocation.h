/* SPDX-License-Identifier: GPL-2.0-or-later */
/* revocation.h -- revoked certificates: CRL files (RFC 5280 section 5) and stapled OCSP responses
 * (RFC 6960). Signatures are not verified: an answer is what the file or the staple says.
 */
#ifndef TLSWHY_ANALYZE_REVOCATION_H
#define TLSWHY_ANALYZE_REVOCATION_H

#include "analyze/certificate.h"

enum {
    CRL_FILE_MAX = 64 * 1024 * 1024,   /* octets of one file: the largest public CRLs */
    CRL_LISTS_MAX = 1024,              /* lists in all */
    CRL_ENTRIES_MAX = 4 * 1024 * 1024, /* entries of all lists: 128 MiB of memory */
    OCSP_RESPONSE_MAX = 64 * 1024,     /* octets of a staple; real ones have below 10 KiB */
    OCSP_SINGLE_RESPONSES_MAX = 32     /* answers in one response that are looked at */
};

/* What was wrong with a CRL file. */
struct crl_error {
    uint64_t offset;    /* octets from the file's beginning */
    const char *reason; /* static */
    int system_error;   /* errno of the operation, 0: none */
};

/* What a CRL says of a certificate. */
struct crl_answer {
    bool covered;        /* there is a list of this certificate's issuer that tells */
    bool revoked;        /* and the serial is in it */
    int64_t revoked_at;  /* seconds since 1970 */
    int64_t this_update; /* of the list */
    int64_t next_update; /* 0: not said */
};

struct crl_set;

/* An empty set. NULL: no memory. */
struct crl_set *crl_set_new(void);

/* NULL is harmless. */
void crl_set_free(struct crl_set *set);

/* Add the lists of a PEM or DER file. False, and *error set, when the file cannot be read, holds no
 * list, or one of its lists is malformed or beyond a limit; the lists before that are kept. */
MUST_USE bool crl_set_add_file(struct crl_set *set, const char *path, struct crl_error *error);

/* The same with the contents of a file that was read elsewhere. */
MUST_USE bool crl_set_add(struct crl_set *set, struct bytes text, struct crl_error *error);

/* Add one list in DER; of two lists of the same issuer and scope the later one stays. False,
 * *error set and the set unchanged when it is malformed. */
MUST_USE bool crl_set_add_der(struct crl_set *set, struct bytes der, struct crl_error *error);

/* Lists in the set. */
size_t crl_set_count(const struct crl_set *set);

/* Look a certificate up by its issuer and serial number in all lists of the issuer. A list that
 * is limited to a part of the certificates (issuingDistributionPoint) can revoke one; that it
 * does not says nothing. set may be NULL. */
struct crl_answer crl_set_find(const struct crl_set *set, const struct certificate *certificate);

/* OCSPResponseStatus, RFC 6960 section 4.2.1. */
enum ocsp_response_status {
    OCSP_SUCCESSFUL = 0,
    OCSP_MALFORMED_REQUEST = 1,
    OCSP_INTERNAL_ERROR = 2,
    OCSP_TRY_LATER = 3,
    OCSP_SIG_REQUIRED = 5,
    OCSP_UNAUTHORIZED = 6
};

enum ocsp_certificate_status { OCSP_GOOD, OCSP_REVOKED, OCSP_UNKNOWN };

struct ocsp_answer {
    uint8_t response_status; /* enum ocsp_response_status; unless 0 nothing below is set */
    bool found;              /* a SingleResponse for the certificate is in it */
    enum ocsp_certificate_status status;
    int64_t produced_at;
    int64_t this_update;
    int64_t next_update; /* 0: not said */
};

/* Of which certificate a response is to tell. Both are borrowed. */
struct ocsp_question {
    const struct certificate *certificate;
    const struct certificate *issuer; /* NULL: not known, and its key is not compared */
};

/* Read a DER OCSPResponse and find what it says of a certificate: by its serial number and the
 * digests of its issuer's name and key, as far as those are SHA-1 or SHA-256 (RFC 6960
 * section 4.1.1, RFC 9654 section 3.1). Digests of other algorithms are not compared. False, and
 * *out unchanged, if it is malformed, or longer than OCSP_RESPONSE_MAX. */
MUST_USE bool ocsp_response_read(struct bytes response, const struct ocsp_question *question,
                                 struct ocsp_answer *out);

#endif
