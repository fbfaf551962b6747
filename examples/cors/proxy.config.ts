// Pages of some other origins may use the API; the gateway answers what browsers ask beforehand:
//
//   curl -i -X OPTIONS -H "Origin: https://app.example.com" -H "Access-Control-Request-Method: PUT" http://localhost:8080/
//   curl -i -H "Origin: https://app.example.com" http://localhost:8080/
import { defineConfig } from 'hookway/config';
import cors from 'hookway/plugins/cors';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    cors({ origins: ['https://app.example.com', 'https://*.preview.example.com'], credentials: true }),
  ],
});
