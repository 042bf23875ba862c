/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.h -- what a transcript means: the input of every rule.
 *
 * Built once when a connection is over, from the notes and messages of its
 * handshake and the transport facts of its connection. Views point into the
 * transcript and live as long as it.
 */
#ifndef TLSWHY_ANALYZE_FACTS_H
#define TLSWHY_ANALYZE_FACTS_H

#include "analyze/handshake.h"
#include "analyze/signature.h"
#include "analyze/tls_port.h"
#include "capture/time_unit.h"
#include "dissect/certificate_list.h"
#include "dissect/extension.h"
#include "dissect/hello.h"
#include "dissect/key_exchange.h"
#include "dissect/prelude.h"
#include "dissect/proxy_header.h"
#include "dissect/proxy_target.h"
#include "dissect/suite.h"

enum outcome {
    OUTCOME_ESTABLISHED,
    OUTCOME_FAILED,
    OUTCOME_INCOMPLETE, /* the capture does not show enough */
    OUTCOME_NOT_TLS
};

enum { OUTCOMES = OUTCOME_NOT_TLS + 1 };

/* "established", "failed", "incomplete", "not_tls". */
const char *outcome_name(enum outcome outcome);

/* SYNs of a client that gets no answer: of two, the first may just have been slow. */
enum { FACTS_SYNS_IN_VAIN = 3 };

/* Octets that a hello in a record of its own takes at least: version, random, an empty session ID
 * and the choices of a ServerHello (RFC 8446 section 4.1.3); a ClientHello has more. */
enum { FACTS_HELLO_MIN = TLS_RECORD_HEADER_LENGTH + TLS_HANDSHAKE_HEADER_LENGTH + 38 };

/* How far the handshake came. Ordered. */
enum stage {
    STAGE_TCP_CONNECT, /* up to here: the TCP connection itself */
    STAGE_TCP_ESTABLISHED,
    STAGE_CLIENT_HELLO,
    STAGE_SERVER_HELLO,
    STAGE_SERVER_CERTIFICATE,
    STAGE_KEY_EXCHANGE,
    STAGE_CHANGE_CIPHER_SPEC,
    STAGE_ENCRYPTED_SERVER_FLIGHT, /* TLS 1.3: all after ServerHello is encrypted */
    STAGE_ENCRYPTED_CLIENT_FLIGHT,
    STAGE_FINISHED
};

/* "tcp_connect", "client_hello", "encrypted_server_flight", ... */
const char *stage_name(enum stage stage);

/* Who ended it. */
enum party { PARTY_NONE, PARTY_CLIENT, PARTY_SERVER, PARTY_NETWORK };

/* "client", "server", "network"; NULL for PARTY_NONE. */
const char *party_name(enum party party);

static inline enum party party_of(enum side side)
{
    return side == SIDE_CLIENT ? PARTY_CLIENT : PARTY_SERVER;
}

/* "client", "server". */
static inline const char *side_name(enum side side)
{
    return party_name(party_of(side));
}

/* The way in which a handshake came to its end: the first fatal event, in packet order. */
enum refusal_kind {
    REFUSAL_NONE,            /* nothing happened any more: silence */
    REFUSAL_ALERT,           /* a fatal plain alert, or close_notify/user_canceled before the end */
    REFUSAL_ENCRYPTED_ALERT, /* a record recognised as an alert by its size and place */
    REFUSAL_FIN,
    REFUSAL_RST,
    REFUSAL_PLAINTEXT, /* an answer in another protocol than TLS */
    REFUSAL_MALFORMED  /* octets that are not TLS, where TLS was spoken */
};

struct refusal {
    enum refusal_kind kind;
    enum side by; /* meaningful unless REFUSAL_NONE */
    struct moment at;
    uint8_t alert; /* REFUSAL_ALERT: the description */
    uint8_t alert_level;
    uint32_t encrypted_length; /* REFUSAL_ENCRYPTED_ALERT: fragment octets of the record */
    const struct note *note;   /* what it rests on, NULL when there is none; the other side's FIN
                                  when that alone shows it */
};

/* Numbers that a rule often needs about the client's offer, GREASE and signalling
 * values left out. */
