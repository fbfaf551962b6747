// Requests and responses get fields made of what is known of the exchange. The answer shows what the backend got:
//
//   curl -i -H "X-Debug: 1" "http://localhost:8080/hello?x=1"
import { defineConfig } from 'hookway/config';
import headers from 'hookway/plugins/headers';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    headers({
      request: {
        set: { 'X-Client': '{client.address}', 'X-Asked-For': '{scheme}://{host}{path}' },
        remove: ['X-Debug'],
      },
      response: [
        { set: { 'X-Served-By': '{backend}' }, rename: { 'X-Backend': 'X-Backend-Name' } },
        { status: '5xx', set: { 'Cache-Control': 'no-store' } },
      ],
    }),
  ],
});
