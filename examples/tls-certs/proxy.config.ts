// HTTPS with certificates from files; those in certs/ are for demonstration only, as everybody has their keys:
//
//   curl --cacert examples/tls-certs/certs/app.test.pem --resolve app.test:8443:127.0.0.1 https://app.test:8443/
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'hookway/config';
import securityHeaders from 'hookway/plugins/security-headers';
import tlsCerts from 'hookway/plugins/tls-certs';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8443, tls: true }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    tlsCerts({ directory: fileURLToPath(new URL('certs', import.meta.url)) }),
    securityHeaders({ hsts: { maxAgeSeconds: 600 } }),
  ],
});
