// What Prometheus wants to know. Only this machine may read it here:
//
//   curl http://localhost:8080/
//   curl -s http://localhost:8080/metrics | grep hookway_requests_total
//
// A Prometheus on this machine reads it with:
//
//   scrape_configs:
//     - job_name: hookway
//       static_configs:
//         - targets: ['127.0.0.1:8080']
import { defineConfig } from 'hookway/config';
import healthCheck from 'hookway/plugins/health-check';
import loadBalance from 'hookway/plugins/load-balance';
import metrics from 'hookway/plugins/metrics';
import retry from 'hookway/plugins/retry';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002'] } },
  routes: [{ name: 'app', path: '/*', upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001, 9002] }),
    metrics({ mount: '/metrics', allow: ['loopback'] }),
    healthCheck(),
    loadBalance({ policy: 'round-robin' }),
    retry(),
  ],
});
