/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyze/causes/known_refusals.h"

#include "analyze/causes/refused_hello.h"
#include "analyze/knowledge.h"

enum {
    ORDINARY_FEW = 3 /* ordinary hellos refused: each may have a reason of its own, but not all */
};

bool known_refuses_everybody(const struct facts *facts)
{
    const struct known_server *server = facts->known != NULL ? facts->known->server : NULL;

    return server != NULL && server->hellos.accepted.count == 0 && facts_server_refused_hello(facts)
           && known_ordinary_refusals(server, facts) >= ORDINARY_FEW;
}

void describe_known_refusals(const struct facts *facts, struct evidence *evidence)
{
    if (!known_refuses_everybody(facts) || refused_hello_is_ordinary(facts))
        return;
    evidence_add(evidence, "server_known", (struct moment){0},
                 "this server refused %u hellos in which nothing is unusual in the same way, and "
                 "took up none of anybody",
                 known_ordinary_refusals(facts->known->server, facts));
}
