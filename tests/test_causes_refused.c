/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is thought of when a server refuses an offer in which little or nothing is unusual, or in
 * which several things are. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

static struct story_offer offer_of(uint16_t version, const story_list suites)
{
    struct story_offer offer = story_modern_offer();

    offer.legacy_version = version;
    memcpy(offer.suites, suites, sizeof(offer.suites));
    memset(offer.versions, 0, sizeof(offer.versions));
    memset(offer.shares, 0, sizeof(offer.shares));
    if (version < TLS_VERSION_1_2)
        memset(offer.schemes, 0, sizeof(offer.schemes));
    return offer;
}

static void an_offer_of_tls_1_3_that_fits_everywhere_leaves_groups_and_schemes_open(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_signature_algorithm"));
    CU_ASSERT_STRING_EQUAL(story.verdict.alternatives[0]->id, "unrecognized_sni");
    CU_ASSERT_TRUE(story_tells(&story, "server_name", ""));
    CU_ASSERT_TRUE(story_tells(&story, "offered_groups", ""));
    CU_ASSERT_TRUE(story_tells(&story, "offered_signature_schemes", ""));
}

static void without_the_mandatory_suite_common_groups_are_not_thought_of(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.suites, (story_list){0x1303, 0xc02b, 0xc02f, 0xc009, 0xc013, 0x009c},
           sizeof(offer.suites));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_signature_algorithm"));
}

static void what_is_common_is_not_thought_of_where_something_stands_out(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.groups, (story_list){25}, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_signature_algorithm"));
}

static void other_alerts_are_not_about_what_is_common(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_UNEXPECTED_MESSAGE,
                                     TLS_ALERT_INTERNAL_ERROR, TLS_ALERT_ACCESS_DENIED};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        story_refuse_offer(&story, &offer, alerts[i]);
        CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
        CU_ASSERT_TRUE(story_denies(&story, "no_shared_signature_algorithm"));
    }
}

static void what_is_common_is_not_thought_of_after_a_server_hello(void)
{
    struct story story;
    struct story_choice choice = story_choice_1_2();

    story_begin(&story);
    story_modern_hello(&story);
    story_server_hello(&story, &choice);
    story_certificate(&story, SIDE_SERVER);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_signature_algorithm"));
}

/* RSA_PSK has a certificate, and a pre-shared key beside it. */
static void suites_that_no_certificate_alone_can_serve_stand_out(void)
{
    struct story story;
    struct story_offer offer =
        offer_of(TLS_VERSION_1_2, (story_list){0x00a8, 0x00aa, 0x00ac, 0x008c, 0xc035});

    offer.name = NULL;
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "missing_sni"));
    CU_ASSERT_TRUE(story_tells(&story, "suites_without_certificate", ""));
}

/* There is an alert for versions, but for SSL 3.0. */
static void a_general_alert_to_an_old_offer_may_mean_its_suites(void)
{
    static const struct {
        uint16_t version;
        story_list suites;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {TLS_VERSION_1_1, {0x002f, 0x0035}, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_POSSIBLE},
        {TLS_VERSION_1_0, {0xc009, 0xc00a}, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_POSSIBLE},
        {TLS_VERSION_1_1,
         {0xc009, 0xc00a, 0xc013, 0xc014, 0x002f},
         TLS_ALERT_HANDSHAKE_FAILURE,
         CAUSE_LIKELY},
        {TLS_VERSION_1_1, {0x002f, 0x0035}, TLS_ALERT_PROTOCOL_VERSION, CAUSE_CERTAIN},
        {TLS_VERSION_SSL3, {0x002f, 0x0035}, TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_LIKELY},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_offer offer = offer_of(rows[i].version, rows[i].suites);

        story_refuse_offer(&story, &offer, rows[i].alert);
        CU_ASSERT_TRUE(story_says(&story, "version_mismatch", rows[i].certainty));
        if (rows[i].certainty < CAUSE_CERTAIN)
            CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    }
}

static void access_denied_before_any_certificate_may_be_about_the_name(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_ACCESS_DENIED);
    CU_ASSERT_TRUE(story_says(&story, "peer_alert", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "server_name", ""));
    offer.name = NULL;
    story_refuse_offer(&story, &offer, TLS_ALERT_ACCESS_DENIED);
    CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_POSSIBLE));
}

static void internal_error_may_be_about_the_name_that_was_asked_for(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
}

