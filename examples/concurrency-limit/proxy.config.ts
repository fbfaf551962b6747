// Two requests at the same time, two more may wait for half a second; the rest gets 503:
//
//   for i in 1 2 3 4 5; do curl -s -o /dev/null -w "%{http_code}\n" http://localhost:8080/slow-endpoint & done; wait
import { defineConfig } from 'hookway/config';
import concurrencyLimit from 'hookway/plugins/concurrency-limit';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    concurrencyLimit({ maxConcurrent: 2, maxQueued: 2, queueTimeoutMs: 500 }),
  ],
});
