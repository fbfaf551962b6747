// HTTPS without any file prepared, and plain HTTP that leads there:
//
//   curl --cacert .hookway/authority.pem https://localhost:8443/
//   curl --cacert .hookway/authority.pem --resolve app.dev.test:8443:127.0.0.1 https://app.dev.test:8443/
//   curl --cacert .hookway/authority.pem --location http://localhost:8080/
import { defineConfig } from 'hookway/config';
import redirect from 'hookway/plugins/redirect';
import selfSigned from 'hookway/plugins/self-signed';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }, { port: 8443, tls: true }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    selfSigned({ names: ['localhost', '127.0.0.1', '*.dev.test'] }),
    redirect({ to: 'https', port: 8443 }),
  ],
});
