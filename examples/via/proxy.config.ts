// Messages name the gateway that they passed, and one that comes round again is answered with 508:
//
//   curl -i http://localhost:8080/
//   curl -i -H "Via: 1.1 edge-1" http://localhost:8080/
import { defineConfig } from 'hookway/config';
import via from 'hookway/plugins/via';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [demoBackends({ ports: [9001] }), via({ name: 'edge-1' })],
});
