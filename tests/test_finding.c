/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/finding.h"

#include <stdio.h>

#include "analyze/causes/causes.h"
#include "analyze/issuer_history.h"
#include "tests/support/certificates.h"
#include "tests/support/judged.h"
#include "tests/support/sample.h"
#include "tests/support/wire.h"

struct fixture {
    struct judged judged;
    struct sample sample;
    struct note note;
    char ids[512]; /* each followed by a blank */
};

static void begin(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    judged_begin(&fixture->judged);
    sample_established(&fixture->sample);
    fixture->sample.facts.version = TLS_VERSION_1_2;
    fixture->sample.facts.suite = NULL;
}

static void end(struct fixture *fixture)
{
    judged_end(&fixture->judged);
}

static void show(struct fixture *fixture, const char *files, const char *name)
{
    struct facts *facts = &fixture->sample.facts;
    enum side side = name != NULL ? SIDE_SERVER : SIDE_CLIENT;

    judged_chain(&fixture->judged, files, name, CERTIFICATES_TIME);
    if (name != NULL)
        facts->client_extensions.server_name.host_name = bytes_of(name, strlen(name));
    facts->certificates[side] = &fixture->judged.chain;
    facts->chain[side] = &fixture->judged.judgement;
    facts->server_certificate_note = &fixture->note;
}

static const char *find(struct fixture *fixture)
{
    struct verdict *verdict = &fixture->sample.verdict;
    size_t used = 0;

    verdict->finding_count = 0;
    finding_add_all(&fixture->sample.facts, verdict);
    fixture->ids[0] = '\0';
    for (size_t i = 0; i < verdict->finding_count; i++)
        used += (size_t)snprintf(fixture->ids + used, sizeof(fixture->ids) - used, "%s ",
                                 verdict->findings[i].id);
    return fixture->ids;
}

static const char *text_of(const struct fixture *fixture, size_t place)
{
    CU_ASSERT_FATAL(place < fixture->sample.verdict.finding_count);
    return fixture->sample.verdict.findings[place].text;
}

static void a_good_chain_is_nothing_to_notice(void)
{
    struct fixture fixture;

    begin(&fixture);
    show(&fixture, "leaf intermediate", "www.example.test");
    CU_ASSERT_STRING_EQUAL(find(&fixture), "");
    end(&fixture);
}

static void what_was_accepted_is_noticed(void)
{
    struct fixture fixture;

    begin(&fixture);
    show(&fixture, "leaf_rsa_1024", "www.elsewhere.test");
    fixture.sample.facts.version = TLS_VERSION_1_0;
    CU_ASSERT_STRING_EQUAL(find(&fixture),
                           "obsolete_version incomplete_chain name_mismatch short_key ");
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 3),
                           "the certificate has a short key: RSA of 1024 bits; the client accepted "
                           "it");
    end(&fixture);
}

static void a_client_that_left_at_once_accepted_nothing(void)
{
    struct fixture fixture;

    begin(&fixture);
    show(&fixture, "leaf_rsa_1024 intermediate", "www.example.test");
    fixture.sample.facts.refusal = (struct refusal){.kind = REFUSAL_FIN, .by = SIDE_CLIENT};
    CU_ASSERT_STRING_EQUAL(find(&fixture), "closed_right_after_handshake short_key ");
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 1),
                           "the certificate has a short key: RSA of 1024 bits");
    end(&fixture);
}

/* Nor need one that took its time, which is another matter than leaving at once. */
static void a_client_that_left_later_is_not_said_to_leave_at_once(void)
{
    struct fixture fixture;
    struct note finished = {.side = SIDE_CLIENT, .kind = NOTE_ENCRYPTED_HANDSHAKE};

    begin(&fixture);
    show(&fixture, "leaf_rsa_1024 intermediate", "www.example.test");
    fixture.sample.facts.tls13 = false;
    fixture.sample.facts.finished_note[SIDE_CLIENT] = &finished;
    fixture.sample.facts.refusal = (struct refusal){.kind = REFUSAL_FIN, .by = SIDE_CLIENT};
    fixture.sample.facts.refusal.at.time_ns = finished.at.time_ns + INT64_C(4000000000);
    CU_ASSERT_STRING_EQUAL(find(&fixture), "short_key ");
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 0),
                           "the certificate has a short key: RSA of 1024 bits");
    end(&fixture);
}

static void a_proxy_that_was_asked_for_another_name_is_told(void)
{
    static const struct {
        const char *target;
        bool has_address;
        const char *found;
    } cases[] = {
        {"www.example.test", false, ""},
        {"WWW.example.test.", false, ""},
        {"front.example.test", false, "proxy_target_differs "},
        {"192.0.2.1", true, ""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static const char name[] = "www.example.test";
        struct fixture fixture;
        struct facts *facts = &fixture.sample.facts;

        begin(&fixture);
        facts->client_hello_read = true;
        facts->client_extensions.server_name.host_name = bytes_of(name, strlen(name));
        facts->starttls.has_target = true;
        facts->starttls.target.host = bytes_of(cases[i].target, strlen(cases[i].target));
        facts->starttls.target.has_address = cases[i].has_address;
        CU_ASSERT_STRING_EQUAL(find(&fixture), cases[i].found);
        end(&fixture);
    }
}

/* Let the handshake have failed for this reason. */
static void fail_for(struct fixture *fixture, const struct cause *cause)
{
    fixture->sample.verdict.cause = cause;
    fixture->sample.facts.outcome = OUTCOME_FAILED;
}

static void what_is_the_cause_is_not_noticed_too(void)
{
    struct fixture fixture;

    begin(&fixture);
    show(&fixture, "leaf_rsa_1024", "www.elsewhere.test");
    fail_for(&fixture, &cause_hostname_mismatch);
    CU_ASSERT_STRING_EQUAL(find(&fixture), "incomplete_chain short_key ");
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 1),
                           "the certificate has a short key: RSA of 1024 bits");
    fail_for(&fixture, &cause_weak_certificate);
    CU_ASSERT_STRING_EQUAL(find(&fixture), "incomplete_chain name_mismatch ");
    end(&fixture);
}

