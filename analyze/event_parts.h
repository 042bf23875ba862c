/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event_parts.h -- the parts of an event, private to the event_ files.
 *
 * Each function adds its fields to the event's root, in the order of the schema, and leaves out
 * what the wire did not show.
 */
#ifndef TLSWHY_ANALYZE_EVENT_PARTS_H
#define TLSWHY_ANALYZE_EVENT_PARTS_H

#include "analyze/chain.h"
#include "analyze/event.h"
#include "analyze/json.h"
#include "analyze/memo.h"

enum {
    EVENT_ID_SIZE = 33 /* 128 bits in hexadecimal, and NUL */
};

/* event_id.c: what tells this connection from any other: the same for the same packets, whenever
 * they are read. */
void event_id(const struct facts *facts, char out[EVENT_ID_SIZE]);

/* The same of what takes the place of an earlier verdict. */
void event_update_id(const struct verdict *verdict, char out[EVENT_ID_SIZE]);

/* The same for news of a certificate: what was told of it before has the same one. */
void event_inventory_id(const struct inventory_news *news, char out[EVENT_ID_SIZE]);

/* The same for an event that no packets speak of, of at most 31 numbers that no other
 * one has. */
void event_number_id(const uint64_t *numbers, size_t count, char out[EVENT_ID_SIZE]);

/* Add packet number and time under these keys, when it was seen. */
void event_add_moment(struct json *json, struct json_at object, const char *packet,
                      const char *time, struct moment at);

/* event_opening.c: what came before TLS: tlswhy.proxy_protocol and tlswhy.starttls; and
 * network.forwarded_ip, the client for which a proxy opened the connection. */
void event_add_opening(struct json *json, struct json_at why, const struct facts *facts);
void event_add_forwarded(struct json *json, struct json_at network, const struct facts *facts);

/* event_network.c: source, destination, client, server, network, observer. */
void event_add_parties(struct json *json, struct json_at root, const struct facts *facts,
                       const struct address_text addresses[SIDES]);
void event_add_network(struct json *json, struct json_at root, const struct facts *facts,
                       const struct event_options *options);
void event_add_observer(struct json *json, struct json_at root,
                        const struct event_options *options);

/* event_tls.c: tls. */
void event_add_tls(struct json *json, struct json_at root, const struct verdict *verdict,
                   const struct event_options *options, const struct memo_key *hello);

/* event_certificate.c: what ECS has for one certificate, in tls.server or tls.client; what is known
 * of a chain, as tlswhy.chain (of the server) or tlswhy.client_chain; and the identifiers of
 * problems, a bit for each of chain_problems. */
void event_add_certificate(struct json *json, struct json_at side,
                           const struct certificate *certificate);
void event_add_problems(struct json *json, struct json_at object, uint32_t problems);
void event_add_chains(struct json *json, struct json_at why, const struct facts *facts);

/* event_inventory.c: all of an event on a certificate but the observer. */
void event_add_inventory(struct json *json, struct json_at root, const struct inventory_news *news);

/* incident_event.c: all of an event on an incident, as it stands at now_ns, but the observer. */
void event_add_incident(struct json *json, struct json_at root, const struct incident *incident,
                        enum incident_state state, int64_t now_ns);

/* known_event.c: tlswhy.server_known. */
void event_add_known(struct json *json, struct json_at why, const struct facts *facts);

/* event.c: ecs. */
void event_add_ecs(struct json *json, struct json_at root);

/* event_offer.c: tlswhy.offer and tlswhy.ja4, and the client's hello that it describes: the
 * first one, or the second one when only that was read. False when there is none. */
void event_add_offer(struct json *json, struct json_at why, const struct facts *facts,
                     const struct memo_key *key);
bool event_client_hello(const struct facts *facts, const struct client_hello **hello,
                        const struct hello_extensions **extensions);

/* The cipher kinds of a hello in the format of SSL 2.0, for sslv2_cipher_spec_next. False when
 * there is none. */
bool event_sslv2_kinds(const struct facts *facts, struct bytes *kinds);

/* event_memo.c: what comes again, by what it is made of. */
enum event_memo {
    EVENT_MEMO_CERTIFICATE,
    EVENT_MEMO_CHAIN,  /* tlswhy.chain or tlswhy.client_chain */
    EVENT_MEMO_CLIENT, /* tls.client */
    EVENT_MEMO_OFFER,  /* tlswhy.offer and tlswhy.ja4 */
    EVENT_MEMO_SERVER  /* tls.server */
};

/* What all that an event tells of the client's hello is made of, but for the server's name; and of
 * the server's. */
void event_hello_key(struct memo_key *key, const struct facts *facts);
void event_server_key(struct memo_key *key, const struct server_hello *hello);

/* Add what was added to this object before for the same key, false when that is not known; and
 * keep for the next time what was added to it since the mark. */
MUST_USE bool event_recall(struct json *json, struct json_at object, enum event_memo kind,
                           const struct memo_key *key);
void event_remember(struct json *json, struct json_at object, enum event_memo kind,
                    const struct memo_key *key, size_t mark);

/* event_verdict.c: tlswhy. */
void event_add_verdict(struct json *json, struct json_at root, const struct verdict *verdict,
                       const struct event_options *options, const struct memo_key *hello);

#endif
