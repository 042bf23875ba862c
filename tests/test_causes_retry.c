/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a HelloRetryRequest has to do with the end of a handshake. */
#include "dissect/tls.h"
#include "tests/support/story_opening.h"
#include "tests/support/wire.h"

/* A server asks for a share of P-384, which the modern offer lists. */
static void begin_retry(struct story *story)
{
    struct story_choice retry = story_choice_1_3();

    retry.retry = true;
    retry.share = 24;
    story_begin(story);
    story_modern_hello(story);
    story_server_hello(story, &retry);
}

/* The client answers with this offer, and the share that it is asked for. */
static void answer_retry(struct story *story, struct story_offer offer)
{
    begin_retry(story);
    offer.shares[0] = 24;
    story_client_hello(story, &offer);
}

static void a_retry_that_is_not_answered_has_failed(void)
{
    struct story story;

    begin_retry(&story);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_LIKELY));
}

static void a_second_hello_may_be_what_the_capture_lacks(void)
{
    static const struct {
        uint64_t missed; /* octets of the client */
        enum certainty certainty;
    } rows[] = {{0, CAUSE_LIKELY}, {20, CAUSE_LIKELY}, {1491, CAUSE_POSSIBLE}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;

        begin_retry(&story);
        story.handshake.gap_octets[SIDE_CLIENT] = rows[i].missed;
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR);
        CU_ASSERT_TRUE(story_says(&story, "retry_failed", rows[i].certainty));
    }
}

/* Of what is right in the second one the first hello would tell, which the capture lacks. */
static void a_hello_behind_the_retry_is_the_second_one(void)
{
    struct story_choice retry = story_choice_1_3();
    struct story story;

    retry.retry = true;
    story_begin(&story);
    story_server_hello(&story, &retry);
    story_modern_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_considers(&story, "retry_failed"));
    CU_ASSERT_FALSE(story_says(&story, "retry_failed", CAUSE_LIKELY));
}

/* A share of ML-KEM makes it longer than the first one, which was read. */
static void a_second_hello_of_two_segments_may_be_what_nobody_answers(void)
{
    static const struct {
        uint16_t segment;
        bool is_considered;
    } cases[] = {{1460, true}, {8960, false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static char name[1400 + 1];
        struct story story;
        struct story_offer offer = story_modern_offer();

        begin_retry(&story);
        story.connection.direction[SIDE_CLIENT].largest_segment = cases[i].segment;
        story.connection.direction[SIDE_SERVER].mss = cases[i].segment;
        memset(name, 'a', sizeof(name) - 1);
        offer.name = name;
        offer.shares[0] = 24;
        story_client_hello(&story, &offer);
        story_wait(&story, 10 * STORY_SECOND);
        story_fin(&story, SIDE_CLIENT);
        CU_ASSERT_EQUAL(story_considers(&story, "large_client_hello_intolerance"),
                        cases[i].is_considered);
    }
}

static void a_second_hello_without_the_share_is_certain(void)
{
    struct story story;

    begin_retry(&story);
    story_modern_hello(&story);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_CERTAIN));
}

static void a_second_retry_is_certain(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice retry = story_choice_1_3();

    answer_retry(&story, offer);
    retry.retry = true;
    retry.share = 24;
    story_server_hello(&story, &retry);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_CERTAIN));
}

static void a_retry_that_led_on_is_not_blamed(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    answer_retry(&story, offer);
    story_flight_1_3(&story);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNKNOWN_CA);
    CU_ASSERT_TRUE(story_denies(&story, "retry_failed"));
    CU_ASSERT_TRUE(story_denies(&story, "no_shared_group"));
}

/* The ServerHello broke off: what is protected by it came. */
static void a_retry_whose_answer_was_damaged_led_on(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    answer_retry(&story, offer);
    story_protected(&story, SIDE_SERVER, 900);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_UNEXPECTED_MESSAGE);
    CU_ASSERT_TRUE(story_denies(&story, "retry_failed"));
    CU_ASSERT_TRUE(story_says(&story, "unexpected_message", CAUSE_LIKELY));
}

