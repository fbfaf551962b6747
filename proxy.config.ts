// The gateway that README.md explains. Run `npm start`, then:
//
//   curl http://localhost:8080/                               demo-1 and demo-2 take turns
//   curl -H "Host: api.example.com" http://localhost:8080/    demo-3
//   curl http://localhost:8080/config/reload                  serves this file as it is now
//   curl http://127.0.0.1:9901/upstreams                      how the backends stand
//
// With `HTTPS=1 npm start` there is https beside it, with certificates from an authority of its own:
//
//   curl --cacert .hookway/authority.pem https://localhost:8443/
import { defineConfig } from 'hookway/config';
import accessLog from 'hookway/plugins/access-log';
import admin from 'hookway/plugins/admin';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import loadBalance from 'hookway/plugins/load-balance';
import requestId from 'hookway/plugins/request-id';
import selfSigned from 'hookway/plugins/self-signed';
import via from 'hookway/plugins/via';
import demoBackends from './examples/demo-backends.ts';

const isHttps = process.env['HTTPS'] === '1';

export default defineConfig({
  listeners: [{ port: 8080 }, ...(isHttps ? [{ port: 8443, tls: true }] : [])],
  upstreams: {
    web: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002'] },
    api: { backends: ['http://127.0.0.1:9003'] },
  },
  routes: [
    { name: 'api', hosts: ['api.example.com'], upstream: 'api' },
    { name: 'web', upstream: 'web' },
  ],
  plugins: [
    demoBackends({ ports: [9001, 9002, 9003] }),
    isHttps && selfSigned(),
    forwardedHeaders(),
    admin({ mount: '/config' }),
    via(),
    requestId(),
    loadBalance({ policy: 'round-robin' }),
    accessLog(),
  ],
});