struct offer {
    uint16_t version_max; /* highest version offered, 0: no hello */
    uint16_t version_min; /* lowest listed in supported_versions; else 0: not stated */
    bool has_supported_versions;
    uint64_t suites_number;   /* of the cipher suites: list_u16_number() */
    size_t suites;            /* cipher suites offered; these members are worked out for handshakes
                                 that failed only, and 0 for others */
    bool suites_all_obsolete; /* none of them is better than STRENGTH_WEAK */
    bool suites_tls13;        /* at least one suite of TLS 1.3 */
    bool suites_legacy;       /* at least one suite of TLS 1.2 or below */
    bool suites_rsa;          /* a legacy suite that an RSA key alone can serve */
    bool suites_ecdsa;        /* a legacy suite that an ECDSA key alone can serve */
    bool suites_ecdhe;        /* a suite with ephemeral elliptic curves, TLS 1.3 included */
    bool fallback_scsv;       /* TLS_FALLBACK_SCSV */
    bool renegotiation_info;  /* the extension or the signalling suite (RFC 5746) */
};

/* What the size of a client's first records of TLS 1.3 tells of a Certificate, which only a client
 * that was asked for one sends (RFC 8446 section 4.4.2). */
enum client_answer {
    CLIENT_ANSWER_NONE,       /* nothing: a Finished alone, or what may be one */
    CLIENT_ANSWER_EMPTY,      /* a Certificate without a certificate in it */
    CLIENT_ANSWER_CERTIFICATE /* more than a Finished */
};

/* Why the first octets of a client's random are taken for its time (clock.h). */
enum clock_basis {
    CLOCK_BASIS_NONE,   /* they are not: it says nothing */
    CLOCK_BASIS_HELLOS, /* several hellos of this client are off by the same */
    CLOCK_BASIS_OTHERS  /* other hellos with the same offer have the packets' time there */
};

struct client_clock {
    enum clock_basis basis;
    int64_t ahead_by; /* seconds before the packets' time, negative: behind it */
    uint32_t hellos;  /* CLOCK_BASIS_HELLOS: how many agree */
};

/* How a connection in another protocol came to TLS, or did not. */
struct starttls_facts {
    enum prelude protocol; /* PRELUDE_UNKNOWN: none, or not known */
    bool asked;            /* the client asked for TLS, or a proxy for a connection */
    bool wants_tls;        /* which, as far as the target's port tells, is for TLS */
    bool refused;          /* and the server said no */
    bool agreed;           /* or it said yes, and no TLS came */
    struct moment at;      /* of the request */
    struct moment answered_at;
    uint16_t status;    /* three digits of the answer, 0: it has none */
    struct bytes reply; /* the first line of the answer, or what it means */
    bool has_target;    /* the request was one to a proxy, for this target */
    struct proxy_target target;
};

/* A handshake message in clear that is so long that not every receiver takes it. */
struct long_message {
    struct moment at; /* of its last octets that came by */
    uint32_t length;  /* octets of its body, as announced; 0: there is none */
    enum side from;
    uint8_t type;
    bool is_last; /* the receiver had nothing behind it that it could mean as well */
};

struct chain;
struct chain_judgement;
struct issuer_sighting;
struct known;

struct facts {
    const struct connection *connection;
    const struct handshake *handshake;
    int64_t capture_end_ns; /* time of the input's last packet so far */
    bool capture_ended;     /* the input ended while the connection was open */
    bool went_idle;         /* nothing came of it for so long that what comes later is not read */
    bool evicted;           /* dropped for want of memory */
    bool tls_expected;      /* TLS is spoken on this port */
    bool tls_seen;          /* as in the observation */
    bool in_brief;          /* of the hellos, only some extensions were read */

    enum outcome outcome;
    const char *incomplete_reason; /* OUTCOME_INCOMPLETE: what the capture lacks; else NULL */
    enum stage stage;

    /* A stream that does not begin with TLS: what it is, PRELUDE_UNKNOWN for TLS and for
     * nothing. */
    enum prelude prelude[SIDES];
    const struct note *prelude_note[SIDES];
    struct starttls_facts starttls;

    /* What a proxy says of the connection that it passes on; version 0: nothing. */
    struct proxy_header proxy;
    struct moment proxy_at;

