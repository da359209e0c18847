// An echo under TLS as a user would write it by hand with node:tls: of what comes, or (lines) of each line of it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import { certFile, keyFile } from '../lib/certificate.mjs';
import { tellPort } from './child.mjs';

/** @param {import('node:tls').TLSSocket} socket */
function echoLines(socket) {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('data', (/** @type {string} */ text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) socket.write(`${line}\n`, 'latin1');
  });
}

/** @param {import('node:tls').TLSSocket} socket */
function echo(socket) {
  socket.on('data', (data) => socket.write(data));
}

const serve = process.argv[2] === 'lines' ? echoLines : echo;
const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile), noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  serve(socket);
});
server.on('tlsClientError', (_error, socket) => socket.destroy());
server.listen({ port: 0, host: '127.0.0.1' }, () => tellPort(server.address().port));
process.on('SIGTERM', () => process.exit(0));
