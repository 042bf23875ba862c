# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that people run: nginx, HAProxy, Apache, stunnel on OpenSSL; some of them without TLS."""

import shutil
import subprocess
from pathlib import Path

from options import Unsupported
from stacks import Launch, Stack
from stacks.openssl import NAMES, cipher_string, config

ORDER = ("1.0", "1.1", "1.2", "1.3")


def _versions(options):
    low, high = options.version_range()
    if "3.0" in (low, high):
        raise Unsupported("this libssl has no SSL 3.0")
    low, high = low or "1.2", high or "1.3"
    return ORDER[ORDER.index(low) : ORDER.index(high) + 1]


NGINX_PLAIN = """daemon off; master_process off; pid {dir}/nginx.pid; error_log stderr info;
events {{ worker_connections 64; }}
http {{
access_log off;
client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
server {{ listen {port}; listen [::]:{port}; return 200 "ok\\n"; }}
}}
"""


def nginx_plain(run, options):
    path = run.write("nginx.conf", NGINX_PLAIN.format(dir=run.dir, port=options.port))
    return Launch(["nginx", "-c", path, "-e", "stderr"])


NGINX = """daemon off; master_process off; pid {dir}/nginx.pid; error_log stderr info;
events {{ worker_connections 64; }}
http {{
access_log off;
client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
ssl_certificate {chain}; ssl_certificate_key {key};
ssl_protocols {versions}; ssl_ciphers {ciphers}; {more}
server {{ listen {port} ssl{http2}{default}; listen [::]:{port} ssl{http2}{default};
server_name www.lab.test; root {dir}; location / {{ {answer} }} }}
{reject}
}}
"""


def nginx(run, options):
    more = []
    if options.groups:
        more.append(f"ssl_ecdh_curve {options.groups};")
    if options.dh:
        more.append(f"ssl_dhparam {run.pki.path(f'dh{options.dh}', 'pem')};")
    if options.client_auth:
        mode = "on" if options.client_auth == "require" else "optional"
        more.append(
            f"ssl_client_certificate {run.ca(options.client_ca)}; ssl_verify_client {mode}; "
            "ssl_verify_depth 5;"
        )
    if options.staple:
        more.append(f"ssl_stapling on; ssl_stapling_file {run.pki.path(options.staple, 'ocsp')};")
    if not options.tickets:
        more.append("ssl_session_tickets off; ssl_session_cache shared:s:1m;")
    if options.early_data:
        more.append("ssl_early_data on;")
    if options.alpn not in ("", "h2,http/1.1"):
        raise Unsupported("nginx has its own ALPN list")
    if options.body > 3:
        (run.dir / "index.html").write_text("x" * options.body)
    reject = default = ""
    if options.strict_sni:
        reject = (
            f"server {{ listen {run.port} ssl default_server; "
            f"listen [::]:{run.port} ssl default_server; "
            "ssl_reject_handshake on; }"
        )
    path = run.write(
        "nginx.conf",
        NGINX.format(
            dir=run.dir,
            chain=run.pki.path(options.cert, "chain"),
            key=run.pki.path(options.cert, "key"),
            versions=" ".join(NAMES[v] for v in _versions(options)),
            ciphers=cipher_string(options),
            more=" ".join(more),
            port=run.port,
            default=default,
            reject=reject,
            http2=" http2" if options.alpn else "",
            answer="" if options.body > 3 else 'return 200 "ok\\n";',
        ),
    )
    return Launch(["nginx", "-c", path, "-e", "stderr"], config(run, options, "server"))


HAPROXY_REJECT = """global
 log stderr format raw local0
defaults
 mode tcp
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend lab
 bind [::]:{port} v4v6
 tcp-request inspect-delay 1s
 tcp-request content reject if {{ req.ssl_hello_type 1 }}
 default_backend nobody
backend nobody
"""


def haproxy_reject(run, options):
    """A TCP front end that refuses by policy once it has seen the ClientHello."""
    path = run.write("haproxy.cfg", HAPROXY_REJECT.format(port=options.port))
    return Launch(["haproxy", "-db", "-f", path])


HAPROXY_WAIT = """global
 log stderr format raw local0
defaults
 mode tcp
 timeout client 30s
 timeout server 5s
 timeout connect 5s
frontend lab
 bind [::]:{port} v4v6
 tcp-request inspect-delay 30s
 tcp-request content reject if {{ req.len gt 16000 }}
 tcp-request content accept if {{ req.len gt 15000 }}
 default_backend nobody
backend nobody
"""


