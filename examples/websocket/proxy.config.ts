// WebSockets need nothing special: the backend's own 101 is passed on, then bytes go both ways.
//
//   npx hookway --config examples/websocket/proxy.config.ts
//   node -e "new (require('ws'))('ws://127.0.0.1:8080/chat').on('open', function () { this.send('hello') }).on('message', function (m) { console.log(String(m)); this.close() })"
//
// A page of another site may not open one (403):
//
//   curl -i -H "Connection: Upgrade" -H "Upgrade: websocket" -H "Origin: https://evil.example" http://127.0.0.1:8080/chat
import { definePlugin, only, respond, Stage } from 'hookway';
import { defineConfig } from 'hookway/config';
import { z } from 'zod';
import echoServer from './echo-server.ts';

/** Browsers let every page open a WebSocket to every server, with cookies: the server must look at Origin. */
const allowedOrigins = definePlugin({
  name: 'allowed-origins',
  options: z.strictObject({ origins: z.array(z.string()) }),
  setup({ hooks }, { origins }) {
    hooks.onUpgrade.tap({ stage: Stage.Guard }, ({ inbound }) => {
      const origin = inbound.fields.get('origin');
      if (origin === undefined || origins.includes(origin)) return;
      return respond(403, {}, undefined, { code: 'foreign_origin', detail: 'Not from this site.' });
    });
  },
});

export default defineConfig({
  listeners: [{ host: '127.0.0.1', port: 8080 }],
  upstreams: { chat: { backends: ['http://127.0.0.1:9010'] } },
  routes: [{ name: 'chat', path: '/chat', upstream: 'chat' }],
  plugins: [
    echoServer({ port: 9010 }),
    only({ routes: ['chat'] }, allowedOrigins({ origins: ['http://127.0.0.1:8080'] })),
  ],
  // A tunnel that is silent for so long in both directions is closed.
  limits: { tunnelIdleTimeoutMs: 600_000 },
});
