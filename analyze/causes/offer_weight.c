/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/offer_weight.h"

#include "analyze/causes/causes.h"
#include "capture/time_unit.h"

/* 2014-10-15: the POODLE attack; within months servers and clients gave up SSL 3.0 (RFC 7568). */
#define SSL3_GIVEN_UP INT64_C(1413331200)

/* 2016-08-25: OpenSSL 1.1.0, which serves no suite with ECDHE where the client lists no groups, as
 * BoringSSL and Go do not, though RFC 8422 section 4 lets a server choose one then. */
#define ECDHE_NEEDS_GROUPS INT64_C(1472083200)

/* 2018-07-01: the payment industry's rules forbid TLS 1.0, and many servers drop it. */
#define TLS10_FADING INT64_C(1530403200)

/* 2021-03-01: RFC 8996 deprecates TLS 1.0 and 1.1. */
#define TLS10_GIVEN_UP INT64_C(1614556800)

/* 2021-09-07: OpenSSL 3.0, which makes no SHA-1 signature unless it is told to; GnuTLS and Go gave
 * them up in those years too. */
#define SHA1_GIVEN_UP INT64_C(1630972800)

/* 2023-05-16: from here on the validation of modules for FIPS 140-3 demands the extended master
 * secret, and servers in that mode refuse clients without it. */
#define MASTER_SECRET_DEMANDED INT64_C(1684195200)

/* An offer of fewer cipher suites is a configured one: general clients offer ten and more. */
enum { FEW_SUITES = 2 };

#define SUITE_MANDATORY_1_3 0x1301 /* TLS_AES_128_GCM_SHA256, RFC 8446 section 9.1 */
#define HASH_SHA1           2      /* RFC 5246 section 7.4.1.4.1 */
#define GROUP_SECP256R1     23
#define GROUP_SECP384R1     24
#define GROUP_X25519        29
#define GROUP_FFDHE_FIRST   256 /* RFC 7919 section 2 */
#define GROUP_FFDHE_LAST    511

bool captured_after(const struct facts *facts, int64_t seconds)
{
    return facts->connection->first.time_ns / SECOND_NS >= seconds;
}

bool offer_has_modern_suites(const struct facts *facts)
{
    struct bytes list = facts->client_hello.cipher_suites;
    bool rsa = false;
    bool elliptic = false;
    uint16_t value;

    while (!(rsa && elliptic) && list_u16_next(&list, &value)) {
        const struct suite *suite = suite_find(value);

        if (suite == NULL || suite->strength < SUITE_STRENGTH_MODERN)
            continue;
        rsa |= suite->authentication == SUITE_AUTHENTICATION_RSA;
        elliptic |= suite->authentication == SUITE_AUTHENTICATION_ECDSA;
    }
    return rsa && elliptic;
}

bool offer_prescribes_sha1(const struct facts *facts)
{
    return facts->offer.version_max <= TLS_VERSION_1_1;
}

bool offer_has_shared_key(const struct facts *facts)
{
    return facts->client_extensions.pre_shared_key.state == EXTENSION_WELL_FORMED;
}

bool offer_has_protocol(const struct facts *facts, struct bytes protocol)
{
    struct bytes list = facts->client_extensions.alpn.protocols;
    struct bytes name;

    while (list_name_next(&list, &name))
        if (bytes_equal(name, protocol))
            return true;
    return false;
}

static enum weight weigh_version(const struct facts *facts)
{
    const struct offer *offer = &facts->offer;

    if (offer->version_max <= TLS_VERSION_SSL3)
        return captured_after(facts, SSL3_GIVEN_UP) ? WEIGHT_STANDS_OUT : WEIGHT_ORDINARY;
    if (offer->version_max <= TLS_VERSION_1_1) {
        if (captured_after(facts, TLS10_GIVEN_UP))
            return WEIGHT_STANDS_OUT;
        return captured_after(facts, TLS10_FADING) ? WEIGHT_UNUSUAL : WEIGHT_NONE;
    }
    /* Servers without TLS 1.3 that look for a suite first find none in such a hello. A client that
     * has a key for this server knows it, mostly from a ticket that only TLS 1.3 can have left. */
    if (offer->version_min == TLS_VERSION_1_3)
        return offer_has_shared_key(facts) ? WEIGHT_SLIGHT : WEIGHT_ORDINARY;
    return offer->version_max == TLS_VERSION_1_2 ? WEIGHT_SLIGHT : WEIGHT_NONE;
}

