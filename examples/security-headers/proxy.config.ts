// Responses carry the fields that make browsers careful:
//
//   curl -i http://localhost:8080/
import { defineConfig } from 'hookway/config';
import securityHeaders from 'hookway/plugins/security-headers';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    securityHeaders({
      contentSecurityPolicy: { 'default-src': ['self'], 'img-src': ['self', 'data:'] },
      permissionsPolicy: { camera: [], geolocation: ['self'] },
      frames: 'none',
    }),
  ],
});
