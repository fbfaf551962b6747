// Each client has 5 requests a second and at most 3 at once; one API key has 1000 an hour. More than that gets 429:
//
//   for i in 1 2 3 4 5; do curl -s -o /dev/null -D - http://localhost:8080/ | grep -iE "HTTP|ratelimit|retry"; done
import { defineConfig } from 'hookway/config';
import rateLimit from 'hookway/plugins/rate-limit';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    rateLimit({
      limits: [
        { name: 'client', requests: 5, windowMs: 1_000, burst: 3 },
        { name: 'api-key', requests: 1_000, windowMs: 3_600_000, key: { header: 'X-API-Key' } },
      ],
      // many gateways share their counts: store: { redis: 'redis://127.0.0.1:6379' },
    }),
  ],
});
