/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The framing of a stream: records, handshake messages, SSL 2.0 and what is no TLS at all.
 *
 * The input is what one side sent. Whatever it is, framing makes progress, asks for no more than
 * it says it can, and changes nothing when it cannot go on.
 */
#include "dissect/alert.h"
#include "dissect/message.h"
#include "dissect/prelude.h"
#include "dissect/record.h"
#include "dissect/sslv2.h"
#include "tests/fuzz/fuzz.h"

static void read_messages(struct bytes fragment)
{
    struct message message;
    size_t need = 0;
    struct bytes before = fragment;
    enum message_status status;

    while ((status = message_next(&fragment, &message, &need)) == MESSAGE_OK) {
        must(fragment.len < before.len);
        must(message.body.len <= MESSAGE_BODY_MAX);
        touch(message.body);
        before = fragment;
    }
    must(fragment.data == before.data && fragment.len == before.len);
    if (status == MESSAGE_PARTIAL)
        must(need > fragment.len && need <= MESSAGE_MAX);
}

static void read_alerts(struct bytes fragment)
{
    struct alert alert;
    unsigned count = 0;
    bool are_plain = alerts_are_plain(fragment);

    while (alert_next(&fragment, &alert))
        count++;
    if (are_plain)
        must(count > 0 && count <= ALERTS_PER_RECORD_MAX && fragment.len == 0);
}

static void read_records(struct bytes stream)
{
    struct record record;
    size_t need = 0;
    struct bytes before = stream;
    enum record_status status;

    while ((status = record_next(&stream, &record, &need)) == RECORD_OK) {
        must(stream.len < before.len);
        touch(record.fragment);
        read_messages(record.fragment);
        read_alerts(record.fragment);
        before = stream;
    }
    must(stream.data == before.data && stream.len == before.len);
    if (status == RECORD_PARTIAL)
        must(need > stream.len && need <= RECORD_MAX);
}

static void read_cipher_specs(struct bytes cipher_specs)
{
    uint32_t spec;

    while (sslv2_cipher_spec_next(&cipher_specs, &spec))
        must(spec <= 0xffffff);
    must(cipher_specs.len == 0);
}

static void read_sslv2_client_hello(struct bytes stream)
{
    struct sslv2_client_hello hello;
    struct bytes whole = stream;
    size_t need = 0;

    switch (sslv2_client_hello_next(&stream, &hello, &need)) {
    case RECORD_OK:
        must(stream.len < whole.len);
        touch(hello.message);
        touch(hello.session_id);
        touch(hello.challenge);
        read_cipher_specs(hello.cipher_specs);
        break;
    case RECORD_PARTIAL:
        must(need > stream.len && need <= SSLV2_HEADER_MAX + SSLV2_CLIENT_HELLO_MAX);
        break;
    default:
        must(stream.len == whole.len);
    }
}

static void read_sslv2_server_hello(struct bytes stream)
{
    struct sslv2_server_hello hello;
    struct bytes whole = stream;
    size_t need = 0;
    uint16_t error;

    switch (sslv2_server_hello_next(&stream, &hello, &need)) {
    case RECORD_OK:
        must(stream.len < whole.len);
        touch(hello.certificate);
        touch(hello.connection_id);
        read_cipher_specs(hello.cipher_specs);
        break;
    case RECORD_PARTIAL:
        must(need > stream.len && need <= SSLV2_HEADER_MAX + SSLV2_SERVER_HELLO_MAX);
        break;
    default:
        must(stream.len == whole.len);
    }
    if (sslv2_error_next(&whole, &error, &need) == RECORD_OK)
        must(sslv2_error_name(error) != NULL);
}

static void identify(struct bytes stream)
{
    for (int from_client = 0; from_client <= 1; from_client++) {
        enum prelude prelude = prelude_identify(stream, from_client);

        must(prelude >= 0 && prelude < PRELUDE_COUNT);
        must(prelude != PRELUDE_PARTIAL || stream.len < PRELUDE_OCTETS_MAX);
        must(prelude_name(prelude) != NULL);
    }
    struct bytes line = prelude_first_line(stream, 80);
    must(line.len <= 80);
    touch(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes stream = bytes_of(data, size);

    read_records(stream);
    read_messages(stream);
    read_sslv2_client_hello(stream);
    read_sslv2_server_hello(stream);
    identify(stream);
    return 0;
}
