/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/trust.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "analyze/certificate_parts.h"
#include "analyze/file.h"

/* An anchor: what finds it, and its facts once somebody asked for them. */
struct anchor {
    struct certificate_name_id subject_id;
    struct bytes der; /* in one of the store's files */
    struct certificate *certificate;
};

struct trust_store {
    char *path;
    enum trust_state state;
    bool reads_none;        /* its files are read elsewhere, see trust_store_read_none */
    struct anchor *anchors; /* sorted by subject once loaded */
    size_t count;
    size_t first[256 + 1]; /* anchor whose subject begins with this octet or a higher one */
    size_t room;
    uint8_t **files; /* decoded contents that the anchors point into */
    size_t file_count;
    struct trust_error errors[TRUST_ERRORS_MAX];
    size_t error_count;
    size_t errors_further;
};

/* Where systems keep their bundle. */
static const char *const system_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Arch, Gentoo */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* the same, newer */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/etc/ssl/cert.pem",                                 /* Alpine, BSDs, macOS */
    "/usr/local/share/certs/ca-root-nss.crt",            /* FreeBSD's package */
};

struct trust_store *trust_store_new(const char *path)
{
    struct trust_store *store = calloc(1, sizeof(*store));

    if (store == NULL || path == NULL)
        return store;
    store->path = strdup(path);
    if (store->path == NULL) {
        free(store);
        return NULL;
    }
    return store;
}

void trust_store_free(struct trust_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->count; i++)
        free(store->anchors[i].certificate);
    for (size_t i = 0; i < store->file_count; i++)
        free(store->files[i]);
    free(store->anchors);
    free(store->files);
    free(store->path);
    free(store);
}

/* What a file is known by while it is read. */
struct file_place {
    const char *path;
    size_t offset;
};

static void note_error(struct trust_store *store, struct file_place place, const char *reason,
                       int system_error)
{
    size_t length = strlen(place.path);
    size_t max = sizeof(store->errors[0].file) - 1;
    struct trust_error *error;

    if (store->error_count == TRUST_ERRORS_MAX) {
        store->errors_further++;
        return;
    }
    error = &store->errors[store->error_count++];
    *error = (struct trust_error){
        .offset = place.offset, .reason = reason, .system_error = system_error};
    if (length <= max)
        snprintf(error->file, sizeof(error->file), "%s", place.path);
    else
        snprintf(error->file, sizeof(error->file), "...%s", place.path + length - (max - 3));
}

static bool anchors_grow(struct trust_store *store)
{
    size_t room = store->room == 0 ? 256 : store->room * 2;
    struct anchor *grown;

    if (store->count < store->room)
        return true;
    grown = realloc(store->anchors, room * sizeof(*grown));
    if (grown == NULL)
        return false;
    store->anchors = grown;
    store->room = room;
    return true;
}

/* Keep one certificate, whose DER is the store's. */
static void add_anchor(struct trust_store *store, struct bytes der, struct file_place place)
{
    struct certificate_outline outline;
    struct certificate_name_text subject = {.text = NULL};

    if (!certificate_outline_read(der, &outline)
        || !certificate_distinguished_name_read(outline.subject, &subject)) {
        note_error(store, place, "is not a certificate", 0);
        return;
    }
    /* OpenSSL's TRUSTED CERTIFICATE has its own data after the certificate. */
    der.len -= outline.after.len;
    if (store->count == TRUST_ANCHORS_MAX) {
        note_error(store, place, "is one certificate too many", 0);
        return;
    }
    if (!anchors_grow(store)) {
        note_error(store, place, "no memory", ENOMEM);
        return;
    }
    store->anchors[store->count++] = (struct anchor){.subject_id = subject.id, .der = der};
}

static bool is_certificate_label(struct bytes label)
{
    static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"};

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (bytes_equal(label, bytes_of(labels[i], strlen(labels[i]))))
            return true;
    return false;
}

/* Make octets the store's. NULL: no memory, and nothing changed. */
static uint8_t *keep_file(struct trust_store *store, size_t size)
{
    uint8_t **grown = realloc(store->files, (store->file_count + 1) * sizeof(*grown));
    uint8_t *octets;

    if (grown == NULL)
        return NULL;
    store->files = grown;
    octets = malloc(size);
    if (octets != NULL)
        store->files[store->file_count++] = octets;
    return octets;
}

