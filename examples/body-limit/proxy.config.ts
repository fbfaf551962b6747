// Requests may have bodies of 1 KB, uploads of 1 MB; a longer one gets 413, also when it does not tell its length:
//
//   head -c 2000 /dev/zero | curl -i -T - -X POST http://localhost:8080/api/data
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import bodyLimit from 'hookway/plugins/body-limit';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [
    { name: 'uploads', path: '/uploads/*', upstream: 'app' },
    { name: 'rest', upstream: 'app' },
  ],
  plugins: [
    demoBackends({ ports: [9001] }),
    only({ routes: ['uploads'] }, bodyLimit({ maxBytes: 1_000_000 })),
    only({ routes: ['rest'] }, bodyLimit({ maxBytes: 1_000 })),
  ],
});
