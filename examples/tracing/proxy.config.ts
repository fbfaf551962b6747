// Every exchange belongs to a trace, which client, backend and log can name. Without an OpenTelemetry SDK traces are
// passed on, and here begun as well:
//
//   curl -i http://localhost:8080/
//   curl -i -H 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' http://localhost:8080/
//
// With an SDK the gateway makes spans. For one that sends them to a collector on this machine:
//
//   npm install @opentelemetry/api @opentelemetry/sdk-node
//   OTEL_SERVICE_NAME=gateway node --import ./otel.mjs node_modules/hookway/dist/cli/main.js
//
//   // otel.mjs
//   import { NodeSDK } from '@opentelemetry/sdk-node';
//   new NodeSDK().start();
import { defineConfig } from 'hookway/config';
import accessLog from 'hookway/plugins/access-log';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import tracing from 'hookway/plugins/tracing';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ name: 'app', path: '/*', upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    forwardedHeaders(),
    tracing({ startTraces: 'sampled', responseHeader: 'x-trace-id' }),
    accessLog(),
  ],
});
