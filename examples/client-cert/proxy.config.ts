// Clients show certificates; only /admin/ insists on one. The key of alice is for demonstration only.
//
//   cd examples/client-cert
//   curl --cacert ../../.hookway/authority.pem https://localhost:8443/
//   curl --cacert ../../.hookway/authority.pem https://localhost:8443/admin/
//   curl --cacert ../../.hookway/authority.pem --cert alice.pem --key alice.key https://localhost:8443/admin/
import { fileURLToPath } from 'node:url';
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import clientCert from 'hookway/plugins/client-cert';
import selfSigned from 'hookway/plugins/self-signed';
import demoBackends from '../demo-backends.ts';

const clientCa = fileURLToPath(new URL('ca.pem', import.meta.url));

export default defineConfig({
  listeners: [{ port: 8443, tls: { clientCertificate: 'request', clientCa } }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ name: 'admin', path: '/admin/*', upstream: 'app' }, { upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    selfSigned(),
    clientCert(),
    only({ routes: ['admin'] }, clientCert({ require: true })),
  ],
});
