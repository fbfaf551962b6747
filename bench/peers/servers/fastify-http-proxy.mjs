// Usage: node fastify-http-proxy.mjs LISTEN_PORT BACKEND_PORT...
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const [listenPort, ...backendPorts] = process.argv.slice(2).map(Number);
const targets = backendPorts.map((port) => `http://127.0.0.1:${port}`);
const fastify = Fastify({ keepAliveTimeout: 3_600_000 });
let turn = 0;

// Its default client, undici, keeps connections alive and is faster here than node:http with an Agent.
await fastify.register(httpProxy, {
  upstream: '',
  disableRequestLogging: true,
  replyOptions: {
    getUpstream: () => targets[turn++ % targets.length],
    rewriteRequestHeaders: (request, headers) => ({
      ...headers,
      'x-forwarded-for': request.raw.socket.remoteAddress,
      'x-forwarded-proto': 'http',
      'x-forwarded-host': request.raw.headers.host,
      'x-real-ip': request.raw.socket.remoteAddress,
    }),
  },
});
await fastify.listen({ host: '127.0.0.1', port: listenPort, backlog: 4096 });
