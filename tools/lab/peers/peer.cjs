// SPDX-License-Identifier: GPL-2.0-or-later
'use strict';

/* A small TLS client and server on the tls module of Node, Bun and Deno; plain enough for Node 8.
 * Arguments: client|server name=value... */

const fs = require('fs');
const tls = require('tls');

const REQUEST = 'GET / HTTP/1.0\r\nHost: www.lab.test\r\n\r\n';
const NAMES = { '1.0': 'TLSv1', '1.1': 'TLSv1.1', '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' };
/* Node before 11.4 knows a single version by method name only. */
const METHODS = { '1.0': 'TLSv1_method', '1.1': 'TLSv1_1_method', '1.2': 'TLSv1_2_method' };

const flags = {};
process.argv.slice(3).forEach((word) => {
    const at = word.indexOf('=');
    flags[word.slice(0, at)] = word.slice(at + 1);
});

function common() {
    const options = { ca: [fs.readFileSync(flags.ca)] };
    if (flags.max && parseInt(process.versions.node, 10) < 11) {
        options.secureProtocol = METHODS[flags.max];
    } else if (flags.max) {
        options.minVersion = NAMES[flags.min];
        options.maxVersion = NAMES[flags.max];
    }
    if (flags.ciphers || flags.level) {
        const level = flags.level ? ':@SECLEVEL=' + flags.level : '';
        options.ciphers = (flags.ciphers || 'DEFAULT') + level;
    }
    if (flags.groups) {
        options.ecdhCurve = flags.groups;
    }
    if (flags.sigalgs) {
        options.sigalgs = flags.sigalgs;
    }
    if (flags.alpn) {
        options.ALPNProtocols = flags.alpn.split(',');
    }
    if (flags.chain) {
        options.cert = fs.readFileSync(flags.chain);
        options.key = fs.readFileSync(flags.key);
    }
    return options;
}

function log(line) {
    fs.appendFileSync(flags.keylog, line);
}

function client(left, session) {
    const options = Object.assign(common(), {
        host: flags.host,
        port: Number(flags.port),
        rejectUnauthorized: flags.verify === '1',
        session: session,
    });
    if (flags.sni) {
        options.servername = flags.sni;
    }
    let kept = session;
    const socket = tls.connect(options, () => {
        console.log('ok', socket.getProtocol(), socket.getCipher().name);
        if (flags.do === 'quit') {
            socket.end();
        } else {
            socket.write(REQUEST);
        }
    });
    socket.setTimeout(Number(flags.timeout) * 1000, () => {
        console.log('error: timeout');
        process.exit(1);
    });
    socket.on('keylog', log);
    socket.on('session', (ticket) => { kept = ticket; });
    socket.on('data', () => {});
    socket.on('end', () => socket.end());
    socket.on('error', (error) => {
        console.log('error:', error.code, error.message);
        process.exit(1);
    });
    socket.on('close', () => {
        if (left > 1) {
            client(left - 1, kept || (socket.getSession && socket.getSession()));
        }
    });
}

function server() {
    const options = Object.assign(common(), {
        requestCert: Boolean(flags.clientauth),
        rejectUnauthorized: flags.clientauth === 'require',
    });
    if (flags.sni) {
        options.SNICallback = (name, done) => {
            done(name === 'www.lab.test' ? null : new Error('unknown name'));
        };
    }
    const listener = tls.createServer(options, (socket) => {
        socket.on('error', (error) => console.log('error:', error.code, error.message));
        socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nok\n'));
        socket.on('end', () => socket.end());
    });
    listener.on('keylog', log);
    listener.on('tlsClientError', (error) => console.log('error:', error.code, error.message));
    listener.listen(Number(flags.port), '::');
}

if (process.argv[2] === 'client') {
    client(Number(flags.times));
} else {
    server();
}