static void internal_error_may_be_about_the_name_in_a_narrow_offer(void)
{
    struct story story;
    struct story_offer offer = offer_of(TLS_VERSION_1_2, (story_list){0xc02f, 0xc030, 0xc013});

    story_refuse_offer(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "unrecognized_sni"));
}

/* EdDSA signs for keys that few servers have. */
static void schemes_of_eddsa_serve_no_ecdsa_key(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.schemes, (story_list){0x0807, 0x0808, 0x0804, 0x0805, 0x0401},
           sizeof(offer.schemes));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
}

static void internal_error_may_be_about_rare_groups(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.groups, (story_list){25, 30}, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_group", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "internal_error"));
    memcpy(offer.groups, (story_list){23}, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
}

/* RFC 6066 section 3: a host name has at least one octet. */
static void an_empty_name_is_no_name(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.name = "";
    story_refuse_offer(&story, &offer, TLS_ALERT_UNRECOGNIZED_NAME);
    CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_denies(&story, "unrecognized_sni"));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_LIKELY));
}

/* The server ends the connection behind this offer. */
static void close_on(struct story *story, const struct story_offer *offer,
                     void (*end)(struct story *story, enum side side))
{
    story_begin(story);
    story_client_hello(story, offer);
    end(story, SIDE_SERVER);
}

static void a_close_may_be_about_the_name(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    close_on(&story, &offer, story_fin);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    close_on(&story, &offer, story_rst);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
}

static void a_close_may_be_about_a_version_that_stands_alone(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.versions, (story_list){TLS_VERSION_1_3}, sizeof(offer.versions));
    close_on(&story, &offer, story_fin);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
    close_on(&story, &offer, story_rst);
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
    offer = offer_of(TLS_VERSION_1_2, (story_list){0xc02b, 0xc02f, 0x009c});
    close_on(&story, &offer, story_fin);
    CU_ASSERT_TRUE(story_considers(&story, "version_mismatch"));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
}

/* Better suites than those of TLS 1.1 came with TLS 1.2. */
static void insufficient_security_may_be_about_a_version_without_better_suites(void)
{
    static const story_list ordinary = {0xc009, 0xc013, 0x002f};
    static const story_list obsolete = {0x0004, 0x0005};
    struct story story;
    struct story_offer offer = offer_of(TLS_VERSION_1_1, ordinary);

    story_refuse_offer(&story, &offer, TLS_ALERT_INSUFFICIENT_SECURITY);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    offer = offer_of(TLS_VERSION_1_1, obsolete);
    story_refuse_offer(&story, &offer, TLS_ALERT_INSUFFICIENT_SECURITY);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
}

/* A key for this server says that it spoke that version. */
static void a_client_with_a_key_knows_that_the_server_has_tls_1_3(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.versions, (story_list){TLS_VERSION_1_3}, sizeof(offer.versions));
    memcpy(offer.suites, (story_list){0x1301, 0x1302}, sizeof(offer.suites));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "version_mismatch", CAUSE_POSSIBLE));
    story.facts.client_extensions.pre_shared_key.state = EXTENSION_WELL_FORMED;
    diagnose(&story.facts, &story.verdict);
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_tells(&story, "offered_pre_shared_key", ""));
}

/* The suites are obsolete, but unexpected_message is not about them. */
static void what_a_refusal_cannot_be_about_is_no_rival(void)
{
    struct story story;
    struct story_offer offer = offer_of(TLS_VERSION_1_2, (story_list){0xc011}); /* ECDHE with RC4 */

    memcpy(offer.groups, (story_list){25}, sizeof(offer.groups));
    story_refuse_offer(&story, &offer, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_group"));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_cipher"));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
}

/* Some servers send it to whatever they do not like about an offer. */
static void illegal_parameter_with_no_wrong_field_is_possible_only(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
    offer.name = NULL;
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "missing_sni"));
    offer.broken = TLS_EXTENSION_PRE_SHARED_KEY;
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_LIKELY));
    offer = offer_of(TLS_VERSION_1_2, (story_list){0xc02f, 0xc02b});
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_POSSIBLE));
    CU_ASSERT_TRUE(story_considers(&story, "illegal_parameter"));
}

