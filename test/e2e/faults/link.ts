import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { resetSocket } from '../../../core/transport/reset.ts';
import { Gate } from '../gate.ts';

/** What a network does to one direction of each connection. */
export interface Weather {
  /** Every segment is held for so long. */
  readonly delayMs?: number;
  /** So many bytes pass; default: all. */
  readonly passBytes?: number;
  /** What becomes of the rest: lost without a word, an end of this direction in its place, or a reset of both sides. */
  readonly ending?: 'drop' | 'end' | 'reset';
}

/** Carries connections to a port of this machine, in whatever weather. */
export class Link {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #reached = new Gate();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(
    port: number,
    { toBackend = {}, toGateway = {} }: { readonly toBackend?: Weather; readonly toGateway?: Weather },
  ): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const link = new Link(server);
    server.on('connection', (near: Socket) => {
      const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      near.once('data', () => link.#reached.open());
      link.#keep(near, far);
      link.#keep(far, near);
      carry(near, far, toBackend);
      carry(far, near, toGateway);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when the first bytes have come. */
  get reached(): Promise<void> {
    return this.#reached.opened;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #keep(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => resetSocket(other));
    socket.on('close', () => {
      this.#sockets.delete(socket);
      other.destroySoon();
    });
  }
}

function carry(
  from: Socket,
  to: Socket,
  { delayMs = 0, passBytes = Infinity, ending = 'drop' }: Weather,
): void {
  let left = passBytes;
  const later = (act: () => void): unknown => (delayMs === 0 ? act() : setTimeout(act, delayMs));
  from.on('data', (bytes: Buffer) => {
    const passing = bytes.subarray(0, left);
    const isCut = left > 0 && bytes.length > left;
    left -= passing.length;
    later(() => {
      if (passing.length > 0 && to.writable) to.write(passing);
      if (isCut || passBytes === 0) strike(from, to, ending);
    });
  });
  from.on('end', () => {
    if (left > 0 || ending !== 'drop') later(() => to.end());
    else from.end(); // nobody beyond learns of it
  });
}

function strike(from: Socket, to: Socket, ending: NonNullable<Weather['ending']>): void {
  if (ending === 'end') to.end();
  if (ending !== 'reset') return;
  resetSocket(from);
  resetSocket(to);
}