    /* The client's first hello, and the one after a HelloRetryRequest. NULL notes: not seen. */
    const struct note *client_hello_note;
    const struct note *sslv2_hello_note; /* an SSLv2-format ClientHello came instead */
    uint16_t sslv2_hello_version;
    bool client_hello_read; /* the body was kept and parses: client_extensions are set, too */
    struct client_hello client_hello;
    struct offer offer;
    const struct note *second_client_hello_note;
    bool second_client_hello_read;

    /* The server's hello; a HelloRetryRequest has its own members. */
    const struct note *server_hello_note;
    bool server_hello_read;
    struct server_hello server_hello;
    const struct note *retry_note; /* HelloRetryRequest */
    bool retry_read;
    uint16_t version;          /* negotiated, 0: not known */
    const struct suite *suite; /* chosen, NULL: not known */
    bool tls13;                /* TLS 1.3 was chosen */
    bool resumed;              /* an abbreviated handshake, or a PSK was chosen */

    /* The certificates that each side sent in clear, and what is wrong with them; NULL: none seen,
     * none kept, or not examined. */
    const struct chain *certificates[SIDES];
    const struct chain_judgement *chain[SIDES];

    /* Messages in clear; NULL: not seen. */
    const struct note *server_certificate_note;
    const struct note *client_certificate_note;
    bool client_certificate_empty; /* the client had no certificate to send */
    const struct note *certificate_status_note;
    const struct note *server_key_exchange_note;
    bool server_key_exchange_read;
    struct server_key_exchange server_key_exchange;
    enum signature_check key_exchange_signature; /* with the key of the server's certificate; asked
                                                    of handshakes that ended there alone, see
                                                    facts_client_ended_at_key_exchange() */
    const struct note *certificate_request_note;
    const struct note *server_hello_done_note;
    const struct note *client_key_exchange_note;
    const struct note *change_cipher_spec_note[SIDES];
    const struct note *finished_note[SIDES]; /* first handshake record after change_cipher_spec */

    /* Protected records after ServerHello in TLS 1.3, and what they tell by size and place. */
    const struct note *first_protected_note[SIDES];
    const struct note *last_protected_note[SIDES];
    const struct note *client_flight_note; /* the client's first one, where it cannot be early data
                                              that was refused; NULL: none, or not known */
    enum client_answer client_answer;

    /* The end. */
    struct refusal refusal;                   /* the first fatal event */
    const struct note *malformed_note[SIDES]; /* first octets that are not TLS before it */
    const struct note *warning_note;          /* last warning alert before it, NULL: none */
    const struct note *last_note; /* last thing seen before the refusal, NULL: nothing */
    int64_t waited_ns;            /* from the other side's last data (or its SYN) to the refusal,
                                      or to the last packet when there was none */
    bool answered[SIDES];         /* that side sent payload octets; the server, when there is a
                                     hello: after that */

    /* Its receiver ended the handshake during it or directly behind it, and named no other
     * reason. */
    struct long_message long_message;

    const struct known *known; /* what other connections tell of its parties; NULL: nothing */

    struct client_clock client_clock;
    const struct issuer_sighting *earlier_issuer; /* of this name's certificate, another one than
                                                     now; NULL: none, or not known */

    /* What the capture may have missed: a verdict that rests on absence is weighed with it. */
    bool one_direction_only; /* packets of only one side are in the capture */
    bool missed;             /* octets of the handshake were not captured */
    bool overloaded;         /* as in the observation */
    bool others_missed;      /* likewise */
    bool cut;                /* by snaplen */

    /* Of the hellos above: all zero unless they were read. */
    struct hello_extensions client_extensions;
    struct hello_extensions server_extensions;

    /* Of a connection with a HelloRetryRequest: set when they were read, see above. */
    struct client_hello second_client_hello;
    struct hello_extensions second_client_extensions;
    struct hello_extensions retry_extensions;
};