/* Most servers take such a name, which is why it explains no other alert. */
static void a_name_that_is_no_host_name_is_a_wrong_field(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    offer.name = "my_host.example.test";
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_tells(&story, "illegal_field", ""));
    CU_ASSERT_EQUAL(story.verdict.alternative_count, 1); /* the name, and not the suites */
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "illegal_parameter"));
}

/* Go does not parse the hello; of other names it says nothing. */
static void a_name_with_a_dot_at_its_end_is_what_go_cannot_read(void)
{
    static const struct {
        const char *name;
        uint8_t alert;
        enum certainty certainty;
    } rows[] = {
        {"www.example.test.", TLS_ALERT_UNEXPECTED_MESSAGE, CAUSE_LIKELY},
        {"www.example.test.", TLS_ALERT_DECODE_ERROR, CAUSE_LIKELY},
        {"www.example.test.", TLS_ALERT_HANDSHAKE_FAILURE, CAUSE_NO},
        {"my_host.example.test", TLS_ALERT_UNEXPECTED_MESSAGE, CAUSE_NO},
        {"www.example.test", TLS_ALERT_UNEXPECTED_MESSAGE, CAUSE_NO},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        offer.name = rows[i].name;
        story_refuse_offer(&story, &offer, rows[i].alert);
        CU_ASSERT_EQUAL(story_certainty(&story, "illegal_parameter"), rows[i].certainty);
        if (rows[i].certainty == CAUSE_LIKELY)
            CU_ASSERT_STRING_EQUAL(story_cause(&story), "illegal_parameter");
    }
}

/* With ECDSA suites alone. */
static struct story_offer narrow_offer(void)
{
    return offer_of(TLS_VERSION_1_2, (story_list){0xc02b, 0xc02c, 0xc009});
}

/* The server answers the hello with an alert that gives no reason, so long after it. */
static void cancel(struct story *story, uint8_t alert, int64_t after_ns)
{
    struct story_offer offer = narrow_offer();

    story_begin(story);
    story_client_hello(story, &offer);
    story_wait(story, after_ns);
    story_alert(story, SIDE_SERVER, TLS_ALERT_LEVEL_WARNING, alert);
    story_fin(story, SIDE_SERVER);
}

/* A library that closes in an orderly way because it found nothing to choose. */
static void close_notify_may_stand_for_handshake_failure(void)
{
    struct story story;

    cancel(&story, TLS_ALERT_CLOSE_NOTIFY, STORY_MILLISECOND);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_cipher", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "server_closed"));
}

static void close_notify_after_a_pause_stands_for_a_time_out(void)
{
    struct story story;

    cancel(&story, TLS_ALERT_CLOSE_NOTIFY, 5 * STORY_SECOND);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_cipher"));
}

/* RFC 8446 section 6.1: it is for a reason that is not one of the protocol. */
static void user_canceled_stands_for_itself(void)
{
    struct story story;

    cancel(&story, TLS_ALERT_USER_CANCELED, STORY_MILLISECOND);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
}

/* Nothing but the RST came from the server: it may be another host's. */
static void a_reset_of_an_unknown_host_is_about_nothing_ordinary(void)
{
    struct story_offer offer = story_modern_offer();
    struct story story;

    memcpy(offer.versions, (story_list){TLS_VERSION_1_3}, sizeof(offer.versions));
    close_on(&story, &offer, story_rst);
    story.connection.direction[SIDE_SERVER].hop_limit = 0;
    CU_ASSERT_TRUE(story_denies(&story, "version_mismatch"));
    CU_ASSERT_TRUE(story_denies(&story, "unrecognized_sni"));
}

static void a_share_of_a_group_that_is_not_listed_is_a_wrong_field(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    memcpy(offer.groups, (story_list){24}, sizeof(offer.groups));
    memcpy(offer.shares, (story_list){29}, sizeof(offer.shares));
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "illegal_field", ""));
    story_refuse_offer(&story, &offer, TLS_ALERT_HANDSHAKE_FAILURE); /* few servers look at it */
    CU_ASSERT_TRUE(story_denies(&story, "illegal_parameter"));
    memcpy(offer.shares, (story_list){24}, sizeof(offer.shares));
    story_refuse_offer(&story, &offer, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_FALSE(story_tells(&story, "illegal_field", ""));
}

/* A RST of the server with this hop limit, whose other packets have 57 and another one. */
static void reset_among(struct story *story, uint8_t hop_limit, uint8_t other)
{
    story_begin_hello(story);
    story_rst(story, SIDE_SERVER);
    sent_by(story, SIDE_SERVER)->hop_limit_other = other;
    direction_have_trouble(sent_by(story, SIDE_SERVER))->reset.hop_limit = hop_limit;
}

