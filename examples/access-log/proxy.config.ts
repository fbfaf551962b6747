// JSON on standard output, Apache's format in a file, and slow requests and errors in one of our own form:
//
//   curl "http://localhost:8080/api/data?n=1&token=secret" -d hello && sleep 0.2 && tail -1 logs/access.log
import { defineConfig } from 'hookway/config';
import accessLog from 'hookway/plugins/access-log';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ name: 'all', upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    accessLog({ redact: { queryParameters: ['token'], address: true }, skip: [{ paths: ['/health'] }] }),
    accessLog({ format: 'combined', file: 'logs/access.log', query: false }),
    accessLog({
      format: '{time} {client.address} {method} {path} {status} {termination} {timers.total} {slow}',
      file: 'logs/slow.log',
      sampleShare: 0,
      slowMs: 500,
    }),
  ],
});
