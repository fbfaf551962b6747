// Every request has an identifier that client, backend and access log share:
//
//   curl -i http://localhost:8080/
import { defineConfig } from 'hookway/config';
import accessLog from 'hookway/plugins/access-log';
import requestId from 'hookway/plugins/request-id';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [demoBackends({ ports: [9001] }), requestId(), accessLog()],
});
