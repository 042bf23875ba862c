/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/revocation.h"

#include <errno.h>
#include <stdlib.h>

#include "analyze/certificate_parts.h"
#include "analyze/crl_list.h"
#include "analyze/file.h"

struct crl_set {
    struct crl_list *lists;
    size_t count;
    size_t room;
    size_t entries; /* of all lists */
};

struct crl_set *crl_set_new(void)
{
    return calloc(1, sizeof(struct crl_set));
}

void crl_set_free(struct crl_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->count; i++)
        crl_list_free(&set->lists[i]);
    free(set->lists);
    free(set);
}

static bool fail(const char *reason, int system_error, struct crl_error *error)
{
    *error = (struct crl_error){.reason = reason, .system_error = system_error};
    return false;
}

/* The list that another one takes the place of: of the same key and scope. NULL: none. */
static struct crl_list *same_list(struct crl_set *set, const struct crl_list *list)
{
    for (size_t i = 0; i < set->count; i++)
        if (crl_list_is_same(&set->lists[i], list))
            return &set->lists[i];
    return NULL;
}

static bool lists_grow(struct crl_set *set)
{
    size_t room = set->room == 0 ? 16 : set->room * 2;
    struct crl_list *grown;

    if (set->lists != NULL && set->count < set->room)
        return true;
    grown = realloc(set->lists, room * sizeof(*grown));
    if (grown == NULL)
        return false;
    set->lists = grown;
    set->room = room;
    return true;
}

/* Put the newer of two in the place of the older one. */
static void replace(struct crl_set *set, struct crl_list *older, struct crl_list *list)
{
    struct crl_list other = *list;

    if (list->this_update > older->this_update) {
        other = *older;
        *older = *list;
    }
    set->entries -= other.count;
    crl_list_free(&other);
}

bool crl_set_add_der(struct crl_set *set, struct bytes der, struct crl_error *error)
{
    struct crl_list list;
    struct crl_list *older;
    const char *reason = crl_list_read(der, CRL_ENTRIES_MAX - set->entries, &list);

    if (reason != NULL)
        return fail(reason, 0, error);
    older = same_list(set, &list);
    if (older == NULL && (set->count == CRL_LISTS_MAX || !lists_grow(set))) {
        reason = set->count == CRL_LISTS_MAX ? "is one list too many" : "no memory";
        crl_list_free(&list);
        return fail(reason, 0, error);
    }
    set->entries += list.count;
    if (older != NULL)
        replace(set, older, &list);
    else
        set->lists[set->count++] = list;
    return true;
}

/* Add the list in a block of a PEM file; room holds what its base64 says. */
static bool add_block(struct crl_set *set, const struct pem_block *block, uint8_t *room,
                      struct crl_error *error)
{
    size_t length;

    if (!pem_decode(block->body, room, &length))
        return fail("is not base64", 0, error);
    return crl_set_add_der(set, bytes_of(room, length), error);
}

/* Add the lists of a PEM file; *any says whether it has a block at all. One with other blocks alone
 * is refused: nothing would be judged by it, and nobody would know. */
static bool add_pem(struct crl_set *set, struct bytes text, uint8_t *room, bool *any,
                    struct crl_error *error)
{
    static const char label[] = "X509 CRL";
    struct bytes rest = text;
    struct pem_block block;
    enum pem_status status;
    size_t lists = 0;
    bool good = true;

    *any = false;
    while (good && (status = pem_next(text, &rest, &block)) != PEM_NONE) {
        *any = true;
        if (status == PEM_CUT) {
            good = fail("does not end", 0, error);
        } else if (bytes_equal(block.label, bytes_of(label, strlen(label)))) {
            lists++;
            good = add_block(set, &block, room, error);
        }
        if (!good)
            error->offset = block.offset;
    }
    return good && (lists > 0 || !*any || fail("holds no revocation list", 0, error));
}

bool crl_set_add(struct crl_set *set, struct bytes text, struct crl_error *error)
{
    uint8_t *room = malloc(text.len + 3);
    bool any;
    bool good;

    if (room == NULL)
        return fail("no memory", ENOMEM, error);
    good = add_pem(set, text, room, &any, error);
    if (!any)
        good = crl_set_add_der(set, text, error);
    free(room);
    return good;
}

bool crl_set_add_file(struct crl_set *set, const char *path, struct crl_error *error)
{
    struct bytes text;
    const char *reason;
    int system_error;
    bool good;

    if (!file_read(path, CRL_FILE_MAX, &text, &reason, &system_error))
        return fail(reason, system_error, error);
    good = crl_set_add(set, text, error);
    file_free(text);
    return good;
}

size_t crl_set_count(const struct crl_set *set)
{
    return set->count;
}

struct crl_answer crl_set_find(const struct crl_set *set, const struct certificate *certificate)
{
    struct crl_answer answer = {.covered = false};

    if (set == NULL || certificate->reading == CERTIFICATE_UNREADABLE)
        return answer;
    for (size_t i = 0; i < set->count && !answer.revoked; i++) {
        const struct crl_list *list = &set->lists[i];
        const struct crl_entry *entry;

        if (!crl_list_is_of_issuer(list, certificate))
            continue;
        entry = crl_list_find(list, certificate);
        if (entry == NULL && list->is_partial)
            continue;
        answer.covered = true;
        answer.this_update = list->this_update;
        answer.next_update = list->next_update;
        if (entry == NULL)
            continue;
        answer.revoked = true;
        answer.revoked_at = entry->revoked_at;
    }
    return answer;
}
