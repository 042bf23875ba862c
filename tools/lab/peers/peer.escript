#!/usr/bin/env escript
%% -*- erlang -*-
%% SPDX-License-Identifier: GPL-2.0-or-later
%% A small TLS client and server on Erlang's ssl. Arguments: client|server name=value...

main([Role | Words]) ->
    Flags = maps:from_list([list_to_tuple(string:split(Word, "=")) || Word <- Words]),
    {ok, _} = application:ensure_all_started(ssl),
    case Role of
        "client" -> client(Flags);
        "server" -> server(Flags)
    end.

versions(#{"min" := Low, "max" := High}) ->
    All = [{"1.0", tlsv1}, {"1.1", 'tlsv1.1'}, {"1.2", 'tlsv1.2'}, {"1.3", 'tlsv1.3'}],
    [{versions, [Name || {Version, Name} <- All, Version >= Low, Version =< High]}];
versions(_) ->
    [].

group("X25519") -> x25519;
group("P-256") -> secp256r1;
group("P-384") -> secp384r1.

groups(#{"groups" := Names, "max" := "1.2"}) ->
    [{eccs, [group(Name) || Name <- string:split(Names, ":", all)]}];
groups(#{"groups" := Names}) ->
    [{supported_groups, [group(Name) || Name <- string:split(Names, ":", all)]}];
groups(_) ->
    [].

common(Flags) ->
    versions(Flags) ++ groups(Flags)
        ++ [{ciphers, Suites} || Suites <- given("suite", Flags)]
        ++ lists:append([[{certfile, Chain}, {keyfile, maps:get("key", Flags)}]
                         || Chain <- given("chain", Flags)])
        ++ [{cacertfile, File} || File <- given("ca", Flags)].

given(Name, Flags) ->
    case Flags of
        #{Name := Value} -> [Value];
        _ -> []
    end.

protocols(Names) -> [list_to_binary(Name) || Name <- string:split(Names, ",", all)].

client(Flags) ->
    Name = maps:get("sni", Flags, disable),
    Verify = case maps:get("verify", Flags) of "1" -> verify_peer; _ -> verify_none end,
    Options = common(Flags)
        ++ [{verify, Verify}, {server_name_indication, Name}]
        ++ [{customize_hostname_check,
             [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}]}]
        ++ [{alpn_advertised_protocols, protocols(Names)} || Names <- given("alpn", Flags)],
    {ok, Address} = inet:parse_address(maps:get("host", Flags)),
    case ssl:connect(Address, list_to_integer(maps:get("port", Flags)), Options, 4000) of
        {ok, Socket} ->
            io:format("ok ~p~n", [ssl:connection_information(Socket, [protocol])]),
            talk(Socket, maps:get("do", Flags));
        Error ->
            io:format("error ~p~n", [Error])
    end.

talk(Socket, "quit") ->
    ssl:close(Socket);
talk(Socket, _) ->
    ok = ssl:send(Socket, "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n"),
    receive {ssl_closed, _} -> ok; {ssl_error, _, _} -> ok after 1500 -> ok end,
    ssl:close(Socket).

client_authentication(#{"clientauth" := "require"}) ->
    [{verify, verify_peer}, {fail_if_no_peer_cert, true}];
client_authentication(#{"clientauth" := "request"}) ->
    [{verify, verify_peer}];
client_authentication(_) ->
    [].

server(Flags) ->
    Options = common(Flags) ++ client_authentication(Flags)
        ++ [{reuseaddr, true}, inet6, {active, false}]
        ++ [{alpn_preferred_protocols, protocols(Names)} || Names <- given("alpn", Flags)],
    {ok, Listener} = ssl:listen(list_to_integer(maps:get("port", Flags)), Options),
    serve(Listener).

serve(Listener) ->
    {ok, Plain} = ssl:transport_accept(Listener),
    case ssl:handshake(Plain, 4000) of
        {ok, Socket} ->
            _ = ssl:recv(Socket, 0, 1500),
            _ = ssl:send(Socket, "HTTP/1.0 200 OK\r\n\r\nok\n"),
            ssl:close(Socket);
        Error ->
            io:format("error ~p~n", [Error])
    end,
    serve(Listener).