/* Add the certificates of a PEM file: false if it has no block of any kind. */
static bool add_pem(struct trust_store *store, struct bytes text, uint8_t *room, const char *path)
{
    struct bytes rest = text;
    struct pem_block block;
    enum pem_status status;
    bool any = false;

    while ((status = pem_next(text, &rest, &block)) == PEM_BLOCK) {
        struct file_place place = {.path = path, .offset = block.offset};
        size_t length;

        any = true;
        if (!is_certificate_label(block.label))
            continue;
        if (!pem_decode(block.body, room, &length)) {
            note_error(store, place, "is not base64", 0);
            continue;
        }
        add_anchor(store, bytes_of(room, length), place);
        room += length;
    }
    if (status == PEM_CUT)
        note_error(store, (struct file_place){.path = path, .offset = block.offset}, "does not end",
                   0);
    return any || status == PEM_CUT;
}

static void add_contents(struct trust_store *store, struct bytes text, const char *path)
{
    struct file_place place = {.path = path};
    /* What base64 becomes is smaller than it; room for DER itself. */
    uint8_t *room = keep_file(store, text.len + 3);

    if (room == NULL)
        note_error(store, place, "no memory", ENOMEM);
    else if (!add_pem(store, text, room, path)) {
        if (text.len > 0)
            memcpy(room, text.data, text.len);
        add_anchor(store, bytes_of(room, text.len), place);
    }
}

static void add_file(struct trust_store *store, const char *path)
{
    struct bytes text;
    const char *reason;
    int system_error;

    if (!file_read(path, TRUST_FILE_MAX, &text, &reason, &system_error)) {
        note_error(store, (struct file_place){.path = path}, reason, system_error);
        return;
    }
    add_contents(store, text, path);
    file_free(text);
}

void trust_store_read_none(struct trust_store *store)
{
    store->reads_none = true;
}

void trust_store_add(struct trust_store *store, struct bytes contents, const char *path)
{
    trust_store_read_none(store);
    add_contents(store, contents, path);
}

static bool is_certificate_file(const char *name)
{
    static const char *const endings[] = {".pem", ".crt", ".cer", ".der", ".0"};
    size_t length = strlen(name);

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t ending = strlen(endings[i]);

        if (length > ending && strcmp(name + length - ending, endings[i]) == 0)
            return true;
    }
    return false;
}

/* A path that is too long is for who opens it to complain about. */
bool trust_each_file(const char *path, void (*take)(void *context, const char *file), void *context)
{
    DIR *directory = opendir(path);
    const struct dirent *file;
    char name[PATH_MAX + NAME_MAX + 1];
    size_t files = 0;

    if (directory == NULL)
        return false;
    while (files <= TRUST_FILES_MAX && (file = readdir(directory)) != NULL) {
        if (!is_certificate_file(file->d_name))
            continue;
        snprintf(name, sizeof(name), "%s/%s", path, file->d_name);
        take(context, name);
        files++;
    }
    closedir(directory);
    return true;
}

/* A directory that is added. */
struct directory {
    struct trust_store *store;
    const char *path;
    size_t files;
};

static void add_one_of_directory(void *context, const char *file)
{
    struct directory *directory = context;

    if (++directory->files > TRUST_FILES_MAX)
        note_error(directory->store, (struct file_place){.path = directory->path},
                   "has too many files", 0);
    else
        add_file(directory->store, file);
}

/* Links by hash (OpenSSL's c_rehash) are added too; what is there already is told by its octets. */
static void add_directory(struct trust_store *store, const char *path)
{
    struct directory directory = {.store = store, .path = path};

    if (!trust_each_file(path, add_one_of_directory, &directory))
        note_error(store, (struct file_place){.path = path}, "cannot be opened", errno);
}

/* By subject, and the same octets side by side. */
static int anchor_compare(const void *a, const void *b)
{
    const struct anchor *left = a;
    const struct anchor *right = b;
    int order = memcmp(&left->subject_id, &right->subject_id, sizeof(left->subject_id));

    if (order == 0)
        order = (left->der.len > right->der.len) - (left->der.len < right->der.len);
    return order != 0 ? order : memcmp(left->der.data, right->der.data, left->der.len);
}

static void note_first_octets(struct trust_store *store)
{
    size_t octet = 0;

    for (size_t i = 0; i < store->count; i++)
        while (octet <= store->anchors[i].subject_id.octets[0])
            store->first[octet++] = i;
    while (octet < sizeof(store->first) / sizeof(store->first[0]))
        store->first[octet++] = store->count;
}

static void sort_anchors(struct trust_store *store)
{
    size_t kept = 0;

    if (store->count == 0)
        return;
    qsort(store->anchors, store->count, sizeof(*store->anchors), anchor_compare);
    for (size_t i = 1; i < store->count; i++)
        if (anchor_compare(&store->anchors[kept], &store->anchors[i]) != 0)
            store->anchors[++kept] = store->anchors[i];
    store->count = kept + 1;
    note_first_octets(store);
}