/* What facts are built from. */
struct observation {
    const struct connection *connection;
    const struct handshake *handshake;
    enum connection_end reason; /* how the connection ended */
    int64_t capture_end_ns;     /* time of the input's last packet so far */
    bool tls_expected;          /* TLS is spoken on this port, or by this server */
    bool tls_seen;              /* the server spoke none, and answered in TLS at another time */
    struct tls_ports tls_ports; /* where TLS is expected of the target of a proxy */
    bool settled;               /* the tracker let go early: the handshake is over */
    bool established_in_brief;  /* how an established handshake ended, what of it was not captured
                                   and what else its client offered is asked by nobody: those
                                   members of its facts stay zero, and of the client's extensions
                                   may those that knowledge does not learn from */
    bool overloaded;            /* the capture lost packets while the connection lasted, or left
                                   connections out */
    bool others_missed;         /* where the connection's packets end, the capture was seen to lack
                                   packets of other connections */
    bool signature_asked; /* key_exchange_signature is what could be found out: it costs so much
                                   that it is asked once */
    enum signature_check key_exchange_signature; /* as in the facts */
};

/* Work out the facts. *facts is set, as its members say; it borrows from the observation's
 * members. */
void facts_build(struct facts *facts, const struct observation *observation);

/* Predicates that several rules share. */

/* The note (false for NULL) is in front of what ended the handshake, if anything did. Packets
 * cross: what arrives after one side has ended it did not make it do so. */
bool facts_is_before_end(const struct facts *facts, const struct note *note);

/* The note (false for NULL) is of a protected record of which the beginning alone came, and the
 * capture lacks no octets of its sender: nobody has read it, whatever it announces. */
bool facts_broke_off(const struct facts *facts, const struct note *record);

/* The refusal is a plain alert by this side with this description. */
bool facts_alert(const struct facts *facts, enum side by, uint8_t description);

/* The refusal came from this side, whatever its form, with no alert that names a reason:
 * FIN, RST, close_notify, or silence counts for the server when it never answered. */
bool facts_closed_without_reason(const struct facts *facts, enum side by);

/* A server that takes a connection where TLS is expected, and ends it before the client has had its
 * say: it does not want this client, or has nobody behind it. */
bool facts_client_is_turned_away(const struct facts *facts);

/* The connection was refused, or nothing answered its SYN, and it is no handshake that failed for
 * one reason alone: TLS is not expected on its port. */
bool facts_connect_is_not_judged(const struct facts *facts);

/* The side closed, by the other side's ACK of one octet beyond what the capture has, and its FIN
 * was not captured (RFC 9293 section 3.4). When it closed is not known. */
bool facts_fin_is_unseen(const struct facts *facts, enum side side);

/* The client gave up waiting and closed, and what the server's host sent until then and for the FIN
 * tells of nothing that the capture lacks: there was no answer. */
bool facts_server_kept_silent(const struct facts *facts);

/* What a side said before TLS, or in its place; NULL: nothing. */
const struct prelude_text *facts_words(const struct facts *facts, enum side side);

/* Client and server had agreed on TLS within another protocol, and the server, which never spoke
 * TLS, went on in clear: what it says there. Empty: it did not, or the client went on so, too. */
struct bytes facts_words_behind_agreement(const struct facts *facts);

/* A client asked for TLS within another protocol, waited for seconds without any answer, and left,
 * maybe with a good-bye in clear. */
bool facts_request_is_ignored(const struct facts *facts);

/* A client asked for TLS within another protocol, and instead of an answer the server closed. */
bool facts_request_is_hung_up_on(const struct facts *facts);

/* Client and server have agreed on TLS within another protocol, and the client, whose turn it is,
 * said nothing more before it closed, if it did. */
bool facts_hello_is_due(const struct facts *facts);

/* They have agreed on it, and before the client has said more the server closes or resets the
 * connection, as a proxy does that says yes and cannot reach its target. */
bool facts_server_breaks_its_word(const struct facts *facts);

/* The server's no invites the client to ask again, in another way, on the same connection, and
 * nobody has closed it: a proxy wants to know who asks (RFC 9110 section 15.5.8), or a server of
 * FTP has another mechanism (RFC 4217 section 4). */
bool facts_request_may_be_repeated(const struct facts *facts);

/* A proxy wants to know who asks, and none of the client's requests to it, as far as they were
 * kept, says so: it may ask again with credentials, in another connection too (RFC 9110 section
 * 15.5.8). */
bool facts_request_lacked_credentials(const struct facts *facts);

