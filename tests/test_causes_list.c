/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>

#include "analyze/cause.h"
#include "dissect/names.h"
#include "tests/support/wire.h"

/* Fails with the name of the cause that is at fault. */
static void check(bool right, const struct cause *cause, const char *what)
{
    if (!right)
        fprintf(stderr, "%s: %s\n", cause->id, what);
    CU_ASSERT_TRUE(right);
}

static bool is_unknown(const struct cause *cause)
{
    return strcmp(cause->id, "unknown") == 0;
}

static bool is_snake_case(const char *id)
{
    if (!islower((unsigned char)id[0]) || id[strlen(id) - 1] == '_')
        return false;
    for (const char *at = id; *at != '\0'; at++)
        if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '_')
            return false;
    return strstr(id, "__") == NULL;
}

static void every_identifier_is_lower_snake_case_and_unique(void)
{
    for (size_t i = 0; i < cause_count; i++) {
        check(is_snake_case(cause_list[i]->id), cause_list[i], "no identifier");
        check(cause_find(cause_list[i]->id) == cause_list[i], cause_list[i], "not unique");
    }
    CU_ASSERT_PTR_NULL(cause_find("no_such_cause"));
    CU_ASSERT_PTR_NULL(cause_find(""));
}

static void every_cause_has_all_its_texts(void)
{
    for (size_t i = 0; i < cause_count; i++) {
        const struct cause *cause = cause_list[i];

        check(strlen(cause->title) >= 20, cause, "title");
        check(strlen(cause->explanation) >= 80, cause, "explanation");
        check(strlen(cause->remedy) >= 60, cause, "remedy");
        check(cause->reported_as != NULL, cause, "reported_as");
        if (is_unknown(cause))
            continue;
        check(cause->reported_as != NULL && strlen(cause->reported_as) >= 20, cause,
              "reported_as is short");
        check(cause->source != NULL && strstr(cause->source, "RFC ") != NULL, cause,
              "source without RFC");
        check(strchr(cause->remedy, '`') != NULL, cause, "remedy without a command");
        check(cause->match != NULL, cause, "no rule");
    }
}

static void titles_are_one_line_without_full_stop(void)
{
    for (size_t i = 0; i < cause_count; i++) {
        const char *title = cause_list[i]->title;

        check(strlen(title) <= 100, cause_list[i], "title too long");
        check(title[strlen(title) - 1] != '.', cause_list[i], "title with full stop");
        check(strchr(title, '\n') == NULL, cause_list[i], "title of several lines");
    }
}

static void explanations_and_remedies_are_sentences(void)
{
    for (size_t i = 0; i < cause_count; i++) {
        const char *explanation = cause_list[i]->explanation;
        const char *remedy = cause_list[i]->remedy;

        check(explanation[strlen(explanation) - 1] == '.', cause_list[i], "explanation");
        check(remedy[strlen(remedy) - 1] == '.', cause_list[i], "remedy");
        check(strstr(explanation, "  ") == NULL && strstr(remedy, "  ") == NULL, cause_list[i],
              "two spaces");
    }
}