/* The first of the system's bundles that is there. */
static void find_system_bundle(struct trust_store *store)
{
    struct stat status;

    for (size_t i = 0; i < sizeof(system_bundles) / sizeof(system_bundles[0]); i++) {
        if (stat(system_bundles[i], &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        store->path = strdup(system_bundles[i]);
        return;
    }
}

enum trust_state trust_store_load(struct trust_store *store)
{
    struct stat status;

    if (store->state != TRUST_NOT_LOADED)
        return store->state;
    if (store->path == NULL && !store->reads_none)
        find_system_bundle(store);
    if (store->path != NULL && !store->reads_none) {
        if (stat(store->path, &status) == 0 && S_ISDIR(status.st_mode))
            add_directory(store, store->path);
        else
            add_file(store, store->path);
    }
    sort_anchors(store);
    store->state = store->count > 0 ? TRUST_LOADED : TRUST_NONE;
    return store->state;
}

const char *trust_store_path(const struct trust_store *store)
{
    return store->path;
}

const struct trust_error *trust_store_errors(const struct trust_store *store, size_t *count,
                                             size_t *further)
{
    *count = store->error_count;
    *further = store->errors_further;
    return store->errors;
}

size_t trust_store_count(const struct trust_store *store)
{
    return store->count;
}

/* The first anchor whose subject is not below id. Few begin with the same octet of a digest. */
static size_t lower_bound(const struct trust_store *store, const struct certificate_name_id *id)
{
    size_t low = store->first[id->octets[0]];
    size_t high = store->first[id->octets[0] + 1];

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memcmp(&store->anchors[middle].subject_id, id, sizeof(*id)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The anchor at *index, which moves on, if it has this subject; NULL: no further one has. */
static struct anchor *anchor_next(struct trust_store *store, const struct certificate_name_id *id,
                                  size_t *index)
{
    if (*index >= store->count
        || !certificate_name_id_equal(&store->anchors[*index].subject_id, id))
        return NULL;
    return &store->anchors[(*index)++];
}

/* The facts of an anchor, read when first asked for. NULL: no memory. */
static const struct certificate *anchor_certificate(struct anchor *anchor)
{
    if (anchor->certificate == NULL) {
        anchor->certificate = malloc(sizeof(*anchor->certificate));
        if (anchor->certificate != NULL)
            certificate_read(anchor->der, anchor->certificate);
    }
    return anchor->certificate;
}

/* How well an anchor fits: the key first, then the time. */
static unsigned fitness(const struct certificate *anchor, const struct certificate *certificate,
                        int64_t at)
{
    bool same_key =
        certificate_key_id_equal(&anchor->subject_key_id, &certificate->authority_key_id);
    bool is_valid = anchor->has_validity && at >= anchor->not_before && at <= anchor->not_after;

    return 1 + 2u * same_key + is_valid;
}

const struct certificate *trust_store_find_issuer(struct trust_store *store,
                                                  const struct certificate *certificate, int64_t at)
{
    const struct certificate *best = NULL;
    unsigned best_fitness = 0;
    struct anchor *anchor;
    size_t index;

    if (trust_store_load(store) != TRUST_LOADED || certificate->reading == CERTIFICATE_UNREADABLE)
        return NULL;
    index = lower_bound(store, &certificate->issuer_id);
    while ((anchor = anchor_next(store, &certificate->issuer_id, &index)) != NULL) {
        const struct certificate *candidate = anchor_certificate(anchor);

        if (candidate == NULL || !certificate_may_issue(candidate, certificate)
            || fitness(candidate, certificate, at) <= best_fitness)
            continue;
        best = candidate;
        best_fitness = fitness(candidate, certificate, at);
    }
    return best;
}

bool trust_store_contains(struct trust_store *store, const struct certificate *certificate)
{
    struct anchor *anchor;
    size_t index;

    if (trust_store_load(store) != TRUST_LOADED || certificate->reading == CERTIFICATE_UNREADABLE)
        return false;
    index = lower_bound(store, &certificate->subject_id);
    while ((anchor = anchor_next(store, &certificate->subject_id, &index)) != NULL) {
        const struct certificate *candidate = anchor_certificate(anchor);

        if (candidate != NULL
            && memcmp(candidate->sha256, certificate->sha256, CERTIFICATE_SHA256_LEN) == 0)
            return true;
    }
    return false;
}
