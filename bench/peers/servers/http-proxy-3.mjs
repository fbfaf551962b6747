// Usage: node http-proxy-3.mjs LISTEN_PORT BACKEND_PORT...
import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';

const [listenPort, ...backendPorts] = process.argv.slice(2).map(Number);
const targets = backendPorts.map((port) => ({
  protocol: 'http:',
  host: '127.0.0.1',
  hostname: '127.0.0.1',
  port,
}));
const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 });
const proxy = createProxyServer({ agent, xfwd: true });
let turn = 0;

proxy.on('error', (error, _request, response) => {
  console.error(error);
  if ('writeHead' in response && !response.headersSent) response.writeHead(502);
  response.end();
});

const server = createServer((request, response) => {
  request.headers['x-real-ip'] = request.socket.remoteAddress;
  proxy.web(request, response, { target: targets[turn++ % targets.length] });
});
server.keepAliveTimeout = 3_600_000;
server.listen({ host: '127.0.0.1', port: listenPort, backlog: 4096 });