/* Where TLS is expected a client begins in clear with the preface of HTTP/2 (RFC 9113 section 3.4)
 * or a PROXY protocol header, or, at a server that was seen to answer in TLS, with a request of
 * HTTP, and the server answers that it is a bad request. */
bool facts_plain_http_is_refused(const struct facts *facts);

/* The refusal is the server's answer to the client's (last) hello: after it, before
 * any ServerHello. */
bool facts_server_refused_hello(const struct facts *facts);

/* There is no ServerHello, and it may be among the octets of the server that the capture lacks, not
 * counting those behind its own refusal. */
bool facts_server_hello_is_unseen(const struct facts *facts);

/* The refusal is the client's answer to the server's hello or flight: the server's hello
 * was seen and the client ended the handshake. */
bool facts_client_refused_server(const struct facts *facts);

/* Up to TLS 1.2: it did so when it had the server's ServerKeyExchange, and sent nothing in answer
 * to that. */
bool facts_client_ended_at_key_exchange(const struct facts *facts);

/* Up to TLS 1.2: the last that came is the client's Finished, and it is the server's turn. */
bool facts_server_owes_finished(const struct facts *facts);

/* Up to TLS 1.2: the server has asked for all that it asks for (ServerHelloDone), and the client's
 * Finished did not come, or not whole: it is the client's turn. */
bool facts_client_owes_finished(const struct facts *facts);

/* The client ended the connection without an eye on what came last: it closed before its own last
 * octets came by here, which were sent again with the FIN; or it no longer knew the connection when
 * the server's last octets came, which is what a RST without an ACK says (RFC 9293 section
 * 3.10.7.1). */
bool facts_client_had_left(const struct facts *facts);

/* TLS 1.3: the server never had this protected record of the client: nothing that its host sent
 * acknowledges it, and it was sent again and again, or was answered with a RST of a server that had
 * closed before (RFC 9293 section 3.10.7.1). */
bool facts_never_arrived(const struct facts *facts, const struct note *record);

/* TLS 1.3: this protected record is as long as a Finished of the suite that was chosen, alone and
 * without padding. */
bool facts_is_plain_finished(const struct facts *facts, const struct note *note);

/* TLS 1.3: what the client sent behind its flight is its close, or may be its close_notify: nothing
 * follows one (RFC 8446 section 6.1), and what comes just before, user_canceled, is as long. */
bool facts_may_be_good_bye(const struct facts *facts, const struct note *note);

/* TLS 1.3: the same, but told from data by its size: this is the last record, an alert without
 * padding, or one of two that are padded alike, as of user_canceled and close_notify. */
bool facts_is_good_bye(const struct facts *facts, const struct note *note);

/* An established handshake: the client sent application data, be it early. In TLS 1.3 that is what
 * is neither its flight nor its good-bye, by the sizes of its records. */
bool facts_client_sent_data(const struct facts *facts);

/* A client that leaves later than this has not changed its mind, and a server that is slow has most
 * often answered by then. */
#define FACTS_PATIENCE_NS (3 * SECOND_NS)

/* A side that ends the connection within this time after the last record of the handshake did not
 * give up waiting for the other. */
#define FACTS_LEFT_AFTER_FINISH_NS SECOND_NS

/* TLS 1.3: what a server made of the flight of a client that it had asked for a certificate. */
enum server_answer {
    SERVER_ANSWER_CONTENT, /* nothing says that it refused; it may not have asked */
    SERVER_ANSWER_REFUSAL,
    SERVER_ANSWER_AT_DATA, /* an alert at once, when it may have read data behind the flight, too:
                              a refusal, or close_notify of a server that has no tickets */
    SERVER_ANSWER_AT_GOOD_BYE, /* likewise, and the client had said good-bye behind that data: this
                                  may be all that the server left unread */
    SERVER_ANSWER_SILENCE,     /* it closed at once without a word */
    /* It does not tell: */
    SERVER_ANSWER_UNSEEN,   /* the capture lacks octets of the server */
    SERVER_ANSWER_STAYED,   /* an alert or two octets of data, of a server that did not close at
                               once, as far as the capture goes */
    SERVER_ANSWER_PADDED,   /* a record that may be an alert or a session ticket */
    SERVER_ANSWER_OPAQUE,   /* an alert or a RST, for a flight with a certificate in it or for a
                               request: the client pads its records */
    SERVER_ANSWER_TOO_LATE, /* an alert or a RST, which may answer that the client leaves; or
                               nothing, and the client has not waited for it */
    SERVER_ANSWER_DUE,      /* nothing, and the capture ends before a refusal had the time */
    SERVER_ANSWER_LATER,    /* an alert or a close, so late that it may end a time of waiting, or
                               answer what the client sent behind its flight */
    SERVER_ANSWER_UNTIMED,  /* likewise, but no times say how late */
    SERVER_ANSWER_NOT_ASKED /* nothing that refuses, but the client's Finished may not have come */
};

