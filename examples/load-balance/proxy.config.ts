// demo-1 gets three of five requests, demo-2 and demo-3 get one each, in the sequence 1 2 1 3 1:
//
//   for i in 1 2 3 4 5; do curl -s http://localhost:8080/ | head -1; done
import { defineConfig } from 'hookway/config';
import loadBalance from 'hookway/plugins/load-balance';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: {
    app: {
      backends: [
        { url: 'http://127.0.0.1:9001', weight: 3 },
        'http://127.0.0.1:9002',
        'http://127.0.0.1:9003',
      ],
    },
  },
  routes: [{ upstream: 'app' }],
  plugins: [demoBackends({ ports: [9001, 9002, 9003] }), loadBalance({ policy: 'round-robin' })],
});
