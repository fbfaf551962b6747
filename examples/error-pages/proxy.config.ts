// Errors of the gateway are pages for people and JSON for programs; nobody listens on the backend's port:
//
//   curl -i -H "Accept: text/html" http://localhost:8080/
//   curl -i http://localhost:8080/
import { defineConfig } from 'hookway/config';
import errorPages from 'hookway/plugins/error-pages';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9009'] } },
  routes: [{ upstream: 'app' }],
  plugins: [
    errorPages({
      pages: [
        {
          status: '502-504',
          html: '<!doctype html><title>{status}</title><h1>We will be back soon</h1><p>Ask us about {request-id}.',
          json: { error: '{reason}', status: '{status}', id: '{request-id}' },
        },
      ],
    }),
  ],
});
