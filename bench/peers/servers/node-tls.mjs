// Usage: node node-tls.mjs LISTEN_PORT CERTIFICATE_FILE KEY_FILE
// Shakes hands and nothing else: what a handshake costs in Node.js before a line of anybody's own code has run.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const [listenPort, certFile, keyFile] = process.argv.slice(2);
const options = { cert: readFileSync(certFile), key: readFileSync(keyFile), ecdhCurve: 'X25519:P-256' };
const server = createServer(options, (socket) => {
  socket.on('error', () => {});
  socket.resume();
});
server.on('tlsClientError', () => {});
server.listen({ host: '127.0.0.1', port: Number(listenPort), backlog: 4096 });