static void a_retry_with_what_was_not_offered_is_refused_itself(void)
{
    struct story_choice retry = story_choice_1_3();
    struct story story;

    retry.retry = true;
    retry.share = 24;
    retry.compression = 1;
    story_begin_hello(&story);
    story_server_hello(&story, &retry);
    story_fatal(&story, SIDE_CLIENT, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "illegal_parameter", CAUSE_CERTAIN));
    CU_ASSERT_TRUE(story_tells(&story, "illegal_field", "HelloRetryRequest"));
}

static void a_retry_does_not_hide_an_alert_with_a_name(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    answer_retry(&story, offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_NO_APPLICATION_PROTOCOL);
    CU_ASSERT_TRUE(story_denies(&story, "retry_failed"));
    CU_ASSERT_TRUE(story_says(&story, "no_shared_alpn", CAUSE_CERTAIN));
}

/* The client answers as it must, and the server refuses with this alert. */
static void refuse_right_answer(struct story *story, struct story_offer offer,
                                const struct story_choice *retry, uint8_t alert)
{
    story_begin(story);
    story_client_hello(story, &offer);
    story_server_hello(story, retry);
    memcpy(offer.shares, (story_list){retry->share}, sizeof(offer.shares));
    offer.cookie = retry->cookie;
    story_client_hello(story, &offer);
    story_fatal(story, SIDE_SERVER, alert);
}

static struct story_choice retry_with(const char *cookie)
{
    struct story_choice retry = story_choice_1_3();

    retry.retry = true;
    retry.share = 24;
    retry.cookie = cookie;
    return retry;
}

static void after_a_right_answer_names_are_weighed_as_without_a_retry(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice retry = retry_with(NULL);

    refuse_right_answer(&story, offer, &retry, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "internal_error", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "unrecognized_sni"));
    CU_ASSERT_TRUE(story_denies(&story, "retry_failed"));
    offer.name = NULL;
    refuse_right_answer(&story, offer, &retry, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_says(&story, "missing_sni", CAUSE_POSSIBLE));
}

static void after_a_right_answer_schemes_are_weighed_as_without_a_retry(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice retry = retry_with(NULL);

    memcpy(offer.schemes, (story_list){0x0403, 0x0503}, sizeof(offer.schemes));
    refuse_right_answer(&story, offer, &retry, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "no_shared_signature_algorithm", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_denies(&story, "retry_failed"));
}

static void a_complaint_of_a_right_answer_is_about_the_retry(void)
{
    static const uint8_t alerts[] = {TLS_ALERT_ILLEGAL_PARAMETER, TLS_ALERT_UNEXPECTED_MESSAGE,
                                     TLS_ALERT_DECODE_ERROR, TLS_ALERT_DECRYPT_ERROR,
                                     TLS_ALERT_MISSING_EXTENSION};

    for (size_t i = 0; i < sizeof(alerts); i++) {
        struct story story;
        struct story_choice retry = retry_with(NULL);

        refuse_right_answer(&story, story_modern_offer(), &retry, alerts[i]);
        CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_LIKELY));
    }
}

static void a_cookie_can_be_refused_with_any_alert(void)
{
    struct story story;
    struct story_choice retry = retry_with("cookie");

    refuse_right_answer(&story, story_modern_offer(), &retry, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_considers(&story, "retry_failed"));
}

static void a_cookie_that_is_not_returned_is_certain(void)
{
    static const char *const returned[] = {NULL, "cooky"};

    for (size_t i = 0; i < 2; i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();
        struct story_choice retry = retry_with("cookie");

        story_begin_hello(&story);
        story_server_hello(&story, &retry);
        offer.shares[0] = 24;
        offer.cookie = returned[i];
        story_client_hello(&story, &offer);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
        CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_CERTAIN));
    }
}

