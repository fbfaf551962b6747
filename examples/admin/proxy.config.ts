// State and operation over HTTP, on a listener of its own and below /config of the gateway's:
//
//   curl http://127.0.0.1:9901/upstreams
//   curl -X POST http://127.0.0.1:9901/config/reload
//   curl -X POST -H 'Content-Type: application/json' -d '{"action":"drain"}' \
//     http://127.0.0.1:9901/upstreams/app/backends/127.0.0.1:9001
//   curl http://127.0.0.1:9901/metrics
//   curl http://localhost:8080/config/version
import { defineConfig } from 'hookway/config';
import admin from 'hookway/plugins/admin';
import circuitBreaker from 'hookway/plugins/circuit-breaker';
import healthCheck from 'hookway/plugins/health-check';
import loadBalance from 'hookway/plugins/load-balance';
import metrics from 'hookway/plugins/metrics';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001, 9002] }),
    admin({
      token: process.env['ADMIN_TOKEN'], // none: everybody on this machine may; make one: openssl rand -hex 32
      mount: '/config',
      requiredUpstreams: ['app'],
    }),
    healthCheck({ active: { path: '/health' } }),
    circuitBreaker(),
    loadBalance(),
    metrics(),
  ],
});