static void a_clients_chain_has_findings_of_its_own(void)
{
    struct fixture fixture;

    begin(&fixture);
    show(&fixture, "leaf_expired", NULL);
    CU_ASSERT_STRING_EQUAL(find(&fixture), "client_certificate_expired client_incomplete_chain ");
    CU_ASSERT_PTR_NOT_NULL(strstr(text_of(&fixture, 0), "of the client: the certificate expired"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_of(&fixture, 0), "; the server accepted it"));
    fail_for(&fixture, &cause_client_certificate_rejected);
    CU_ASSERT_STRING_EQUAL(find(&fixture), ""); /* all of it is evidence */
    end(&fixture);
}

static void another_issuer_is_told_with_both_sides(void)
{
    const struct issuer_sighting earlier = {
        .at = {.packet = 7, .time_ns = 1},
        .server = {.address = {.octets = {[10] = 0xff, 0xff, 192, 0, 2, 1}}, .port = 8443},
        .text = "CN=Before",
    };
    struct fixture fixture;

    begin(&fixture);
    show(&fixture, "leaf intermediate", "www.example.test");
    fixture.sample.facts.earlier_issuer = &earlier;
    CU_ASSERT_STRING_EQUAL(find(&fixture), "issuer_changed ");
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 0),
                           "the certificate for this name was issued by CN=Before at "
                           "1970-01-01 00:00:00.000 UTC, "
                           "from 192.0.2.1:8443, and is now issued by CN=Intermediate,O=Test");
    show(&fixture, "leaf", "www.example.test");
    find(&fixture);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text_of(&fixture, 0), "O=Test, which is not in the trust store: somebody may"));
    end(&fixture);
}

static void a_private_issuer_matters_for_public_names(void)
{
    struct fixture fixture;

    begin(&fixture);
    show(&fixture, "leaf_public other_root", "www.example.org");
    CU_ASSERT_STRING_EQUAL(find(&fixture), "private_issuer untrusted_root ");
    show(&fixture, "leaf_public", "www.example.org"); /* the root is left out */
    CU_ASSERT_STRING_EQUAL(find(&fixture), "private_issuer untrusted_root ");
    fixture.judged.judgement.issuer_is_root = false; /* what another connection showed is none */
    fixture.judged.judgement.issuer_seen_completes = true;
    CU_ASSERT_STRING_EQUAL(find(&fixture), "incomplete_chain ");
    show(&fixture, "leaf_elsewhere", "www.example.test"); /* no public name */
    CU_ASSERT_STRING_EQUAL(find(&fixture), "incomplete_chain ");
    show(&fixture, "leaf_public other_root", "www.elsewhere.org"); /* a default certificate */
    CU_ASSERT_STRING_EQUAL(find(&fixture), "untrusted_root name_mismatch ");
    end(&fixture);
}

static void a_capture_of_one_direction_is_noticed_at_what_failed(void)
{
    struct fixture fixture;
    struct facts *facts = &fixture.sample.facts;

    begin(&fixture);
    facts->one_direction_only = true;
    facts->outcome = OUTCOME_INCOMPLETE;
    CU_ASSERT_STRING_EQUAL(find(&fixture), "");
    facts->outcome = OUTCOME_FAILED;
    CU_ASSERT_STRING_EQUAL(find(&fixture), "octets_missed ");
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 0),
                           "the capture has only one direction of this connection");
    fixture.sample.handshake.gap_octets[SIDE_SERVER] = 2019;
    CU_ASSERT_STRING_EQUAL(find(&fixture), "octets_missed ");
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 0),
                           "the capture has only one direction of this connection: it lacks 2019 "
                           "octets of the other");
    facts->one_direction_only = false;
    find(&fixture);
    CU_ASSERT_STRING_EQUAL(text_of(&fixture, 0),
                           "the capture lacks 2019 octets of this connection");
    end(&fixture);
}

int main(void)
{
    static CU_TestInfo tests[] = {
        {"a good chain is nothing to notice", a_good_chain_is_nothing_to_notice},
        {"what was accepted is noticed", what_was_accepted_is_noticed},
        {"a client that left at once accepted nothing",
         a_client_that_left_at_once_accepted_nothing},
        {"a client that left later is not said to leave at once",
         a_client_that_left_later_is_not_said_to_leave_at_once},
        {"what is the cause is not noticed too", what_is_the_cause_is_not_noticed_too},
        {"a client's chain has findings of its own", a_clients_chain_has_findings_of_its_own},
        {"another issuer is told with both sides", another_issuer_is_told_with_both_sides},
        {"a private issuer matters for public names", a_private_issuer_matters_for_public_names},
        {"a proxy that was asked for another name is told",
         a_proxy_that_was_asked_for_another_name_is_told},
        {"a capture of one direction is noticed at what failed",
         a_capture_of_one_direction_is_noticed_at_what_failed},
        CU_TEST_INFO_NULL,
    };

    return suite_run("finding", tests);
}
