/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain.h -- what is wrong with the certificates that a peer sent.
 *
 * Certificates are linked by names and key identifiers; no signature is verified, so a chain that
 * ends at an anchor is `complete`, never "verified". The path is the one that most clients build
 * (RFC 4158): from the leaf to its issuer in the trust store, else to its issuer among the
 * certificates sent, wherever it stands, and so on.
 *
 * Each chain_find_...() judges one thing and sets its own members of the judgement alone;
 * chain_judge() calls them all.
 */
#ifndef TLSWHY_ANALYZE_CHAIN_H
#define TLSWHY_ANALYZE_CHAIN_H

#include "analyze/certificate.h"
#include "analyze/certificate_cache.h"
#include "analyze/name_match.h"
#include "analyze/revocation.h"
#include "analyze/trust.h"
#include "dissect/certificate_list.h"

enum {
    CHAIN_CERTIFICATES_MAX = 100, /* of one message that are looked at; clients stop at 10 to 100 */
    CHAIN_DER_MAX = 1 << 20,      /* octets of DER of one message that are looked at */
    CHAIN_RSA_BITS_MIN = 2048,    /* below: refused by clients, NIST SP 800-131A */
    CHAIN_EC_BITS_MIN = 224       /* the same */
};

/* For whom the certificate stands. */
enum chain_role { CHAIN_SERVER, CHAIN_CLIENT };

/* The certificates of one message, leaf first as sent. They belong to the cache. */
struct chain {
    const struct certificate *certificates[CHAIN_CERTIFICATES_MAX];
    size_t count;
    size_t beyond; /* certificates of the message that were not looked at, by the limits above
                          or for want of memory */
};

/* Read the certificates of a parsed Certificate message through the cache. */
void chain_collect(struct chain *chain, const struct certificate_list *list,
                   struct certificate_cache *cache);

/* What a chain is judged against. */
struct chain_question {
    enum chain_role role;
    int64_t at;                 /* seconds since 1970: the time of the packet */
    struct bytes server_name;   /* name that the client asked for, for CHAIN_SERVER; empty: none */
    struct trust_store *trust;  /* NULL: no store, nothing is said on trust */
    const struct crl_set *crls; /* NULL: none */
    struct bytes staple;        /* stapled OCSPResponse of the leaf; empty: none came */
    uint16_t leaf_usage;        /* enum certificate_key_usage, for CHAIN_SERVER: what the chosen
                                       suite has the leaf's key do; 0: not known */
    bool staple_expected;       /* the client asked for a staple and all of the server's
                                        flight that could hold it was seen */
    const struct certificate_cache *seen; /* where an issuer that was not sent may be known from
                                             other connections; NULL: nowhere */
};

/* Where the path from the leaf ends. */
enum chain_end {
    CHAIN_END_EMPTY,          /* no certificate, or the leaf cannot be read */
    CHAIN_END_ANCHORED,       /* at a certificate in the trust store */
    CHAIN_END_SELF_SIGNED,    /* the leaf is its own issuer, and not in the trust store */
    CHAIN_END_UNTRUSTED_ROOT, /* at a self-issued certificate that is not in the store: the last one
                                 sent, or its issuer, which another connection showed */
    CHAIN_END_ISSUER_MISSING, /* the issuer of the last one is neither sent nor in the store */
    CHAIN_END_UNKNOWN         /* there is no trust store, and no self-issued certificate was
                                 reached: complete or not cannot be told */
};

/* "anchored", "self_signed", "untrusted_root", "issuer_missing", "unknown", "empty". */
const char *chain_end_name(enum chain_end end);

/* What is wrong with the validity of a certificate. */
enum chain_validity { VALIDITY_UNKNOWN, VALIDITY_OK, VALIDITY_EXPIRED, VALIDITY_NOT_YET };

