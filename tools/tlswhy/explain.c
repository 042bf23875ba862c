/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tlswhy/explain.h"

#include <string.h>

#include <cjson/cJSON.h>
#include <pcap/pcap.h>
#include <wolfssl/options.h>

#include <wolfssl/ssl.h>

#include "analyze/cause.h"
#include "analyze/text.h"
#include "dissect/names.h"
#include "tlswhy_config.h"

enum { LABEL_WIDTH = 14, ALERTS_SIZE = 1024 };

static void write_field(const struct layout *layout, const char *label, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    fprintf(layout->out, "%s%-*s%s", layout->faint, LABEL_WIDTH, label, layout->plain);
    layout_paragraph(layout, LABEL_WIDTH, LABEL_WIDTH, text);
}

/* As "handshake_failure(40), insufficient_security(71)". */
static void write_alerts(const struct layout *layout, const struct cause_alerts *alerts)
{
    char buffer[ALERTS_SIZE];
    struct text text = text_begin(buffer, sizeof(buffer));

    for (size_t i = 0; i < alerts->count; i++) {
        char hex[NAMES_HEX_SIZE];
        uint8_t code = alerts->codes[i];

        text_add(&text, "%s%s(%u)", i > 0 ? ", " : "",
                 names_or_hex(hex, sizeof(hex), names_alert(code), code, 2), code);
    }
    write_field(layout, "Alerts", buffer);
}

bool explain_cause(const struct layout *layout, const char *id)
{
    const struct cause *cause = cause_find(id);

    if (cause == NULL)
        return false;
    fprintf(layout->out, "%s%s%s\n", layout->strong, cause->id, layout->plain);
    write_field(layout, "", cause->title);
    write_field(layout, "Layer", layer_name(cause->layer));
    write_field(layout, "Explanation", cause->explanation);
    write_field(layout, "Remedy", cause->remedy);
    write_field(layout, "Reported as", cause->reported_as);
    write_alerts(layout, &cause->alerts);
    write_field(layout, "Source", cause->source);
    return true;
}

static void write_layer(const struct layout *layout, enum layer layer)
{
    fprintf(layout->out, "%s%s%s\n", layout->strong, layer_name(layer), layout->plain);
    for (size_t i = 0; i < cause_count; i++)
        if (cause_list[i]->layer == layer)
            fprintf(layout->out, "  %-32s%s\n", cause_list[i]->id, cause_list[i]->title);
}

void explain_causes(const struct layout *layout)
{
    for (enum layer layer = LAYER_NEGOTIATION; layer <= LAYER_PROTOCOL; layer++)
        write_layer(layout, layer);
}

void explain_version(FILE *out)
{
    fprintf(out,
            "tlswhy %s\n"
            "%s\n"
            "wolfSSL %s\n"
            "cJSON %s\n"
            "Optional libraries in this build: %s\n"
            "Optional libraries not in this build: %s\n"
            "%s%s"
            "License GPL-2.0-or-later. There is no warranty, to the extent permitted by law.\n",
            TLSWHY_VERSION, pcap_lib_version(), wolfSSL_lib_version(), cJSON_Version(),
            TLSWHY_OPTIONAL_FOUND[0] != '\0' ? TLSWHY_OPTIONAL_FOUND : "none",
            TLSWHY_OPTIONAL_MISSING[0] != '\0' ? TLSWHY_OPTIONAL_MISSING : "none",
            HAVE_MICROHTTPD ? "Loaded for --metrics alone: libmicrohttpd\n" : "",
            HAVE_RDKAFKA ? "Loaded for a sink kafka://... alone: librdkafka\n" : "");
}
