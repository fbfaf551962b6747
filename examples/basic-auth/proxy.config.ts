// The admin pages ask for a password; that of ada is "secret":
//
//   curl -i -u ada:secret http://localhost:8080/admin/
import { only } from 'hookway';
import { defineConfig } from 'hookway/config';
import basicAuth from 'hookway/plugins/basic-auth';
import demoBackends from '../demo-backends.ts';

export default defineConfig({
  listeners: [{ port: 8080 }],
  upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
  routes: [{ name: 'admin', path: '/admin/*', upstream: 'app' }, { upstream: 'app' }],
  plugins: [
    demoBackends({ ports: [9001] }),
    only(
      { routes: ['admin'] },
      basicAuth({
        realm: 'Admin pages',
        users: {
          ada: '$scrypt$ln=15,r=8,p=1$j3qHBcn7OZ7R4h34FO7BQw$i9XH/RIst0KYuY60SHXUNJyBpGYa1HMIvvNEZKuJpuQ',
        },
      }),
    ),
  ],
});
