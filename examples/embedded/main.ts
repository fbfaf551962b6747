// A gateway inside a program of your own, without a configuration file.
//
//   npx jiti examples/embedded/main.ts        (or, from Node 22.18 on: node examples/embedded/main.ts)
//   curl -i http://127.0.0.1:8080/hello
//   curl http://127.0.0.1:8080/-/count
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, definePlugin, respond } from 'hookway';

const backend = createServer((request, response) => {
  response.end(`You asked for ${request.url}.\n`);
});
backend.listen(0, '127.0.0.1');
await once(backend, 'listening');
const { port } = backend.address() as AddressInfo;

/** Plugins of an embedded gateway may share variables with the program around it. */
let count = 0;
const counting = definePlugin({
  name: 'counting',
  setup({ hooks }) {
    hooks.onRequest.tap(({ inbound }) =>
      inbound.path === '/-/count' ? respond(200, {}, `${count}\n`) : undefined,
    );
    hooks.onComplete.tap(() => {
      count++;
    });
  },
});

const gateway = await createGateway({
  listeners: [{ host: '127.0.0.1', port: 8080 }],
  upstreams: { app: { backends: [`http://127.0.0.1:${port}`] } },
  routes: [{ upstream: 'app' }],
  plugins: [counting()],
}).listen();

process.once('SIGINT', () => {
  void gateway.close().then(() => backend.close());
});