def haproxy_wait(run, options):
    """A TCP front end that waits for more than a ClientHello has."""
    path = run.write("haproxy.cfg", HAPROXY_WAIT.format(port=options.port))
    return Launch(["haproxy", "-db", "-f", path])


def sshd(run, options):
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(run.dir / "host")], check=True
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    return Launch(
        [
            "/usr/sbin/sshd",
            "-D",
            "-e",
            "-f",
            "/dev/null",
            "-p",
            str(options.port),
            "-h",
            str(run.dir / "host"),
            "-o",
            "PidFile=none",
        ]
    )


HAPROXY = """global
 log stderr format raw local0
{dh}defaults
 mode http
 log global
 log-format "%ci:%cp %ft %ST ssl:%[ssl_fc_err_str]"
 error-log-format "%ci:%cp %[fc_err_str] ssl:%[ssl_fc_err_str]"
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend lab
 bind [::]:{port} v4v6 ssl crt {both} ssl-min-ver {low} ssl-max-ver {high} ciphers {ciphers} {more}
 http-request return status 200 content-type text/plain string "ok"
"""


def haproxy(run, options):
    versions = _versions(options)
    dh = ""
    shutil.copy(run.pki.path(options.cert, "both"), run.dir / "site.pem")
    more = []
    if options.groups:
        more.append(f"curves {options.groups}")
    if options.sigalgs:
        more.append(f"sigalgs {options.sigalgs}")
    if options.alpn:
        more.append(f"alpn {options.alpn}")
    if options.client_auth:
        more.append(
            f"ca-file {run.ca(options.client_ca)} verify "
            f"{'required' if options.client_auth == 'require' else 'optional'}"
        )
    if options.strict_sni:
        more.append("strict-sni")
    if not options.tickets:
        more.append("no-tls-tickets")
    if options.early_data:
        more.append("allow-0rtt")
    if options.staple:
        shutil.copy(run.pki.path(options.staple, "ocsp"), run.dir / "site.pem.ocsp")
        (run.dir / "site.pem.issuer").write_text(Path(run.ca("inter")).read_text())
    if options.dh:
        dh = f" ssl-dh-param-file {run.pki.path(f'dh{options.dh}', 'pem')}\n"
    path = run.write(
        "haproxy.cfg",
        HAPROXY.format(
            dh=dh,
            port=run.port,
            both=run.dir / "site.pem",
            low=NAMES[versions[0]].replace("TLSv1", "TLSv1.0")
            if versions[0] == "1.0"
            else NAMES[versions[0]],
            high="TLSv1.0" if versions[-1] == "1.0" else NAMES[versions[-1]],
            ciphers=cipher_string(options),
            more=" ".join(more),
        ),
    )
    return Launch(["haproxy", "-db", "-f", path], config(run, options, "server"))


APACHE = """ServerName www.lab.test
ServerRoot {dir}
PidFile {dir}/apache.pid
Listen {port}
ErrorLog {dir}/error.log
LogLevel info ssl:info
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
LoadModule ssl_module {modules}/mod_ssl.so
StartServers 1
ServerLimit 1
MinSpareThreads 1
MaxSpareThreads 8
ThreadsPerChild 8
MaxRequestWorkers 8
Mutex file:{dir}
SSLSessionCache shmcb:{dir}/cache(64000)
DocumentRoot {dir}/www
SSLStrictSNIVHostCheck {strict}
<VirtualHost *:{port}>
ServerName www.lab.test
SSLEngine on
SSLCertificateFile {chain}
SSLCertificateKeyFile {key}
SSLProtocol {versions}
SSLCipherSuite {ciphers}
{more}
</VirtualHost>
"""


def apache(run, options):
    if options.alpn or options.staple or options.groups or options.early_data:
        raise Unsupported("not set up for Apache")
    more = []
    if options.client_auth:
        more.append(
            f"SSLVerifyClient {'require' if options.client_auth == 'require' else 'optional'}\n"
            f"SSLVerifyDepth 5\nSSLCACertificateFile {run.ca(options.client_ca)}"
        )
    if not options.tickets:
        more.append("SSLSessionTickets off")
    (run.dir / "www").mkdir()
    (run.dir / "www" / "index.html").write_text("x" * options.body)
    run.dir.chmod(0o755)
    path = run.write(
        "apache.conf",
        APACHE.format(
            dir=run.dir,
            port=run.port,
            modules="/usr/lib/apache2/modules",
            chain=run.pki.path(options.cert, "chain"),
            key=run.pki.path(options.cert, "key"),
            versions=" ".join(f"+{NAMES[v]}" for v in _versions(options)),
            ciphers=cipher_string(options),
            strict="on" if options.strict_sni else "off",
            more="\n".join(more),
        ),
    )
    return Launch(
        ["apache2", "-X", "-f", path], config(run, options, "server"), logs=("error.log",)
    )


