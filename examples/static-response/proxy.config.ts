// Some answers need no backend:
//
//   curl -i http://localhost:8080/robots.txt
//   curl -i http://localhost:8080/version
//   curl -i http://localhost:8080/old
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import staticResponse from 'hookway/plugins/static-response';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [
    { name: 'robots', path: '/robots.txt', upstream: 'app' },
    { name: 'version', path: '/version', upstream: 'app' },
    { name: 'gone', path: '/old/*', upstream: 'app' },
    { upstream: 'app' },
  ],
  plugins: [
    demoBackends({ ports: [9001] }),
    only({ routes: ['robots'] }, staticResponse({ body: 'User-agent: *\nDisallow: /api/\n' })),
    only(
      { routes: ['version'] },
      staticResponse({ json: { version: '1.0.0' }, headers: { 'Cache-Control': 'no-store' } }),
    ),
    only({ routes: ['gone'] }, staticResponse({ status: 410 })),
  ],
});
