// The admin pages are for this machine and private networks; one network is not served at all:
//
//   curl -i -H "X-Forwarded-For: 203.0.113.7" http://localhost:8080/admin/
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import ipFilter from 'hookway/plugins/ip-filter';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ name: 'admin', path: '/admin/*', upstream: 'app' }, { upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    forwardedHeaders({ trust: ['loopback'] }),
    ipFilter({ deny: ['192.0.2.0/24'] }),
    only({ routes: ['admin'] }, ipFilter({ allow: ['loopback', 'private'] })),
  ],
});