/* A hello without any extension lacks much else. */
bool offer_wastes_ecdhe(const struct facts *facts)
{
    return facts->offer.suites_ecdhe && facts->offer.version_max == TLS_VERSION_1_2
           && facts->client_hello.has_extensions
           && facts->client_extensions.supported_groups.state == EXTENSION_ABSENT
           && captured_after(facts, ECDHE_NEEDS_GROUPS);
}

bool offer_is_broad(const struct facts *facts)
{
    const struct offer *offer = &facts->offer;

    return offer->version_max >= TLS_VERSION_1_2 && offer->suites_legacy && offer->suites_rsa
           && offer->suites_ecdsa && offer->suites_ecdhe && !offer->suites_all_obsolete
           && !offer_wastes_ecdhe(facts);
}

/* TLS 1.2 at most, with suites that nearly every server of that version takes. */
static bool is_plain_1_2(const struct facts *facts)
{
    return facts->offer.version_max == TLS_VERSION_1_2 && offer_is_broad(facts)
           && offer_has_modern_suites(facts);
}

/* Every server of TLS 1.3 has its mandatory suite, unless it is told not to (RFC 8446 section 9.1),
 * and nearly every one of TLS 1.2 those that are recommended: then what is missing can as well be a
 * group, or a signature that its key can make. Keys of other kinds than RSA and ECDSA, and groups
 * that few clients have, are rare, but they are in use. */
static enum weight weigh_what_is_common(const struct facts *facts)
{
    bool suites_fit =
        is_plain_1_2(facts)
        || (facts->offer.version_max >= TLS_VERSION_1_3
            && list_u16_contains(facts->client_hello.cipher_suites, SUITE_MANDATORY_1_3));

    return suites_fit && facts->server_hello_note == NULL ? WEIGHT_SLIGHT : WEIGHT_NONE;
}

static enum weight weigh_suites(const struct facts *facts)
{
    const struct offer *offer = &facts->offer;

    if (offer->suites == 0 || offer->suites_all_obsolete)
        return WEIGHT_STANDS_OUT;
    if (!offer->suites_legacy)
        return list_u16_contains(facts->client_hello.cipher_suites, SUITE_MANDATORY_1_3)
                   ? WEIGHT_ORDINARY
                   : WEIGHT_STANDS_OUT;
    if (offer->version_max >= TLS_VERSION_1_3 && offer->suites_tls13)
        return WEIGHT_ORDINARY;
    /* Suites with pre-shared keys (RFC 4279), or for keys that few servers have. */
    if (!offer->suites_rsa && !offer->suites_ecdsa)
        return WEIGHT_STANDS_OUT;
    if (!offer->suites_ecdhe || !offer->suites_rsa || !offer->suites_ecdsa
        || offer->suites <= FEW_SUITES || offer_wastes_ecdhe(facts))
        return WEIGHT_UNUSUAL;
    return is_plain_1_2(facts) ? WEIGHT_SLIGHT : WEIGHT_ORDINARY;
}

/* Of the suites up to TLS 1.2 only those that are recommended (RFC 9325 section 4.2). */
static bool offers_only_modern_suites(const struct facts *facts)
{
    struct bytes list = facts->client_hello.cipher_suites;
    uint16_t value;

    while (list_u16_next(&list, &value)) {
        const struct suite *suite = suite_find(value);

        if (suite != NULL && suite->strength != SUITE_STRENGTH_SIGNAL
            && suite->strength < SUITE_STRENGTH_MODERN)
            return false;
    }
    return facts->offer.suites_legacy;
}

/* Who offers P-256 alone offers what every server of TLS 1.3 must have (RFC 8446 section 9.1), and
 * nearly every one of TLS 1.2 has: one that has none of a few modern suites is as likely. Beside
 * suites for everybody, or for TLS 1.3 alone, the group is what is left. */
static enum weight weigh_only_group(const struct facts *facts)
{
    return list_u16_contains(facts->client_extensions.supported_groups.list, GROUP_SECP256R1)
                   && offers_only_modern_suites(facts)
               ? WEIGHT_ORDINARY
               : WEIGHT_UNUSUAL;
}

static enum weight weigh_groups(const struct facts *facts)
{
    struct bytes list = facts->client_extensions.supported_groups.list;
    bool common = list_u16_contains(list, GROUP_SECP256R1) || list_u16_contains(list, GROUP_X25519);
    bool is_profile = list_u16_contains(list, GROUP_SECP384R1);
    size_t count = 0;
    uint16_t group;

