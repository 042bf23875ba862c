/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handshakes that are almost right, up to the verdict: it must not depend on how TCP cuts them.
 *
 * The first octet of the input chooses the port, the second one the segments of another delivery of
 * the same octets. Then come steps, each of three octets and what these announce.
 */
#include "dissect/tls.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/play.h"

enum {
    STEPS_MAX = 64,
    BODY_MAX = 4096, /* octets of one step */
    PIECE_MASK = 0x3f,
    SWAPPED = 0x40,
    DOUBLED = 0x80
};

struct step {
    uint8_t kind;
    uint8_t side;
    uint8_t value;
    struct bytes body;
};

/* What may come before TLS, and what else a client or server may say. */
static const char *const texts[] = {
    "220 mail.example.test ESMTP\r\n",
    "EHLO client\r\n",
    "250-mail.example.test\r\n250 STARTTLS\r\n",
    "STARTTLS\r\n",
    "220 2.0.0 Ready\r\n",
    "454 4.7.0 TLS not available\r\n",
    "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
    "a STARTTLS\r\n",
    "a OK Begin TLS negotiation now\r\n",
    "a NO not today\r\n",
    "+OK POP3 ready\r\n",
    "STLS\r\n",
    "+OK Begin TLS\r\n",
    "-ERR no\r\n",
    "AUTH TLS\r\n",
    "234 AUTH TLS OK.\r\n",
    "CONNECT www.example.test:443 HTTP/1.1\r\nHost: www.example.test\r\n\r\n",
    "HTTP/1.1 200 Connection established\r\n\r\n",
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: www.example.test\r\n\r\n",
    "PROXY TCP4 192.0.2.1 198.51.100.1 40000 443\r\n",
    "<stream:stream to='example.test' xmlns='jabber:client'>",
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    "SSH-2.0-OpenSSH_9.2\r\n",
};

static void say(struct play *play, const struct step *step, enum side from)
{
    play_text(play, from, texts[step->value % (sizeof(texts) / sizeof(texts[0]))]);
}

static void send_octets(struct play *play, const struct step *step, enum side from)
{
    play_octets(play, from, step->body.data, step->body.len);
}

static void send_record(struct play *play, const struct step *step, enum side from)
{
    play_record(play, from, step->value, step->body);
}

static void send_message(struct play *play, const struct step *step, enum side from)
{
    play_message(play, from, step->value, step->body);
}

static void send_protected(struct play *play, const struct step *step, enum side from)
{
    static const uint8_t types[] = {TLS_CONTENT_APPLICATION_DATA, TLS_CONTENT_HANDSHAKE,
                                    TLS_CONTENT_ALERT, TLS_CONTENT_HEARTBEAT};

    play_protected(play, from, types[step->value >> 6], step->value & 0x3f);
}

static void send_client_hello(struct play *play, const struct step *step, enum side from)
{
    (void)from;
    play_client_hello(play, step->value & 1);
}

static void send_server_hello(struct play *play, const struct step *step, enum side from)
{
    (void)from;
    if (step->value & 2)
        play_retry(play);
    else
        play_server_hello(play, step->value & 1);
}

static void send_server_flight(struct play *play, const struct step *step, enum side from)
{
    (void)step;
    (void)from;
    play_server_flight(play);
}

/* From here on records come in packets of TDS of so many octets, or alone. */
static void change_packets(struct play *play, const struct step *step, enum side from)
{
    (void)from;
    play->tds = step->value;
}

/* Likewise in messages of OpenVPN. */
static void change_messages(struct play *play, const struct step *step, enum side from)
{
    (void)from;
    play->openvpn_authentication = step->side >> 1 & 1 ? 28 : 0;
    play_openvpn_opening(play);
    play->openvpn = step->value;
}

static void change_cipher_spec(struct play *play, const struct step *step, enum side from)
{
    (void)step;
    play_change_cipher_spec(play, from);
}

static void send_alert(struct play *play, const struct step *step, enum side from)
{
    play_alert(play, from, 1 + step->value % 2, step->value >> 1);
}

static void close_side(struct play *play, const struct step *step, enum side from)
{
    if (step->value & 1)
        play_reset(play, from);
    else
        play_fin(play, from);
}

