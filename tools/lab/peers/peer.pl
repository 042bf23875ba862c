#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# A small TLS client on IO::Socket::SSL. Arguments: client name=value...

use strict;
use warnings;

use IO::Socket::SSL;

shift @ARGV;
my %flags = map { split /=/, $_, 2 } @ARGV;
my %given = (
    PeerHost            => $flags{host},
    PeerPort            => $flags{port},
    Timeout             => 4,
    SSL_ca_file         => $flags{ca},
    SSL_hostname        => $flags{sni} // '',
    SSL_verify_mode     => $flags{verify} ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
    SSL_verifycn_scheme => $flags{verify} && $flags{sni} ? 'http' : 'none',
    SSL_verifycn_name   => $flags{sni} // '',
);
$given{SSL_alpn_protocols} = [ split /,/, $flags{alpn} ] if $flags{alpn};
@given{qw(SSL_cert_file SSL_key_file)} = @flags{qw(chain key)} if $flags{chain};
my $tls = IO::Socket::SSL->new(%given) or die "error: $SSL_ERROR\n";
printf "ok %s %s\n", $tls->get_sslversion, $tls->get_cipher;

if ( $flags{do} ne 'quit' ) {
    print {$tls} "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n";
    1 while <$tls>;
}
close $tls;
