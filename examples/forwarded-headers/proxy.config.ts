// Backends see who the client is; proxies on this machine are believed. The answer shows what the backend got:
//
//   curl -H "X-Forwarded-For: 203.0.113.7" -H "X-Forwarded-Proto: https" http://localhost:8080/
import { defineConfig } from 'hookway/config';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [demoBackends({ ports: [9001] }), forwardedHeaders({ trust: ['loopback'] })],
});