/* Packets of the server came by several ways: one more of them is no sign of another sender. */
static void a_rst_among_hop_limits_that_vary_tells_less(void)
{
    struct story story;

    reset_among(&story, 55, 57);
    CU_ASSERT_TRUE(story_says(&story, "middlebox_reset", CAUSE_LIKELY));
    reset_among(&story, 55, 56);
    CU_ASSERT_EQUAL(story_certainty(&story, "middlebox_reset"), CAUSE_POSSIBLE);
    CU_ASSERT_TRUE(story_says(&story, "reset_by_server", CAUSE_LIKELY));
    reset_among(&story, 56, 56);
    CU_ASSERT_TRUE(story_denies(&story, "middlebox_reset"));
}

/* RFC 8446 section 6.2: it speaks of suites first of all, whatever stands out. */
static void handshake_failure_may_always_be_about_suites(void)
{
    struct story_offer offer = story_offer_1_2();
    struct story story;

    memset(offer.schemes, 0, sizeof(offer.schemes));
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "no_shared_cipher"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a RST among hop limits that vary tells less",
         a_rst_among_hop_limits_that_vary_tells_less},
        {"an offer of TLS 1.3 that fits everywhere leaves groups and schemes open",
         an_offer_of_tls_1_3_that_fits_everywhere_leaves_groups_and_schemes_open},
        {"without the mandatory suite common groups are not thought of",
         without_the_mandatory_suite_common_groups_are_not_thought_of},
        {"what is common is not thought of where something stands out",
         what_is_common_is_not_thought_of_where_something_stands_out},
        {"other alerts are not about what is common", other_alerts_are_not_about_what_is_common},
        {"what is common is not thought of after a ServerHello",
         what_is_common_is_not_thought_of_after_a_server_hello},
        {"suites that no certificate alone can serve stand out",
         suites_that_no_certificate_alone_can_serve_stand_out},
        {"a general alert to an old offer may mean its suites",
         a_general_alert_to_an_old_offer_may_mean_its_suites},
        {"access_denied before any certificate may be about the name",
         access_denied_before_any_certificate_may_be_about_the_name},
        {"internal_error may be about the name that was asked for",
         internal_error_may_be_about_the_name_that_was_asked_for},
        {"internal_error may be about the name in a narrow offer",
         internal_error_may_be_about_the_name_in_a_narrow_offer},
        {"schemes of EdDSA serve no ECDSA key", schemes_of_eddsa_serve_no_ecdsa_key},
        {"an empty name is no name", an_empty_name_is_no_name},
        {"a close may be about the name", a_close_may_be_about_the_name},
        {"a close may be about a version that stands alone",
         a_close_may_be_about_a_version_that_stands_alone},
        {"internal_error may be about rare groups", internal_error_may_be_about_rare_groups},
        {"insufficient_security may be about a version without better suites",
         insufficient_security_may_be_about_a_version_without_better_suites},
        {"a client with a key knows that the server has TLS 1.3",
         a_client_with_a_key_knows_that_the_server_has_tls_1_3},
        {"what a refusal cannot be about is no rival", what_a_refusal_cannot_be_about_is_no_rival},
        {"illegal_parameter with no wrong field is possible only",
         illegal_parameter_with_no_wrong_field_is_possible_only},
        {"a name with a dot at its end is what Go cannot read",
         a_name_with_a_dot_at_its_end_is_what_go_cannot_read},
        {"a name that is no host name is a wrong field",
         a_name_that_is_no_host_name_is_a_wrong_field},
        {"close_notify may stand for handshake_failure",
         close_notify_may_stand_for_handshake_failure},
        {"close_notify after a pause stands for a time-out",
         close_notify_after_a_pause_stands_for_a_time_out},
        {"user_canceled stands for itself", user_canceled_stands_for_itself},
        {"a reset of an unknown host is about nothing ordinary",
         a_reset_of_an_unknown_host_is_about_nothing_ordinary},
        {"a share of a group that is not listed is a wrong field",
         a_share_of_a_group_that_is_not_listed_is_a_wrong_field},
        {"handshake_failure may always be about suites",
         handshake_failure_may_always_be_about_suites},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes of refused offers", tests);
}
