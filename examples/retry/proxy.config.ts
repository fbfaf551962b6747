// Nobody listens on port 9009: every other request fails there first, and is answered by demo-1 all the same.
//
//   for i in 1 2 3 4; do curl -s http://localhost:8080/ | head -1; done
import { defineConfig } from 'hookway/config';
import loadBalance from 'hookway/plugins/load-balance';
import retry from 'hookway/plugins/retry';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9009', 'http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [demoBackends({ ports: [9001] }), retry({ attempts: 3, attemptTimeoutMs: 2_000 }), loadBalance()],
});
