// Old addresses lead to new ones, and one listener sends everybody to https:
//
//   curl -i http://localhost:8080/blog/hello
//   curl -i "http://localhost:8080/shop/cart?id=7"
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import redirect from 'hookway/plugins/redirect';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [
    { name: 'blog', path: '/blog/*', upstream: 'app' },
    { name: 'shop', path: '/shop/*', upstream: 'app' },
    { upstream: 'app' },
  ],
  plugins: [
    demoBackends({ ports: [9001] }),
    only({ routes: ['blog'] }, redirect({ to: 'https://blog.example.com{target}', status: 301 })),
    only({ routes: ['shop'] }, redirect({ to: 'https', port: 8443 })),
  ],
});
