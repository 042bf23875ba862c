/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tlswhy -- says why TLS handshakes failed, from packets alone. */
#include <signal.h>

#include "tools/tlswhy/analysis.h"
#include "tools/tlswhy/check.h"
#include "tools/tlswhy/complain.h"
#include "tools/tlswhy/explain.h"
#include "tools/tlswhy/merge.h"
#include "tools/tlswhy/options.h"
#include "tools/tlswhy/output.h"
#include "tools/tlswhy/service.h"

/* Everything that only prints what is known. */
static int tell(const struct options *options)
{
    int status = EXIT_ANALYSED;
    struct output output;
    struct layout layout;

    if (!output_open(&output, NULL))
        return EXIT_COULD_NOT;
    layout = layout_new(output.file, output_width(output.descriptor),
                        output_has_color(output.descriptor, options->color));
    if (options->mode == MODE_HELP) {
        options_help(&layout);
    } else if (options->mode == MODE_VERSION) {
        explain_version(output.file);
    } else if (options->mode == MODE_CAUSES) {
        explain_causes(&layout);
    } else if (!explain_cause(&layout, options->cause)) {
        complain("no cause is called '%s': tlswhy --causes lists them", options->cause);
        status = EXIT_USAGE;
    }
    return output_close(&output) ? status : EXIT_COULD_NOT;
}

static int run(const struct options *options)
{
    if (options->mode == MODE_CHECK_CONFIG)
        return check_config(options);
    if (options->mode == MODE_MERGE)
        return merge_run(options);
    if (options->mode != MODE_ANALYSE)
        return tell(options);
    return options->service.interface_count > 0 ? service_run(options) : analysis_run(options);
}

int main(int argc, char **argv)
{
    struct options options;
    int status;

    /* A file that may not grow is told like a disk that is full. */
    (void)signal(SIGXFSZ, SIG_IGN);
    if (options_parse(argc, argv, &options))
        status = run(&options);
    else
        status = options.is_unread ? EXIT_COULD_NOT : EXIT_USAGE;
    options_free(&options);
    return status;
}
