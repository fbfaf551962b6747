// Up to eight requests at once on each connection to a backend: fewer system calls on both sides of it.
//
//   npx hookway --config examples/pipelining/proxy.config.ts
//   curl --parallel "http://127.0.0.1:8080/[1-20]"
//   ab -k -n 10000 -c 50 http://127.0.0.1:8080/
//
// Only safe requests without a body (GET, HEAD, OPTIONS) travel so. One slow answer holds up those behind it, so use it for
// backends that answer quickly and evenly. Requests whose connection is closed before their turn are sent again.
import { defineConfig } from 'hookway/config';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ host: '127.0.0.1', port: 8080 }],
  upstreams: {
    app: { backends: ['http://127.0.0.1:9001'], pipelining: 8, maxConnections: 4 },
  },
  routes: [{ upstream: 'app' }],
  plugins: [demoBackends({ ports: [9001] })],
});
