// SPDX-License-Identifier: GPL-2.0-or-later

// A small TLS client and server on Go's crypto/tls. Arguments: client|server name=value...
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

var versions = map[string]uint16{
	"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13,
}

var groups = map[string]tls.CurveID{
	"X25519": tls.X25519, "P-256": tls.CurveP256, "P-384": tls.CurveP384, "P-521": tls.CurveP521,
}

// The OpenSSL cipher strings that scenarios use.
var ciphers = map[string][]uint16{
	"AES128-SHA": {tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	"kRSA":       {tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_CBC_SHA},
	"ECDHE": {tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA},
	"aECDSA": {tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	"aRSA":   {tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_128_GCM_SHA256},
}

const request = "GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n"

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func pool(file string) *x509.CertPool {
	pem, err := os.ReadFile(file)
	check(err)
	found := x509.NewCertPool()
	found.AppendCertsFromPEM(pem)
	return found
}

func common(flags map[string]string) *tls.Config {
	keys, err := os.OpenFile(flags["keylog"], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(err)
	config := &tls.Config{
		KeyLogWriter: keys,
		MinVersion:   versions[flags["min"]],
		MaxVersion:   versions[flags["max"]],
	}
	if flags["ciphers"] != "" {
		config.CipherSuites = ciphers[flags["ciphers"]]
	}
	for _, name := range strings.Split(flags["groups"], ":") {
		if name != "" {
			config.CurvePreferences = append(config.CurvePreferences, groups[name])
		}
	}
	if flags["alpn"] != "" {
		config.NextProtos = strings.Split(flags["alpn"], ",")
	}
	if flags["chain"] != "" {
		certificate, err := tls.LoadX509KeyPair(flags["chain"], flags["key"])
		check(err)
		config.Certificates = []tls.Certificate{certificate}
	}
	return config
}

func client(flags map[string]string) {
	config := common(flags)
	config.RootCAs = pool(flags["ca"])
	config.ServerName = flags["sni"]
	config.InsecureSkipVerify = flags["verify"] == "0"
	config.ClientSessionCache = tls.NewLRUClientSessionCache(4)
	if flags["sni"] == "" {
		config.InsecureSkipVerify = true
	}
	times := 1
	if flags["times"] == "2" {
		times = 2
	}
	for ; times > 0; times-- {
		connect(flags, config)
	}
}

func connect(flags map[string]string, config *tls.Config) {
	address := net.JoinHostPort(flags["host"], flags["port"])
	socket, err := net.DialTimeout("tcp", address, 4*time.Second)
	check(err)
	connection := tls.Client(socket, config)
	check(socket.SetDeadline(time.Now().Add(5 * time.Second)))
	check(connection.Handshake())
	fmt.Println("ok", tls.CipherSuiteName(connection.ConnectionState().CipherSuite))
	if flags["do"] != "quit" {
		_, err = connection.Write([]byte(request))
		check(err)
		_, err = io.Copy(io.Discard, connection)
		if err != nil {
			fmt.Println("after the handshake:", err)
		}
	}
	connection.Close()
}

func server(flags map[string]string) {
	config := common(flags)
	switch flags["clientauth"] {
	case "require":
		config.ClientAuth = tls.RequireAndVerifyClientCert
	case "request":
		config.ClientAuth = tls.VerifyClientCertIfGiven
	}
	if flags["clientauth"] != "" {
		config.ClientCAs = pool(flags["ca"])
	}
	if flags["sni"] != "" {
		certificate := config.Certificates[0]
		config.Certificates = nil
		config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName == "www.lab.test" {
				return &certificate, nil
			}
			return nil, errors.New("no certificate for this name")
		}
	}
	config.SessionTicketsDisabled = flags["tickets"] == "0"
	listener, err := net.Listen("tcp", ":"+flags["port"])
	check(err)
	for {
		socket, err := listener.Accept()
		check(err)
		go answer(tls.Server(socket, config))
	}
}

func answer(connection *tls.Conn) {
	defer connection.Close()
	if err := connection.Handshake(); err != nil {
		fmt.Println("error:", err)
		return
	}
	buffer := make([]byte, 4096)
	if _, err := connection.Read(buffer); err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Fprint(connection, "HTTP/1.0 200 OK\r\n\r\nok\n")
}

func main() {
	flags := map[string]string{}
	for _, word := range os.Args[2:] {
		name, value, _ := strings.Cut(word, "=")
		flags[name] = value
	}
	if os.Args[1] == "client" {
		client(flags)
	} else {
		server(flags)
	}
}