static const struct {
    void (*act)(struct play *play, const struct step *step, enum side from);
    bool has_body; /* two octets of length and so many octets follow */
} acts[] = {
    {send_octets, true},        {send_record, true},
    {send_message, true},       {send_client_hello, false},
    {send_server_hello, false}, {send_server_flight, false},
    {send_protected, false},    {change_cipher_spec, false},
    {send_alert, false},        {say, false},
    {close_side, false},        {change_packets, false},
    {change_messages, false},
};

static bool next_step(struct bytes *in, struct step *step)
{
    uint16_t length;

    if (!bytes_u8(in, &step->kind) || !bytes_u8(in, &step->side) || !bytes_u8(in, &step->value))
        return false;
    step->kind %= sizeof(acts) / sizeof(acts[0]);
    step->body = (struct bytes){0};
    if (!acts[step->kind].has_body)
        return true;
    return bytes_u16(in, &length)
           && bytes_take(in, length % BODY_MAX < in->len ? length % BODY_MAX : in->len,
                         &step->body);
}

/* Returns whether a RST was among it. */
static bool deliver(struct play *play, struct bytes in, uint8_t port, uint8_t cut)
{
    static const uint16_t ports[] = {443, 25, 8080};
    struct step step;
    bool is_reset = false;

    play_begin(play, ports[port % 3], cut & PIECE_MASK);
    play->swapped = cut & SWAPPED;
    play->doubled = cut & DOUBLED;
    for (int steps = 0; steps < STEPS_MAX && next_step(&in, &step); steps++) {
        acts[step.kind].act(play, &step, step.side & 1 ? SIDE_SERVER : SIDE_CLIENT);
        is_reset = is_reset || (acts[step.kind].act == close_side && (step.value & 1));
    }
    play_end_after(play, port & 0x80 ? INT64_C(60000000000) : 0);
    return is_reset;
}

/* Causes that are found in the segments themselves. */
static bool is_of_network(const char *cause)
{
    static const char *const causes[] = {
        "mtu_blackhole",    "large_client_hello_intolerance",
        "middlebox_reset",  "packet_loss",
        "reset_by_server",  "reset_by_client",
        "server_silent",    "server_closed",
        "client_abandoned",
    };

    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (strcmp(cause, causes[i]) == 0)
            return true;
    return false;
}

static void compare(const struct play *whole, const struct play *cut)
{
    /* When both sides said what nobody knows, the connection is let go of after that segment,
     * with a hello that only a longer one would have held. */
    if (whole->switched != cut->switched)
        return;
    must(whole->outcome == cut->outcome);
    if (whole->outcome
        == OUTCOME_NOT_TLS) /* what else it was, its first octets tell as they come */
        return;
    must(whole->stage == cut->stage);
    must(whole->version == cut->version);
    must(whole->starttls_refused == cut->starttls_refused);
    must(whole->prelude[SIDE_CLIENT] == cut->prelude[SIDE_CLIENT]);
    must(whole->prelude[SIDE_SERVER] == cut->prelude[SIDE_SERVER]);
    must(strcmp(whole->incomplete, cut->incomplete) == 0);
    if (whole->outcome != OUTCOME_FAILED)
        return;
    must(whole->refusal == cut->refusal);
    must(whole->refusal == REFUSAL_NONE || whole->refused == cut->refused);
    must(whole->alert == cut->alert);
    if (is_of_network(whole->cause) && is_of_network(cut->cause))
        return;
    must(whole->refused_by == cut->refused_by);
    must(strcmp(whole->cause, cut->cause) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    struct play whole;
    struct play cut;
    uint8_t port;
    uint8_t cutting;
    bool is_reset;

    if (!bytes_u8(&in, &port) || !bytes_u8(&in, &cutting))
        return 0;
    is_reset = deliver(&whole, in, port, 0);
    (void)deliver(&cut, in, port, (cutting & PIECE_MASK) == 0 ? cutting | 1 : cutting);
    must(whole.verdicts == 1 && cut.verdicts == 1);
    /* Where framing is lost, a record is looked for at the start of each segment; after a RST,
     * octets count only as far as they come soon. */
    if (!is_reset && !whole.framing_lost && !cut.framing_lost)
        compare(&whole, &cut);
    return 0;
}
