// One line for each request, as JSON on standard output and in Apache's format in a file:
//
//   curl "http://localhost:8080/api/data?n=1" -d hello && tail -1 logs/access.log
import { defineConfig } from 'hookway/config';
import accessLog from 'hookway/plugins/access-log';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ name: 'all', upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    accessLog(),
    accessLog({ format: 'combined', file: 'logs/access.log' }),
  ],
});
