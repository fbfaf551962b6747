// Backends see other paths than clients. The answer shows what the backend was asked for:
//
//   curl "http://localhost:8080/api/users/7?debug=1&page=2"
//   curl http://localhost:8080/blog/2026/hello-world
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import rewrite from 'hookway/plugins/rewrite';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [
    { name: 'api', path: '/api/*', upstream: 'app' },
    { name: 'blog', path: '/blog/*', upstream: 'app' },
  ],
  plugins: [
    demoBackends({ ports: [9001] }),
    only(
      { routes: ['api'] },
      rewrite({ stripPrefix: '/api', addPrefix: '/v1', query: { remove: ['debug'] } }),
    ),
    only(
      { routes: ['blog'] },
      rewrite({ regex: { pattern: '^/blog/(\\d{4})/([^/]+)$', replacement: '/posts?year=$1&title=$2' } }),
    ),
  ],
});
