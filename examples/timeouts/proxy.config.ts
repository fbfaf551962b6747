// The backend takes three seconds for this path, and the route gives it one: 504, with the phase in the detail.
//
//   curl -si http://localhost:8080/slow-endpoint
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import timeouts from 'hookway/plugins/timeouts';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [
    { name: 'slow', path: '/slow-endpoint', upstream: 'app' },
    { name: 'all', upstream: 'app' },
  ],
  plugins: [
    demoBackends({ ports: [9001] }),
    timeouts({ connectMs: 1_000, totalMs: 30_000 }),
    only({ routes: ['slow'] }, timeouts({ totalMs: 1_000 })),
  ],
});
