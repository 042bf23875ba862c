/* SPDX-License-Identifier: GPL-2.0-or-later */
/* known_refusals.h -- what it says of a refusal that the server refuses others in the same way. */
#ifndef TLSWHY_ANALYZE_CAUSES_KNOWN_REFUSALS_H
#define TLSWHY_ANALYZE_CAUSES_KNOWN_REFUSALS_H

#include "analyze/cause.h"
#include "analyze/knowledge.h"

/* The server took up no hello of anybody, and refused some with nothing unusual in the manner in
 * which it refused this one: that is no matter of what is unusual in this one. */
bool known_refuses_everybody(const struct facts *facts);

/* The server took up hellos, and since some time refuses one after the other in one manner, among
 * them some with nothing unusual but, perhaps, the name that they ask for: a ban, a limit, a
 * restart or another configuration, and no matter of what is unusual in this one. */
bool known_refuses_since(const struct facts *facts);

/* The server refuses hellos in the manner of this one, and takes up others for the same names, so
 * often that it may well refuse by chance all of those like this one: several servers behind one
 * address, or a limit, and no matter of what these have in common. */
bool known_refuses_by_chance(const struct facts *facts, const struct known_server *server,
                             const struct known_treatment *like);

/* The server took up a hello just like this one, for the same name, later than this one or soon
 * before: that it refused this one is no matter of what both offer. */
bool known_took_such(const struct facts *facts);

/* The server refuses this hello, which offers TLS 1.3 and versions below, as it refused several and
 * took up none of that kind, while it takes up those that offer less: it does not understand the
 * offer, or a device on the way does not. */
bool known_refuses_tls_1_3(const struct facts *facts);

/* The server ends all hellos with this trait in one manner, or leaves them alone, and takes up
 * others before, between and after those. Nothing else is unusual in this one. */
bool known_refuses_trait(const struct facts *facts, enum hello_trait trait);

/* The server, or a device before it, goes by the name. Hellos for names that it never took up end
 * in the manner of this one again and again, and this one is for such a name; those for other names
 * are taken up before, between and after them, of this client too. */
bool known_goes_by_name(const struct facts *facts);

/* Add what these rest on; nothing when they say no, or known_refuses_everybody() does not and
 * nothing is unusual in this hello either. */
void describe_known_refusals(const struct facts *facts, struct evidence *evidence);

#endif