LIGHTTPD = """server.document-root = "{dir}"
server.port = {port}
server.bind = "0.0.0.0"
server.modules = ("mod_openssl")
ssl.engine = "enable"
ssl.pemfile = "{chain}"
ssl.privkey = "{key}"
ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "{low}", "MaxProtocol" => "{high}",
 "CipherString" => "{ciphers}"{groups})
{more}
"""


def lighttpd(run, options):
    if options.alpn or options.staple or options.strict_sni or options.early_data or options.dh:
        raise Unsupported("not set up for lighttpd")
    if run.family != 4:
        raise Unsupported("set up for IPv4 only")
    versions = _versions(options)
    more = ""
    if options.client_auth:
        more = (
            f'ssl.ca-file = "{run.ca(options.client_ca)}"\nssl.verifyclient.activate = "enable"\n'
            f'ssl.verifyclient.enforce = "{"en" if options.client_auth == "require" else "dis"}able"'
        )
    path = run.write(
        "lighttpd.conf",
        LIGHTTPD.format(
            dir=run.dir,
            port=run.port,
            chain=run.pki.path(options.cert, "chain"),
            key=run.pki.path(options.cert, "key"),
            low=NAMES[versions[0]],
            high=NAMES[versions[-1]],
            ciphers=cipher_string(options),
            groups=f', "Groups" => "{options.groups}"' if options.groups else "",
            more=more,
        ),
    )
    return Launch(["lighttpd", "-D", "-f", path], config(run, options, "server"))


STUNNEL = """foreground = yes
debug = 5
pid =
[lab]
accept = :::{port}
cert = {chain}
key = {key}
sslVersionMin = {low}
sslVersionMax = {high}
ciphers = {ciphers}
TIMEOUTclose = 0
exec = /bin/sh
execArgs = sh {answer}
{more}
"""


def stunnel(run, options):
    if options.alpn or options.staple or options.strict_sni or options.early_data:
        raise Unsupported("not set up for stunnel")
    versions = _versions(options)
    more = []
    if options.groups:
        more.append(f"curves = {options.groups}")
    if options.client_auth:
        more.append(
            f"CAfile = {run.ca(options.client_ca)}\nrequireCert = "
            f"{'yes' if options.client_auth == 'require' else 'no'}\nverifyChain = yes"
        )
    answer = run.write("answer", "read -r line\nprintf 'HTTP/1.0 200 OK\\r\\n\\r\\nok\\n'\n")
    path = run.write(
        "stunnel.conf",
        STUNNEL.format(
            port=run.port,
            chain=run.pki.path(options.cert, "chain"),
            key=run.pki.path(options.cert, "key"),
            low=NAMES[versions[0]],
            high=NAMES[versions[-1]],
            ciphers=cipher_string(options),
            answer=answer,
            more="\n".join(more),
        ),
    )
    return Launch(["stunnel4", path], config(run, options, "server"))


STACKS = (
    Stack("nginx", "nginx", ("nginx", "-v"), server=nginx),
    Stack("nginx-plain", "nginx", ("nginx", "-v"), server=nginx_plain),
    Stack("haproxy", "haproxy", ("haproxy", "-v"), server=haproxy),
    Stack("haproxy-reject", "haproxy", ("haproxy", "-v"), server=haproxy_reject),
    Stack("haproxy-wait", "haproxy", ("haproxy", "-v"), server=haproxy_wait),
    Stack("sshd", "/usr/sbin/sshd", ("sh", "-c", "ssh -V 2>&1"), server=sshd),
    Stack("apache", "apache2", ("apache2", "-v"), server=apache),
    Stack("lighttpd", "lighttpd", ("lighttpd", "-v"), server=lighttpd),
    Stack(
        "stunnel",
        "stunnel4",
        ("sh", "-c", "stunnel4 -version 2>&1 | grep '^stunnel'"),
        server=stunnel,
    ),
)