/* What is wrong with a certificate's use at its place in the path. */
enum chain_purpose_problem {
    PURPOSE_OK,
    PURPOSE_EXTENDED_KEY_USAGE, /* extKeyUsage is there, without serverAuth (clientAuth) */
    PURPOSE_KEY_USAGE,          /* leaf: keyUsage without a bit that TLS needs */
    PURPOSE_CA_AS_LEAF,         /* the leaf has the CA flag: few clients refuse it */
    PURPOSE_NOT_CA,             /* an issuer without the CA flag */
    PURPOSE_NO_CERT_SIGN,       /* an issuer with keyUsage but without keyCertSign */
    PURPOSE_PATH_LENGTH,        /* more certificates below an issuer than it allows */
    PURPOSE_NAME_CONSTRAINTS,   /* an issuer that may not issue for a name of one below it */
    PURPOSE_SUITE_KEY_USAGE,    /* leaf: keyUsage without the bit that the chosen suite needs */
    PURPOSE_ANY_ONLY            /* leaf: no purpose of extKeyUsage allows it but any */
};

/* Some clients refuse it, and many that verify do not. */
bool chain_purpose_is_debatable(enum chain_purpose_problem problem);

/* It is a problem of an issuer, whatever the leaf is like. */
bool chain_purpose_is_of_issuer(enum chain_purpose_problem problem);

/* What is weak in a certificate. A set. */
enum chain_weakness {
    WEAK_RSA_KEY = 1 << 0,
    WEAK_EC_KEY = 1 << 1,
    WEAK_DSA_KEY = 1 << 2,
    WEAK_MD5 = 1 << 3, /* MD2 too */
    WEAK_SHA1 = 1 << 4
};

enum chain_revocation { REVOCATION_UNKNOWN, REVOCATION_GOOD, REVOCATION_REVOKED };

/* What is wrong with the stapled OCSP response. */
enum chain_staple_problem {
    STAPLE_OK,      /* nothing wrong: a good one, or none needed */
    STAPLE_MISSING, /* must-staple, asked for, and none came */
    STAPLE_MALFORMED,
    STAPLE_UNSUCCESSFUL, /* the responder gave an error instead of an answer */
    STAPLE_NO_ANSWER,    /* no answer for this certificate in it */
    STAPLE_UNKNOWN,      /* status unknown */
    STAPLE_REVOKED,
    STAPLE_EXPIRED, /* nextUpdate before the packet's time */
    STAPLE_NOT_YET  /* thisUpdate after it */
};

/* "missing", "malformed", ...; "ok". */
const char *chain_staple_problem_name(enum chain_staple_problem problem);

struct chain_judgement {
    /* The path: indices into the chain, the leaf first, then what issued it. An anchor that was
     * not sent is not among them: chain_at_depth() gives it after the last. */
    uint8_t path[CHAIN_CERTIFICATES_MAX];
    size_t path_length;               /* certificates sent that are on it, the leaf counted */
    const struct certificate *leaf;   /* NULL: none */
    const struct certificate *last;   /* last one sent on the path; NULL: none */
    const struct certificate *anchor; /* trust store's certificate that ends it; NULL: none */
    bool anchor_sent;                 /* it was sent too, and is the last one of path */
    enum chain_end end;
    bool chain_complete;         /* the path reaches an anchor or a self-issued certificate */
    bool trust_known;            /* there was a trust store to ask */
    const char *issuer_url;      /* CHAIN_END_ISSUER_MISSING: where to fetch the missing one,
                                         by AIA of the last; NULL: not said */
    bool issuer_seen_completes;  /* and with it the chain ends in the trust store */
    bool issuer_is_intermediate; /* CHAIN_END_ISSUER_MISSING: the missing one is no root, for all
                                    that is known of it; and by its name, where that is all */
    bool issuer_is_root;         /* likewise: it is one, by its name */

    /* As sent. */
    bool out_of_order; /* the path leaves the order of the message */
    size_t duplicates; /* certificates sent again */
    size_t unrelated; /* sent, not on the path, not a duplicate: they help nobody or another path */
    size_t unreadable;                          /* certificates that are not CERTIFICATE_READ */
    const struct certificate *first_unreadable; /* NULL: none */

    /* Validity of what is on the path, anchor included; the first from the leaf that is wrong. */
    enum chain_validity validity;
    const struct certificate *validity_of; /* the one that is wrong; NULL unless wrong */
    size_t validity_depth;                 /* 0: the leaf */
    int64_t validity_off_by;               /* seconds since notAfter or until notBefore, > 0 */
    bool unneeded_expired;                 /* one that was sent and is not needed has expired */
    int64_t valid_from;                    /* all of the path is valid between these two */
    int64_t valid_until;                   /* both 0 if the path is empty */

