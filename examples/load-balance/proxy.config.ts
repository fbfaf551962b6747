// demo-1 gets three of five requests, demo-2 and demo-3 get one each, in the sequence 1 2 1 3 1:
//
//   for i in 1 2 3 4 5; do curl -s http://localhost:8080/ | head -1; done
//
// Below /users, all requests of one user go to the same backend, another user may have another:
//
//   for i in 1 2 3 4 5; do curl -s -H 'X-User: ada' http://localhost:8080/users/ | head -1; done
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import loadBalance from 'hookway/plugins/load-balance';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: {
    app: {
      backends: [
        { url: 'http://127.0.0.1:9001', weight: 3 },
        'http://127.0.0.1:9002',
        'http://127.0.0.1:9003',
      ],
    },
  },
  routes: [
    { name: 'users', path: '/users/*', upstream: 'app' },
    { name: 'rest', upstream: 'app' },
  ],
  plugins: [
    demoBackends({ ports: [9001, 9002, 9003] }),
    only({ routes: ['users'] }, loadBalance({ policy: 'maglev', hash: { by: { header: 'x-user' } } })),
    only({ routes: ['rest'] }, loadBalance({ policy: 'round-robin' })),
  ],
});
