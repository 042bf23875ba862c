// SPDX-License-Identifier: GPL-2.0-or-later

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A small TLS client and server on SSLSocket. Arguments: client|server name=value... */
public final class Peer {
    private static final String REQUEST = "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n";
    private static final List<String> VERSIONS = List.of("1.0", "1.1", "1.2", "1.3");
    /** The OpenSSL cipher strings that scenarios use. */
    private static final Map<String, String[]> CIPHERS = Map.of(
            "AES128-SHA", new String[] {"TLS_RSA_WITH_AES_128_CBC_SHA"},
            "kRSA", new String[] {"TLS_RSA_WITH_AES_128_GCM_SHA256"},
            "DHE", new String[] {"TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
            "ECDHE", new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
            "aECDSA", new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
            "aRSA", new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});

    private Peer() {
    }

    /** Trusts everybody. */
    private static final class Careless implements X509TrustManager {
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type) {
        }

        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {
        }

        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }

    private static SSLContext context(Map<String, String> flags) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        KeyStore own = KeyStore.getInstance("PKCS12");
        if (flags.containsKey("p12")) {
            try (InputStream in = new FileInputStream(flags.get("p12"))) {
                own.load(in, "lab".toCharArray());
            }
        } else {
            own.load(null, null);
        }
        keys.init(own, "lab".toCharArray());
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        try (InputStream in = new FileInputStream(flags.get("ca"))) {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            roots.setCertificateEntry("root", factory.generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        boolean careless = "0".equals(flags.get("verify"));
        TrustManager[] managers =
                careless ? new TrustManager[] {new Careless()} : trust.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), managers, null);
        return context;
    }

    private static void tune(SSLParameters parameters, Map<String, String> flags) {
        if (flags.containsKey("min")) {
            List<String> names = new ArrayList<>();
            int last = VERSIONS.indexOf(flags.get("max"));
            for (int i = VERSIONS.indexOf(flags.get("min")); i <= last; i++) {
                names.add(i == 0 ? "TLSv1" : "TLSv" + VERSIONS.get(i));
            }
            parameters.setProtocols(names.toArray(new String[0]));
        }
        if (flags.containsKey("ciphers")) {
            parameters.setCipherSuites(CIPHERS.get(flags.get("ciphers")));
        }
        if (flags.containsKey("alpn")) {
            parameters.setApplicationProtocols(flags.get("alpn").split(","));
        }
    }

    private static void client(Map<String, String> flags) throws Exception {
        SSLContext context = context(flags);
        for (int i = 0; i < Integer.parseInt(flags.get("times")); i++) {
            Socket plain = new Socket();
            int port = Integer.parseInt(flags.get("port"));
            plain.connect(new InetSocketAddress(flags.get("host"), port), 4000);
            String name = flags.getOrDefault("sni", flags.get("host"));
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true)) {
                socket.setSoTimeout(4000);
                SSLParameters parameters = socket.getSSLParameters();
                tune(parameters, flags);
                if (flags.containsKey("sni")) {
                    parameters.setServerNames(List.of(new SNIHostName(name)));
                    parameters.setEndpointIdentificationAlgorithm(
                            "0".equals(flags.get("verify")) ? null : "HTTPS");
                }
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                System.out.println("ok " + socket.getSession().getCipherSuite());
                if (!"quit".equals(flags.get("do"))) {
                    socket.getOutputStream().write(REQUEST.getBytes());
                    socket.getInputStream().readAllBytes();
                }
            }
        }
    }

    private static void server(Map<String, String> flags) throws Exception {
        SSLServerSocket listener = (SSLServerSocket) context(flags).getServerSocketFactory()
                .createServerSocket(Integer.parseInt(flags.get("port")));
        SSLParameters parameters = listener.getSSLParameters();
        tune(parameters, flags);
        parameters.setNeedClientAuth("require".equals(flags.get("clientauth")));
        if ("request".equals(flags.get("clientauth"))) {
            parameters.setWantClientAuth(true);
        }
        if (flags.containsKey("sni")) {
            parameters.setSNIMatchers(List.of(SNIHostName.createSNIMatcher("www[.]lab[.]test")));
        }
        listener.setSSLParameters(parameters);
        while (true) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                socket.setSoTimeout(4000);
                socket.startHandshake();
                if (socket.getInputStream().read(new byte[4096]) > 0) {
                    socket.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\nok\n".getBytes());
                }
            } catch (IOException error) {
                System.out.println(error);
            }
        }
    }

    public static void main(String[] words) throws Exception {
        Map<String, String> flags = new HashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                flags.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        if (flags.containsKey("groups")) {
            System.setProperty("jdk.tls.namedGroups", flags.get("groups").replace(":", ",")
                    .replace("P-256", "secp256r1").replace("P-384", "secp384r1")
                    .replace("X25519", "x25519"));
        }
        if ("0".equals(flags.get("level"))) {
            java.security.Security.setProperty("jdk.tls.disabledAlgorithms", "");
            java.security.Security.setProperty("jdk.certpath.disabledAlgorithms", "");
        }
        if ("client".equals(words[0])) {
            client(flags);
        } else {
            server(flags);
        }
    }
}