static void a_second_hello_that_changed_elsewhere_is_likely_what_is_complained_of(void)
{
    for (int i = 0; i < 3; i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        offer.suites[0] = i == 0 ? 0x1302 : offer.suites[0];
        offer.name = i == 1 ? "other.example.com" : offer.name;
        offer.alpn = i == 2 ? NULL : offer.alpn;
        answer_retry(&story, offer);
        story_fatal(&story, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER);
        CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_LIKELY));
        CU_ASSERT_TRUE(story_tells(&story, "hello_changed", "differs from the first"));
    }
}

/* Many servers do not compare the hellos. */
static void a_second_hello_that_changed_may_be_refused_for_another_reason(void)
{
    static const struct {
        int how;
        const char *cause;
        bool is_considered;
    } rows[] = {
        {TLS_ALERT_INTERNAL_ERROR, "internal_error", true},
        {STORY_CLOSES, "server_closed", true},
        {TLS_ALERT_UNSUPPORTED_CERTIFICATE, "no_shared_signature_algorithm", false},
        {TLS_ALERT_ACCESS_DENIED, "peer_alert", false},
        {TLS_ALERT_CERTIFICATE_REQUIRED, "client_certificate_required", false},
        {TLS_ALERT_UNKNOWN_PSK_IDENTITY, "peer_alert", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct story story;
        struct story_offer offer = story_modern_offer();

        offer.alpn = NULL;
        answer_retry(&story, offer);
        story_refuse_how(&story, rows[i].how);
        CU_ASSERT_STRING_EQUAL(story_cause(&story), rows[i].cause);
        CU_ASSERT_EQUAL(story_considers(&story, "retry_failed"), rows[i].is_considered);
    }
}

/* The answer, a hello of these parts, is told to differ from the first one when the server complains
 * of it. */
static bool is_told_to_differ(const struct story_offer *offer, bool other_random)
{
    struct story story;

    begin_retry(&story);
    story_client_hello(&story, offer);
    if (other_random)
        story.transcript[story.handshake.notes[story.handshake.note_count - 1].offset + 2] ^= 1;
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_ILLEGAL_PARAMETER);
    CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_LIKELY));
    return story_tells(&story, "hello_changed", "differs from the first");
}

/* What stands in front of the extensions. */
static void a_second_hello_begins_as_the_first_one(void)
{
    struct story_offer offer = story_modern_offer();

    offer.shares[0] = 24;
    CU_ASSERT_FALSE(is_told_to_differ(&offer, false));
    CU_ASSERT_TRUE(is_told_to_differ(&offer, true));
    offer.session_id = 32;
    CU_ASSERT_TRUE(is_told_to_differ(&offer, false));
    offer.session_id = 0;
    offer.no_compression = true;
    CU_ASSERT_TRUE(is_told_to_differ(&offer, false));
}

static void a_second_hello_without_early_data_is_right(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice retry = retry_with(NULL);

    offer.early_data = true;
    story_begin(&story);
    story_client_hello(&story, &offer);
    story_server_hello(&story, &retry);
    offer.early_data = false;
    offer.shares[0] = 24;
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_denies(&story, "retry_failed"));
}

static void a_close_after_a_right_answer_may_have_any_reason(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice retry = retry_with(NULL);

    answer_retry(&story, offer);
    story_fin(&story, SIDE_SERVER);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "retry_failed"));
    refuse_right_answer(&story, offer, &retry, TLS_ALERT_CLOSE_NOTIFY);
    CU_ASSERT_TRUE(story_says(&story, "server_closed", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "retry_failed"));
}

/* The retry answered the first hello alone. */
static void a_server_that_leaves_a_right_answer_unanswered_is_silent(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    answer_retry(&story, offer);
    story_wait(&story, 6 * STORY_SECOND);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "server_silent", CAUSE_LIKELY));
    CU_ASSERT_TRUE(story_considers(&story, "retry_failed"));
    CU_ASSERT_TRUE(story_considers(&story, "client_abandoned"));

    answer_retry(&story, offer);
    story_fin(&story, SIDE_CLIENT);
    CU_ASSERT_TRUE(story_says(&story, "client_abandoned", CAUSE_LIKELY));
}

