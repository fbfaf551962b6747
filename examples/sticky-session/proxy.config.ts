// The first answer sets a cookie; who sends it back stays at that backend, whoever does not gets any:
//
//   for i in 1 2 3 4 5; do curl -s -c /tmp/jar -b /tmp/jar http://localhost:8080/ | head -1; done
//   for i in 1 2 3 4 5; do curl -s http://localhost:8080/ | head -1; done
import { defineConfig } from 'hookway/config';
import loadBalance from 'hookway/plugins/load-balance';
import stickySession from 'hookway/plugins/sticky-session';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: {
    app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002', 'http://127.0.0.1:9003'] },
  },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001, 9002, 9003] }),
    stickySession({
      secret: process.env['SESSION_SECRET'] ?? 'only for this example',
      maxAgeSeconds: 3_600,
      onFailure: 'redistribute',
    }),
    loadBalance(),
  ],
});
