// Answers are compressed for clients that ask for it, when their backend did not do so:
//
//   curl -i -H "Accept-Encoding: br" --output - http://localhost:8080/ | head -20
//   curl --compressed -i http://localhost:8080/
import { defineConfig } from 'hookway/config';
import compress from 'hookway/plugins/compress';
import headers from 'hookway/plugins/headers';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    // the demo backend would compress by itself
    headers({ request: { remove: ['Accept-Encoding'] } }),
    compress({ minBytes: 100 }),
  ],
});