static void a_second_hello_that_cannot_be_read_proves_nothing(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();

    begin_retry(&story);
    offer.truncated = true;
    story_client_hello(&story, &offer);
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_INTERNAL_ERROR);
    CU_ASSERT_TRUE(story_considers(&story, "retry_failed"));
    CU_ASSERT_EQUAL(story_certainty(&story, "retry_failed"), CAUSE_POSSIBLE);
}

/* One octet more than the extension says. */
static void a_cookie_in_a_malformed_extension_is_not_returned(void)
{
    struct story story;
    struct story_offer offer = story_modern_offer();
    struct story_choice retry = retry_with("cookie");
    const struct note *hello;
    uint8_t *end;

    story_begin_hello(&story);
    story_server_hello(&story, &retry);
    offer.shares[0] = 24;
    offer.cookie = "cookie+";
    story_client_hello(&story, &offer);
    hello = &story.handshake.notes[story.handshake.note_count - 1];
    end = story.transcript + hello->offset + hello->length; /* the cookie comes last */
    CU_ASSERT_EQUAL_FATAL(end[-8], 7);
    end[-8] = 6;
    story_fatal(&story, SIDE_SERVER, TLS_ALERT_HANDSHAKE_FAILURE);
    CU_ASSERT_TRUE(story_says(&story, "retry_failed", CAUSE_CERTAIN));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a retry that is not answered has failed", a_retry_that_is_not_answered_has_failed},
        {"a second hello may be what the capture lacks",
         a_second_hello_may_be_what_the_capture_lacks},
        {"a hello behind the retry is the second one", a_hello_behind_the_retry_is_the_second_one},
        {"a second hello of two segments may be what nobody answers",
         a_second_hello_of_two_segments_may_be_what_nobody_answers},
        {"a second hello without the share is certain",
         a_second_hello_without_the_share_is_certain},
        {"a second retry is certain", a_second_retry_is_certain},
        {"a retry that led on is not blamed", a_retry_that_led_on_is_not_blamed},
        {"a retry whose answer was damaged led on", a_retry_whose_answer_was_damaged_led_on},
        {"a retry with what was not offered is refused itself",
         a_retry_with_what_was_not_offered_is_refused_itself},
        {"a retry does not hide an alert with a name", a_retry_does_not_hide_an_alert_with_a_name},
        {"after a right answer names are weighed as without a retry",
         after_a_right_answer_names_are_weighed_as_without_a_retry},
        {"after a right answer schemes are weighed as without a retry",
         after_a_right_answer_schemes_are_weighed_as_without_a_retry},
        {"a complaint of a right answer is about the retry",
         a_complaint_of_a_right_answer_is_about_the_retry},
        {"a cookie can be refused with any alert", a_cookie_can_be_refused_with_any_alert},
        {"a cookie that is not returned is certain", a_cookie_that_is_not_returned_is_certain},
        {"a second hello that changed elsewhere is likely what is complained of",
         a_second_hello_that_changed_elsewhere_is_likely_what_is_complained_of},
        {"a second hello that changed may be refused for another reason",
         a_second_hello_that_changed_may_be_refused_for_another_reason},
        {"a second hello begins as the first one", a_second_hello_begins_as_the_first_one},
        {"a second hello without early data is right", a_second_hello_without_early_data_is_right},
        {"a close after a right answer may have any reason",
         a_close_after_a_right_answer_may_have_any_reason},
        {"a server that leaves a right answer unanswered is silent",
         a_server_that_leaves_a_right_answer_unanswered_is_silent},
        {"a second hello that cannot be read proves nothing",
         a_second_hello_that_cannot_be_read_proves_nothing},
        {"a cookie in a malformed extension is not returned",
         a_cookie_in_a_malformed_extension_is_not_returned},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes after a retry", tests);
}