    if (!facts->offer.suites_ecdhe)
        return WEIGHT_NONE;
    if (facts->client_extensions.supported_groups.state == EXTENSION_ABSENT)
        return facts->offer.version_max >= TLS_VERSION_1_3 ? WEIGHT_STANDS_OUT : WEIGHT_NONE;
    while (list_u16_next(&list, &group))
        if (!tls_is_grease(group) && (group < GROUP_FFDHE_FIRST || group > GROUP_FFDHE_LAST))
            count++;
    /* P-384 with few suites is a profile of high security (RFC 6460, RFC 9151). Servers have that
     * group more often than the key for which these suites are. */
    if (!common)
        return is_profile && weigh_suites(facts) == WEIGHT_UNUSUAL ? WEIGHT_UNUSUAL
                                                                   : WEIGHT_STANDS_OUT;
    return count == 1 ? weigh_only_group(facts) : weigh_what_is_common(facts);
}

/* What the signature schemes of a list can verify, of the keys that are common: those for EdDSA fit
 * no others (RFC 8446 section 4.2.3). SignatureScheme values up to 0x06ff are
 * {hash, signature} pairs of RFC 5246 section 7.4.1.4.1; the 0x08.. ones are RFC 8446's. */
struct scheme_kinds {
    bool rsa;
    bool pkcs1; /* of those for RSA, one that TLS 1.2 knew from the beginning */
    bool ecdsa;
    bool modern; /* a hash better than SHA-1 */
    bool sha1;
};

static struct scheme_kinds sort_schemes(struct bytes list)
{
    enum { INTRINSIC = 8, SIGNATURE_RSA = 1, SIGNATURE_ECDSA = 3 };
    static const uint8_t intrinsic_rsa[] = {0x04, 0x05, 0x06, 0x09, 0x0a, 0x0b};
    struct scheme_kinds kinds = {0};
    uint16_t scheme;

    while (list_u16_next(&list, &scheme)) {
        uint8_t hash = (uint8_t)(scheme >> 8);
        uint8_t low = (uint8_t)(scheme & 0xff);
        bool rsa = hash == INTRINSIC ? memchr(intrinsic_rsa, low, sizeof(intrinsic_rsa)) != NULL
                                     : low == SIGNATURE_RSA;

        if (tls_is_grease(scheme))
            continue;
        kinds.rsa |= rsa;
        kinds.pkcs1 |= rsa && hash != INTRINSIC;
        kinds.ecdsa |= hash != INTRINSIC && low == SIGNATURE_ECDSA;
        kinds.modern |= hash > HASH_SHA1;
        kinds.sha1 |= hash == HASH_SHA1;
    }
    return kinds;
}

bool offer_omits_sha1(const struct facts *facts)
{
    const struct extension_list *schemes = &facts->client_extensions.signature_algorithms;

    return schemes->state == EXTENSION_WELL_FORMED && !sort_schemes(schemes->list).sha1;
}

/* Without the list SHA-1 is all that the client takes (RFC 5246 section 7.4.1.4.1), which TLS 1.3
 * does not know; where the key is exchanged by RSA, nothing is signed. */
static enum weight weigh_no_schemes(const struct facts *facts)
{
    if (facts->offer.version_max >= TLS_VERSION_1_3)
        return WEIGHT_STANDS_OUT;
    if (!facts->offer.suites_ecdhe)
        return WEIGHT_ORDINARY;
    return offer_is_broad(facts) && captured_after(facts, SHA1_GIVEN_UP) ? WEIGHT_STANDS_OUT
                                                                         : WEIGHT_UNUSUAL;
}

/* With suites for one kind of key the other kind is the matter of the suites. What is left is
 * whether the schemes fit the keys for which there are suites, as servers have them: of RSA
 * signatures those of PKCS#1, since RSASSA-PSS came years after TLS 1.2 and can be turned off.
 * Where the key is exchanged by RSA, nothing is signed. */
static enum weight weigh_schemes_of_one_key(const struct offer *offer,
                                            const struct scheme_kinds *kinds)
{
    bool fit = (offer->suites_rsa && kinds->pkcs1) || (offer->suites_ecdsa && kinds->ecdsa);

    if (!offer->suites_ecdhe || (!offer->suites_rsa && !offer->suites_ecdsa))
        return WEIGHT_NONE;
    return fit && kinds->modern ? WEIGHT_NONE : WEIGHT_UNUSUAL;
}

static enum weight weigh_listed_schemes(const struct facts *facts)
{
    const struct offer *offer = &facts->offer;
    struct scheme_kinds kinds = sort_schemes(facts->client_extensions.signature_algorithms.list);

