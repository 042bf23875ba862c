/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/known_refusals.h"

#include "analyze/causes/refused_hello.h"
#include "analyze/knowledge.h"
#include "analyze/text.h"

enum {
    ORDINARY_FEW = 3 /* ordinary hellos refused: each may have a reason of its own, but not all */
};

bool known_refuses_everybody(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;

    return server != NULL && server->hellos.accepted.count == 0 && facts_server_refused_hello(facts)
           && known_ordinary_refusals(server, facts) >= ORDINARY_FEW;
}

/* NULL: there is no such run. */
static const struct known_run *run_of(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;
    const struct known_run *run;

    if (!known_speaks_tls(server) || !facts_server_refused_hello(facts))
        return NULL;
    run = known_run_of(server, facts);
    return run != NULL && run->usual >= ORDINARY_FEW ? run : NULL;
}

bool known_refuses_since(const struct facts *facts)
{
    return run_of(facts) != NULL;
}

static void describe_everybody(const struct facts *facts, struct evidence *evidence)
{
    if (refused_hello_is_ordinary(facts))
        return;
    evidence_add(evidence, "server_known", (struct moment){0},
                 "this server refused %u hellos in which nothing is unusual in the same way, and "
                 "took up none of anybody",
                 known_ordinary_refusals(facts->known->server, facts));
}

static void describe_run(const struct known_run *run, struct evidence *evidence)
{
    char line[EVIDENCE_TEXT_MAX];
    struct text text = text_begin(line, sizeof(line));

    text_add(&text, "this server took up %u hello%s and refuses all in the same way since ",
             run->taken_then, run->taken_then == 1 ? "" : "s");
    text_add_time(&text, run->since_ns);
    text_add(&text,
             ", among them %u in which nothing is unusual: a ban of the client, a limit, a restart "
             "or another configuration",
             run->usual);
    evidence_add(evidence, "server_known", (struct moment){0}, "%s", line);
}

void describe_known_refusals(const struct facts *facts, struct evidence *evidence)
{
    const struct known_run *run = run_of(facts);

    if (known_refuses_everybody(facts))
        describe_everybody(facts, evidence);
    else if (run != NULL)
        describe_run(run, evidence);
}
