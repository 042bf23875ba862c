/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chain_problem.h -- what is wrong with a judged chain, one problem at a time, by identifier and in
 * words.
 *
 * The one list that findings, events and the inventory of certificates are made from.
 */
#ifndef TLSWHY_ANALYZE_CHAIN_PROBLEM_H
#define TLSWHY_ANALYZE_CHAIN_PROBLEM_H

#include "analyze/chain.h"
#include "analyze/text.h"

struct cause;

struct chain_problem {
    const char *id;            /* lower_snake_case, of a server's chain */
    const char *client_id;     /* the same of a client's chain; NULL: not with clients */
    const struct cause *cause; /* that stands for it; NULL: none */
    bool is_refusable;         /* peers that verify refuse it; else it only troubles some */
    bool (*is_there)(const struct chain_judgement *chain);
    /* Append a sentence without a full stop on a problem that is there. */
    void (*tell)(const struct chain_judgement *chain, struct text *text);
};

/* All of them, the gravest first. */
extern const struct chain_problem chain_problems[];
extern const size_t chain_problem_count;

/* Those that the chain has: a bit for each of chain_problems. */
uint32_t chain_problems_of(const struct chain_judgement *chain);

/* Append "the certificate expired on ..., 3 days before this packet", or that it is not yet valid:
 * the chain has a certificate of which that is so. */
void chain_problem_add_validity(struct text *text, const struct chain_judgement *chain);

/* Append "the certificate stands for www.example.org, ...", as many names as fit in a sentence. */
void chain_problem_add_names(struct text *text, const struct certificate *leaf);

/* Append "www.example.org", the name by which people know a certificate: the first DNS name, else
 * the common name, else the first other name, else the whole subject, else "(no name)". */
void chain_problem_add_name(struct text *text, const struct certificate *certificate);

#endif