    if (offer->version_max <= TLS_VERSION_1_2
        && ((!kinds.rsa && !offer->suites_rsa) || (!kinds.ecdsa && !offer->suites_ecdsa)))
        return weigh_schemes_of_one_key(offer, &kinds);
    if (!kinds.rsa || !kinds.ecdsa || !kinds.modern)
        return WEIGHT_STANDS_OUT;
    return weigh_what_is_common(facts);
}

/* A server that serves no suite with ECDHE signs little: RSA key exchange needs no signature. */
static enum weight weigh_schemes(const struct facts *facts)
{
    enum weight weight;

    if (facts->offer.version_max < TLS_VERSION_1_2)
        return WEIGHT_NONE;
    if (facts->client_extensions.signature_algorithms.state == EXTENSION_ABSENT)
        return weigh_no_schemes(facts);
    weight = weigh_listed_schemes(facts);
    return weight > WEIGHT_ORDINARY && offer_wastes_ecdhe(facts) ? WEIGHT_ORDINARY : weight;
}

bool offer_has_http(const struct facts *facts)
{
    return offer_has_protocol(facts, bytes_of("h2", 2))
           || offer_has_protocol(facts, bytes_of("http/1.1", 8));
}

/* HTTPS and its usual alternatives, such as those of the interfaces of Kubernetes and Docker. */
static bool is_web_port(uint16_t port)
{
    static const uint16_t ports[] = {443, 2376, 4433, 4443, 5986, 6443, 8443, 9443, 10250};

    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
        if (ports[i] == port)
            return true;
    return false;
}

/* The port that TLS is for: behind a proxy it is the target's. */
static uint16_t port_of(const struct facts *facts)
{
    return facts->starttls.has_target ? facts->starttls.target.port
                                      : facts->connection->endpoint[SIDE_SERVER].port;
}

/* On the web nearly every client names the server, and servers count on it. Of mail, name service,
 * directories, databases and telephony few clients do. */
static enum weight weigh_no_name(const struct facts *facts)
{
    if (!facts_names_no_server(facts))
        return WEIGHT_NONE;
    return facts->client_hello.has_extensions
                   && (offer_has_http(facts) || is_web_port(port_of(facts)))
               ? WEIGHT_UNUSUAL
               : WEIGHT_ORDINARY;
}

static enum weight weigh_name(const struct facts *facts)
{
    return facts->client_extensions.server_name.state == EXTENSION_WELL_FORMED ? WEIGHT_ORDINARY
                                                                               : WEIGHT_NONE;
}

static enum weight weigh_master_secret(const struct facts *facts)
{
    if (facts->client_extensions.extended_master_secret.state != EXTENSION_ABSENT
        || facts->offer.version_max != TLS_VERSION_1_2 || !offer_is_broad(facts))
        return WEIGHT_NONE;
    return captured_after(facts, MASTER_SECRET_DEMANDED) ? WEIGHT_UNUSUAL : WEIGHT_NONE;
}

/* Nearly all libraries that know encrypt_then_mac (RFC 7366) know what came a year later, too. */
bool offer_never_has_master_secret(const struct facts *facts)
{
    return facts->client_extensions.extended_master_secret.state == EXTENSION_ABSENT
           && facts->client_extensions.encrypt_then_mac.state == EXTENSION_ABSENT;
}

/* Servers that know the mark refuse the hello if they have a better version (RFC 7507 section 3).
 */
static enum weight weigh_fallback(const struct facts *facts)
{
    return facts->offer.fallback_scsv && facts->offer.version_max < TLS_VERSION_1_3
               ? WEIGHT_ORDINARY
               : WEIGHT_NONE;
}

enum weight offer_weigh(const struct facts *facts, enum suspect suspect)
{
    static enum weight (*const weighers[SUSPECTS])(const struct facts *facts) = {
        [SUSPECT_VERSION] = weigh_version,
        [SUSPECT_SUITES] = weigh_suites,
        [SUSPECT_GROUPS] = weigh_groups,
        [SUSPECT_SCHEMES] = weigh_schemes,
        [SUSPECT_NO_NAME] = weigh_no_name,
        [SUSPECT_NAME] = weigh_name,
        [SUSPECT_MASTER_SECRET] = weigh_master_secret,
        [SUSPECT_FALLBACK] = weigh_fallback,
    };

    return weighers[suspect](facts);
}

bool offer_is_unusual(const struct facts *facts, unsigned suspects)
{
    for (size_t suspect = 0; suspect < SUSPECTS; suspect++)
        if ((suspects >> suspect & 1) != 0
            && offer_weigh(facts, (enum suspect)suspect) >= WEIGHT_UNUSUAL)
            return true;
    return false;
}
