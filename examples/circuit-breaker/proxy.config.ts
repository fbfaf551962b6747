// Nobody listens on port 9009. Five requests fail there (502); the ones after them are refused at once (503) with
// Retry-After, until five seconds later a probe is let through:
//
//   for i in 1 2 3 4 5 6 7; do curl -s -o /dev/null -w '%{http_code}\n' http://localhost:8080/; done
import { defineConfig } from 'hookway/config';
import circuitBreaker from 'hookway/plugins/circuit-breaker';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9009'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    circuitBreaker({ failureShare: 0.5, minimumRequests: 5, openMs: 5_000, limits: { maxActive: 1_000 } }),
  ],
});
