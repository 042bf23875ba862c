<?php
// SPDX-License-Identifier: GPL-2.0-or-later
// A small TLS client on PHP's streams. Arguments: client name=value...

$flags = [];
foreach (array_slice($argv, 2) as $word) {
    [$name, $value] = explode("=", $word, 2);
    $flags[$name] = $value;
}
$verify = $flags["verify"] === "1";
$tls = [
    "cafile" => $flags["ca"],
    "verify_peer" => $verify,
    "verify_peer_name" => $verify && isset($flags["sni"]),
    "SNI_enabled" => isset($flags["sni"]),
    "peer_name" => $flags["sni"] ?? $flags["host"],
];
if (isset($flags["alpn"])) {
    $tls["alpn_protocols"] = $flags["alpn"];
}
if (isset($flags["chain"])) {
    $tls += ["local_cert" => $flags["chain"], "local_pk" => $flags["key"]];
}
$socket = stream_socket_client(
    "tls://{$flags['host']}:{$flags['port']}", $code, $text, 4,
    STREAM_CLIENT_CONNECT, stream_context_create(["ssl" => $tls])
);
if ($socket === false) {
    echo "error: $text\n";
    exit(1);
}
echo "ok\n";
if ($flags["do"] !== "quit") {
    fwrite($socket, "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n");
    stream_get_contents($socket);
}
fclose($socket);
