import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Relays connections to a port until it is told to swallow what comes on those that are open. */
export class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly url: string;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async start(port: number): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server, await listen(server));
    server.on('connection', (near: Socket) => relay.#join(near, connect(port, '127.0.0.1')));
    return relay;
  }

  /** As when a firewall has forgotten them: neither end is told. */
  swallow(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  #join(near: Socket, far: Socket): void {
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => [near, far].forEach((each) => each.destroy()));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Accepts connections and says nothing. */
export async function startMute(): Promise<
  AsyncDisposable & { readonly url: string; readonly accepted: () => number }
> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  return {
    url: await listen(server),
    accepted: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
