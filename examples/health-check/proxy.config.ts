// demo-1 and demo-2 answer in turn. Nobody listens on port 9009: its probes fail, and it gets no request.
//
//   for i in 1 2 3 4; do curl -s http://localhost:8080/ | head -1; done
import { defineConfig } from 'hookway/config';
import healthCheck from 'hookway/plugins/health-check';
import loadBalance from 'hookway/plugins/load-balance';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: {
    app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002', 'http://127.0.0.1:9009'] },
  },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001, 9002] }),
    healthCheck({
      active: { path: '/health', intervalMs: 500, timeoutMs: 200, rise: 2, fall: 2 },
      passive: { consecutiveFailures: 5, ejectionMs: 2_000 },
    }),
    loadBalance(),
  ],
});
