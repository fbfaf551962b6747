// Nobody listens on port 9009, so every second request is retried at the other backend. However many there are, the
// gateway's log has one line with the cause, and one when it is over:
//
//   for i in 1 2 3 4 5 6; do curl -s -o /dev/null -w '%{http_code}\n' http://localhost:8080/; done
import { defineConfig } from 'hookway/config';
import errorLog from 'hookway/plugins/error-log';
import loadBalance from 'hookway/plugins/load-balance';
import retry from 'hookway/plugins/retry';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9009'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    loadBalance({ policy: 'round-robin' }),
    retry({ attempts: 2 }),
    errorLog({ quietMs: 10_000 }),
  ],
});