/* TLS 1.3: a server that has sent this record, as short as an alert, did not close at once, nor did
 * the client leave then. Who sends a fatal alert closes (RFC 8446 section 6.2), and does so within
 * milliseconds: what this server sent may be data. */
bool facts_server_stayed(const struct facts *facts, const struct note *answer);

/* Behind the client's Finished, if there is one. */
enum server_answer facts_server_answer(const struct facts *facts);

/* Octets that this side sent and that the receiver, which has later ones, says that it lacks (RFC
 * 2018, RFC 5681); 0: none. */
uint64_t facts_hole_octets(const struct facts *facts, enum side from);

/* The last warning alert before the end, where it is of this side; NULL: there is none, or it is of
 * the other one. */
const struct note *facts_warning_of(const struct facts *facts, enum side side);

/* The side closed its receive window, and it was closed still when it was probed (RFC 9293 section
 * 3.8.6.1) and at the end: its program does not read what came, and the other side may send no
 * more. */
bool facts_reads_no_more(const struct facts *facts, enum side side);

/* Octets of this side were lost on their way, and not by the capture: the receiver lacks them, or
 * it went on without them long after they were sent. */
bool facts_octets_are_lost(const struct facts *facts, enum side from);

/* The name of the server that the client wants, which its certificate is for: of the hello, else
 * the target that a proxy was asked for. Empty: none was said, or an address as octets. */
struct bytes facts_server_name(const struct facts *facts);

/* The certificates of a Certificate message, which are octets of the handshake. False: there is
 * none (NULL), it was not kept, or it breaks the grammar. */
MUST_USE bool facts_certificate_list(const struct facts *facts, const struct note *note,
                                     struct certificate_list *list);

/* The ClientHello, which was read, names no server: it has no server_name extension, or one without
 * a name in it. */
bool facts_names_no_server(const struct facts *facts);

/* Neither a ClientHello nor the target of a proxy tells the name: the capture lacks it. */
bool facts_name_is_unread(const struct facts *facts);

/* The server refused a hello that offers pre-shared keys or tickets: it may have another key than
 * the client, so that the binder does not verify (RFC 8446 section 4.2.11.2). */
bool facts_refused_key_offer(const struct facts *facts);

/* The identity of the external pre-shared key that the client's last hello offers first (RFC 8446
 * section 4.2.11): its age is 0 and it is short text, which no ticket is. Empty: there is none. */
struct bytes facts_external_key(const struct facts *facts);

/* The client's first hello, which was read, asks to go on with an earlier session: by a ticket or a
 * session ID (RFC 5077 section 3.4; one that offers TLS 1.3 has an ID that means nothing), or by a
 * pre-shared key that is not external. In brief facts any such key counts. */
bool facts_wants_to_resume(const struct facts *facts);

/* The session ID that the client's first hello names, which was read. It means nothing where the
 * hello offers TLS 1.3 (RFC 8446 section 4.1.2). Empty: none. */
struct bytes facts_session_id(const struct facts *facts);

/* The user that the client's first hello, which was read, names for a password (RFC 5054 section
 * 2.3). Empty: none. */
struct bytes facts_password_user(const struct facts *facts);

/* The group of the key exchange (RFC 8446 section 4.2.8, RFC 8422 section 5.4), 0: not known. */
uint16_t facts_chosen_group(const struct facts *facts);

/* The hello that counts: the second one after a retry, else the first. False: none was read. */
bool facts_last_hello(const struct facts *facts, const struct client_hello **hello,
                      const struct hello_extensions **extensions);

#endif
