# SPDX-License-Identifier: GPL-2.0-or-later
# A small TLS client on Ruby's openssl. Arguments: client name=value...

require "openssl"
require "socket"

flags = ARGV.drop(1).to_h { |word| word.split("=", 2) }
context = OpenSSL::SSL::SSLContext.new
context.set_params(
  ca_file: flags["ca"],
  verify_mode: flags["verify"] == "1" ? OpenSSL::SSL::VERIFY_PEER : OpenSSL::SSL::VERIFY_NONE,
  verify_hostname: flags["verify"] == "1" && flags.key?("sni")
)
context.ciphers = "#{flags.fetch("ciphers", "DEFAULT")}:@SECLEVEL=#{flags["level"]}" if flags.key?("level")
context.alpn_protocols = flags["alpn"].split(",") if flags.key?("alpn")
if flags.key?("chain")
  chain = File.read(flags["chain"]).scan(/-----BEGIN.*?-----END CERTIFICATE-----/m)
  chain.map! { |pem| OpenSSL::X509::Certificate.new(pem) }
  context.add_certificate(chain.first, OpenSSL::PKey.read(File.read(flags["key"])), chain.drop(1))
end
socket = TCPSocket.new(flags["host"], Integer(flags["port"]))
tls = OpenSSL::SSL::SSLSocket.new(socket, context)
tls.sync_close = true
tls.hostname = flags["sni"] if flags.key?("sni")
tls.connect
puts "ok #{tls.ssl_version} #{tls.cipher.first}"
unless flags["do"] == "quit"
  tls.write("GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n")
  tls.read
end
tls.close