/* One that is about one side alone is no help where the other one has the fault. */
static void remedies_are_for_all_that_a_cause_covers(void)
{
    static const struct {
        const char *cause;
        const char *words;
    } rows[] = {
        {"certificate_expired", "-showcerts"}, /* it may be an issuer's */
        {"certificate_not_yet_valid", "-showcerts"},
        {"certificate_purpose", "-showcerts"},
        {"weak_certificate", "-showcerts"},
        {"legacy_renegotiation", "-tls1_2"}, /* TLS 1.3 has no renegotiation at all */
        {"certificate_rejected", "Up to TLS 1.2"},
        {"untrusted_ca", "-showcerts </dev/null"},
        {"no_shared_signature_algorithm", "-servername NAME </dev/null"},
        {"icmp_unreachable", "`ip route get SERVER`"},
        {"icmp_unreachable", "`ip route get CLIENT`"},
        {"middlebox_reset", "the host in whose name"},
        {"connect_timeout", "`ss -ltn`"},
        {"malformed_record", "Where only their receiver complains"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct cause *cause = cause_find(rows[i].cause);

        check(strstr(cause->remedy, rows[i].words) != NULL, cause, rows[i].words);
    }
}

static void alerts_are_registered_codes(void)
{
    for (size_t i = 0; i < cause_count; i++) {
        const struct cause_alerts *alerts = &cause_list[i]->alerts;

        for (size_t j = 0; j < alerts->count; j++)
            check(names_alert(alerts->codes[j]) != NULL, cause_list[i], "alerts");
    }
}

static void unknown_is_the_last_and_only_one_without_a_rule(void)
{
    CU_ASSERT_STRING_EQUAL(cause_list[cause_count - 1]->id, "unknown");
    CU_ASSERT_PTR_NULL(cause_list[cause_count - 1]->match);
    for (size_t i = 0; i + 1 < cause_count; i++)
        check(!is_unknown(cause_list[i]), cause_list[i], "not the last");
}

/* The product's vocabulary: a cause may be added, none is renamed or dropped. */
static void the_vocabulary_is_complete(void)
{
    static const char *const ids[] = {
        "version_mismatch",
        "no_shared_cipher",
        "no_shared_group",
        "no_shared_signature_algorithm",
        "no_shared_alpn",
        "inappropriate_fallback",
        "legacy_renegotiation",
        "missing_extended_master_secret",
        "weak_parameters",
        "downgrade_detected",
        "retry_failed",
        "missing_sni",
        "unrecognized_sni",
        "bad_certificate",
        "certificate_rejected",
        "certificate_expired",
        "certificate_not_yet_valid",
        "client_clock_skew",
        "hostname_mismatch",
        "incomplete_chain",
        "self_signed",
        "weak_certificate",
        "certificate_purpose",
        "certificate_revoked",
        "untrusted_ca",
        "ocsp_response_bad",
        "client_certificate_required",
        "client_certificate_rejected",
        "connect_timeout",
        "connection_refused",
        "icmp_unreachable",
        "mtu_blackhole",
        "large_client_hello_intolerance",
        "middlebox_reset",
        "reset_by_server",
        "reset_by_client",
        "server_closed",
        "client_abandoned",
        "server_silent",
        "packet_loss",
        "plaintext_on_tls_port",
        "server_not_tls",
        "starttls_refused",
        "malformed_record",
        "record_corruption",
        "unexpected_message",
        "illegal_parameter",
        "internal_error",
        "peer_alert",
        "unknown",
    };

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        if (cause_find(ids[i]) == NULL)
            fprintf(stderr, "%s is missing\n", ids[i]);
        CU_ASSERT_PTR_NOT_NULL(cause_find(ids[i]));
    }
}

static void certainties_and_layers_have_names(void)
{
    CU_ASSERT_STRING_EQUAL(certainty_name(CAUSE_NO), "none");
    CU_ASSERT_STRING_EQUAL(certainty_name(CAUSE_POSSIBLE), "possible");
    CU_ASSERT_STRING_EQUAL(certainty_name(CAUSE_LIKELY), "likely");
    CU_ASSERT_STRING_EQUAL(certainty_name(CAUSE_CERTAIN), "certain");
    for (size_t i = 0; i < cause_count; i++)
        check(is_snake_case(layer_name(cause_list[i]->layer)), cause_list[i], "layer");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every identifier is lower_snake_case and unique",
         every_identifier_is_lower_snake_case_and_unique},
        {"every cause has all its texts", every_cause_has_all_its_texts},
        {"titles are one line without full stop", titles_are_one_line_without_full_stop},
        {"explanations and remedies are sentences", explanations_and_remedies_are_sentences},
        {"remedies are for all that a cause covers", remedies_are_for_all_that_a_cause_covers},
        {"alerts are registered codes", alerts_are_registered_codes},
        {"unknown is the last and only one without a rule",
         unknown_is_the_last_and_only_one_without_a_rule},
        {"the vocabulary is complete", the_vocabulary_is_complete},
        {"certainties and layers have names", certainties_and_layers_have_names},
        CU_TEST_INFO_NULL,
    };

    return suite_run("causes, the list", tests);
}