    enum name_match name; /* CHAIN_SERVER: of the leaf against server_name */

    enum chain_purpose_problem purpose;   /* the first from the leaf; a debatable one only if
                                           nothing else is wrong */
    const struct certificate *purpose_of; /* NULL unless wrong */
    size_t purpose_depth;

    const struct certificate *critical_of; /* the first from the leaf with a critical extension
                                              that is not known here; NULL: none */
    size_t critical_depth;

    unsigned weakness; /* enum chain_weakness of the first one from the leaf that is weak */
    const struct certificate *weakness_of; /* NULL: none */
    size_t weakness_depth;

    enum chain_revocation revocation;  /* by CRL or staple; the first from the leaf revoked */
    const struct certificate *revoked; /* NULL: none */
    size_t revoked_depth;
    bool revoked_by_staple; /* else by a CRL */

    enum chain_staple_problem staple;
    bool staple_came;
    struct ocsp_answer staple_answer; /* meaningful if it came and is neither MISSING nor
                                          MALFORMED */
};

/* Judge it all. The judgement borrows from the chain's certificates and the trust store, and from
 * the cache `seen`: read it before the next chain is collected. */
void chain_judge(const struct chain *chain, const struct chain_question *question,
                 struct chain_judgement *out);

/* Its parts that are in files of their own, in the order of the calls. The first one starts *out
 * anew. */
void chain_find_path(const struct chain *chain, const struct chain_question *question,
                     struct chain_judgement *out);
void chain_find_order(const struct chain *chain, struct chain_judgement *out);
void chain_find_purpose(const struct chain *chain, const struct chain_question *question,
                        struct chain_judgement *out);
void chain_find_staple(const struct chain *chain, const struct chain_question *question,
                       struct chain_judgement *out);
void chain_find_revocation(const struct chain *chain, const struct chain_question *question,
                           struct chain_judgement *out);

/* True when the path goes through the certificate of this index in what was sent. */
bool chain_is_on_path(const struct chain_judgement *judgement, size_t index);

/* The certificate is like those that public authorities issue to servers. */
bool chain_leaf_looks_public(const struct certificate *leaf);

/* The server should have sent the one that is missing: it is no root, for all that is known. */
static inline bool chain_lacks_intermediate(const struct chain_judgement *judgement)
{
    return judgement->end == CHAIN_END_ISSUER_MISSING
           && (judgement->issuer_seen_completes || judgement->issuer_is_intermediate);
}

/* The path ends at a root that is not in the trust store. A root need not be sent (RFC 8446 section
 * 4.4.2): one that is missing, by its name, is as good as one that came. */
static inline bool chain_ends_at_untrusted_root(const struct chain_judgement *judgement)
{
    return judgement->end == CHAIN_END_UNTRUSTED_ROOT
           || (judgement->end == CHAIN_END_ISSUER_MISSING && judgement->issuer_is_root);
}

/* Certificates from the leaf to the end of the path, an anchor that was not sent counted. */
size_t chain_depth(const struct chain_judgement *judgement);

/* The one at a depth below chain_depth(): 0 is the leaf. */
const struct certificate *chain_at_depth(const struct chain *chain,
                                         const struct chain_judgement *judgement, size_t depth);

/* Validity of one certificate at a time; *off_by, in seconds, is set when it is not valid. */
enum chain_validity chain_validity_at(const struct certificate *certificate, int64_t at,
                                      int64_t *off_by);

/* What is weak in one certificate: enum chain_weakness. The signature of a self-issued one counts
 * only if it is a leaf: nobody verifies the signature of a root. */
unsigned chain_weakness_of(const struct certificate *certificate, bool is_leaf);

/* Any problem at all that clients which verify refuse: of the path's end, validity, name (mismatch
 * or common name only), purpose (not a debatable one), critical extension, weakness, revocation,
 * staple. */
bool chain_has_problem(const struct chain_judgement *judgement);

/* The same but for the staple, which clients that look at one are fewer than those that verify. */
bool chain_has_problem_beside_staple(const struct chain_judgement *judgement);

/* The same but for the path's end, too, for which verifiers have an alert of its own, and which
 * another trust store than the one here may not mind. */
bool chain_has_problem_beside_trust(const struct chain_judgement *judgement);

#endif
