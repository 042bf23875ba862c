/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/trust_files.h"

#include <inttypes.h>
#include <string.h>

#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/config.h"

bool trust_files_complain(const char *path, uint64_t offset, const char *reason, int system_error)
{
    if (system_error != 0)
        return complain("%s: %s", path, strerror(system_error));
    return complain("%s: offset %" PRIu64 ": %s", path, offset, reason);
}

bool trust_files_load(struct trust_store *store)
{
    enum trust_state state = trust_store_load(store);
    const char *path = trust_store_path(store);
    size_t count, further;
    const struct trust_error *errors = trust_store_errors(store, &count, &further);

    for (size_t i = 0; i < count; i++)
        (void)trust_files_complain(errors[i].file, errors[i].offset, errors[i].reason,
                                   errors[i].system_error);
    if (further > 0)
        (void)complain("%s: %zu more files cannot be read", path, further);
    if (state == TRUST_LOADED || path == NULL)
        return true;
    if (count == 1 && errors[0].system_error != 0 && strcmp(errors[0].file, path) == 0)
        return false;
    return complain("%s: no certificate in this trust store", path);
}

static bool complain_crl(const struct options *options, const char *path,
                         const struct crl_error *error)
{
    (void)trust_files_complain(path, error->offset, error->reason, error->system_error);
    return config_blame(options, "crl", path);
}

static bool load_crls(struct crl_set *crls, const struct options *options)
{
    struct crl_error error;

    for (size_t i = 0; i < options->crl_count; i++)
        if (!crl_set_add_file(crls, options->crls[i], &error))
            return complain_crl(options, options->crls[i], &error);
    return true;
}

bool trust_files_open(struct trust_files *files, const struct options *options)
{
    *files = (struct trust_files){.store = trust_store_new(options->trust_store)};
    if (files->store == NULL)
        return complain_memory();
    if (options->trust_store != NULL && !trust_files_load(files->store))
        return config_blame(options, "trust-store", NULL);
    if (options->crl_count == 0)
        return true;
    files->crls = crl_set_new();
    return files->crls != NULL ? load_crls(files->crls, options) : complain_memory();
}

void trust_files_close(struct trust_files *files)
{
    trust_store_free(files->store);
    crl_set_free(files->crls);
}
