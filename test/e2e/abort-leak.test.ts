import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGateway, definePlugin, type Exchange } from 'hookway';
import { expect, onTestFinished, test } from 'vitest';
import { startUnansweredListener } from './peers.ts';
import { get, requestText } from './wire.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Answers nothing, except to /download, whose answer never ends; keeps nothing of what comes. */
class HangingServer {
  readonly sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => {
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (bytes) => {
      if (bytes.includes('/download')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome');
    });
  });

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    onTestFinished(() => {
      for (const socket of this.sockets) socket.destroy();
      this.#server.close();
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

/** Sees exchanges begin and end, without keeping them. */
class Observer {
  readonly #references = new Set<WeakRef<Exchange>>();
  began = 0;
  ended = 0;
  readonly plugin = definePlugin({
    name: 'observer',
    setup: ({ hooks }) => {
      hooks.onBackendRequest.tap((exchange) => {
        this.began++;
        this.#references.add(new WeakRef(exchange));
      });
      hooks.onComplete.tap(() => void this.ended++);
    },
  })();

  get alive(): number {
    for (const reference of this.#references)
      if (reference.deref() === undefined) this.#references.delete(reference);
    return this.#references.size;
  }
}

const requests = [
  get('/waiting'),
  get('/download'),
  `${requestText('POST', '/upload', 'Content-Length: 100')}some`,
  `${requestText('PUT', '/upload', 'Transfer-Encoding: chunked')}4\r\nsome\r\n`,
  get('/queued'),
  get('/connecting'),
];

async function openSockets(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return process.getActiveResourcesInfo().filter((kind) => kind.includes('TCPSocket')).length;
}

test('after 1,000 aborts in every phase no exchange, socket or memory is left', async () => {
  const server = new HangingServer();
  const observer = new Observer();
  const hanging = [await server.listen()];
  const gateway = createGateway({
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: {
      app: { backends: hanging },
      narrow: { backends: hanging, maxConnections: 1, queueTimeoutMs: 60_000 },
      silent: { backends: [await startUnansweredListener()], connectTimeoutMs: 60_000 },
    },
    routes: [
      { path: '/queued', upstream: 'narrow' },
      { path: '/connecting', upstream: 'silent' },
      { upstream: 'app' },
    ],
    plugins: [observer.plugin],
    log: { level: 'silent' },
  });
  await gateway.listen();
  onTestFinished(() => gateway.close({ now: true }));
  const { port } = gateway.addresses[0]!;

  async function abort(request: string): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const began = observer.began;
    socket.write(request);
    if (request.includes('/download')) await once(socket, 'data');
    else while (observer.began === began) await new Promise(setImmediate);
    if (observer.began % 2 === 0) socket.resetAndDestroy();
    else socket.destroy();
  }

  async function abortMany(count: number): Promise<[sockets: number, heap: number]> {
    const workers = Array.from({ length: 6 }, async (_, worker) => {
      for (let i = worker; i < count; i += 6) await abort(requests[i % requests.length]!);
    });
    await Promise.all(workers);
    await expect.poll(() => observer.began - observer.ended, { interval: 5 }).toBe(1);
    await expect.poll(() => server.sockets.size, { interval: 5 }).toBe(1);
    const sockets = await openSockets();
    collectGarbage();
    return [sockets, process.memoryUsage().heapUsed / 1e6];
  }

  const occupying = connect(port, '127.0.0.1');
  occupying.write(get('/queued'));
  await expect.poll(() => server.sockets.size, { interval: 5 }).toBe(1);

  const [socketsBefore, heapBefore] = await abortMany(300);
  const [sockets, heap] = await abortMany(1_000);
  expect(sockets).toBe(socketsBefore);
  expect(heap - heapBefore).toBeLessThan(1.5);
  expect(observer.alive).toBeLessThan(12);
  occupying.destroy();
}, 60_000);
