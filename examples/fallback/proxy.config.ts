// Nobody listens on port 9009: demo-1, the only backend of the other upstream, answers. What is sent below /static
// gets a text instead.
//
//   curl http://localhost:8080/ && curl -i http://localhost:8080/static
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import fallback from 'hookway/plugins/fallback';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: {
    app: { backends: ['http://127.0.0.1:9009'] },
    spare: { backends: ['http://127.0.0.1:9001'] },
  },
  routes: [
    { name: 'static', path: '/static/*', upstream: 'app' },
    { name: 'all', upstream: 'app' },
  ],
  plugins: [
    demoBackends({ ports: [9001] }),
    only({ routes: ['static'] }, fallback({ response: { status: 503, body: 'Please come back later.\n' } })),
    only({ routes: ['all'] }, fallback({ upstream: 'spare' })),
  ],
});
