/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judge chains for check_chain_agreement. Each line of the standard input asks for one:
 *
 *   STORE <tab> MESSAGE <tab> SECONDS <tab> server|client <tab> NAME
 *
 * STORE is a trust store, MESSAGE a file with the body of a Certificate message up to TLS 1.2, NAME
 * may be empty. Each line of the output answers one, with the same separators: the end of the path,
 * then validity, purpose and weakness with their depths, and the name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/chain.h"

enum { MESSAGE_MAX = 2 * 1024 * 1024 };

static bool read_message(const char *path, struct certificate_list *list)
{
    static uint8_t octets[MESSAGE_MAX];
    FILE *file = fopen(path, "rb");
    size_t length;

    if (file == NULL) {
        perror(path);
        return false;
    }
    length = fread(octets, 1, sizeof(octets), file);
    fclose(file);
    return certificate_list_parse(bytes_of(octets, length), TLS_VERSION_1_2, list);
}

static const char *purpose_name(enum chain_purpose_problem problem)
{
    static const char *const names[] = {
        [PURPOSE_OK] = "ok",
        [PURPOSE_EXTENDED_KEY_USAGE] = "extended_key_usage",
        [PURPOSE_KEY_USAGE] = "key_usage",
        [PURPOSE_CA_AS_LEAF] = "ca_as_leaf",
        [PURPOSE_NOT_CA] = "not_ca",
        [PURPOSE_NO_CERT_SIGN] = "no_cert_sign",
        [PURPOSE_PATH_LENGTH] = "path_length",
        [PURPOSE_NAME_CONSTRAINTS] = "name_constraints",
        [PURPOSE_SUITE_KEY_USAGE] = "suite_key_usage",
        [PURPOSE_ANY_ONLY] = "any_purpose_only",
    };

    return names[problem];
}

static const char *match_name(enum name_match match)
{
    static const char *const names[] = {
        [NAME_MATCH_NOT_CHECKED] = "not_checked",       [NAME_MATCH_SAN] = "match",
        [NAME_MATCH_COMMON_NAME] = "match_common_name", [NAME_MATCH_MISMATCH] = "mismatch",
        [NAME_MATCH_UNDECIDED] = "undecided",
    };

    return names[match];
}

static void print(const struct chain_judgement *judgement)
{
    static const char *const validities[] = {
        [VALIDITY_UNKNOWN] = "unknown",
        [VALIDITY_OK] = "ok",
        [VALIDITY_EXPIRED] = "expired",
        [VALIDITY_NOT_YET] = "not_yet",
    };

    printf("%s\t%s %zu\t%s %zu\t%s %zu\t%s\n", chain_end_name(judgement->end),
           validities[judgement->validity], judgement->validity_depth,
           purpose_name(judgement->purpose), judgement->purpose_depth,
           judgement->weakness != 0 ? "weak" : "ok", judgement->weakness_depth,
           match_name(judgement->name));
}

static bool judge(char *const fields[5], struct certificate_cache *cache)
{
    struct trust_store *trust = trust_store_new(fields[0]);
    struct chain_question question = {
        .role = strcmp(fields[3], "client") == 0 ? CHAIN_CLIENT : CHAIN_SERVER,
        .at = strtoll(fields[2], NULL, 10),
        .server_name = bytes_of(fields[4], strlen(fields[4])),
        .trust = trust,
    };
    struct certificate_list list;
    struct chain chain;
    struct chain_judgement judgement;
    bool good = trust != NULL && read_message(fields[1], &list);

    if (good) {
        chain_collect(&chain, &list, cache);
        chain_judge(&chain, &question, &judgement);
        print(&judgement);
    }
    trust_store_free(trust);
    return good;
}

int main(void)
{
    struct certificate_cache *cache = certificate_cache_new(NULL);
    char line[4096];
    bool good = cache != NULL;

    while (good && fgets(line, sizeof(line), stdin) != NULL) {
        char *fields[5];
        char *rest = line;

        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < 5; i++)
            fields[i] = strsep(&rest, "\t");
        good = fields[4] != NULL && judge(fields, cache);
    }
    certificate_cache_free(cache);
    return good ? 0 : 1;
}
