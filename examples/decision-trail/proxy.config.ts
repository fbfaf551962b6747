// What each plugin did to a request, for one that knows the secret:
//
//   curl -i -H 'X-Decision-Trail: 3f9c1d7ab2e84065' http://localhost:8080/old/page
import { defineConfig } from 'hookway/config';
import decisionTrail from 'hookway/plugins/decision-trail';
import loadBalance from 'hookway/plugins/load-balance';
import rewrite from 'hookway/plugins/rewrite';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002'] } },
  routes: [{ name: 'old', path: '/old/*', upstream: 'app' }, { upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001, 9002] }),
    decisionTrail({
      secret: process.env['TRAIL_SECRET'] ?? '3f9c1d7ab2e84065', // make your own: openssl rand -hex 16
      share: 0.001,
      reply: 'record',
    }),
    rewrite({ replacePrefix: { '/old': '/new' } }),
    loadBalance(),
  ],
});
