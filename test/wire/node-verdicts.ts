import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

const strictly = {
  insecureHTTPParser: false,
  maxHeaderSize: 65_536,
  requestTimeout: 500,
  headersTimeout: 400,
  connectionsCheckingInterval: 100,
};

/** Node's own HTTP server in strict mode: counts the requests that its parser took to their end. */
export class NodeServer {
  readonly #server: Server;
  readonly #requests = new Map<number, IncomingMessage[]>();

  constructor() {
    const server = createServer(strictly, (request, response) => {
      this.#keep(request);
      request.on('error', () => {}).resume();
      request.on('end', () => response.writeHead(200, { 'content-length': 0 }).end());
    });
    this.#server = server;
    // the parser is what is asked: an expectation is no reason to refuse
    server.on('checkContinue', (request, response) => server.emit('request', request, response));
    server.on('checkExpectation', (request, response) => server.emit('request', request, response));
    server.on('clientError', (_error, socket) => socket.end());
    server.keepAliveTimeout = 1_000;
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Number of requests that its parser takes, one behind the other, before it refuses the rest. */
  async accepts(bytes: string): Promise<number> {
    const { port } = this.#server.address() as AddressInfo;
    const { localPort } = await exchange(port, bytes);
    const requests = this.#requests.get(localPort) ?? [];
    this.#requests.delete(localPort);
    return requests.filter(({ complete }) => complete).length;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #keep(request: IncomingMessage): void {
    const port = request.socket.remotePort!;
    const requests = this.#requests.get(port);
    if (requests === undefined) this.#requests.set(port, [request]);
    else requests.push(request);
  }
}

/** The request that ends a connection. */
export const ending = 'GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** Sends the bytes, and a request that ends the connection; resolves when it has ended. */
export async function exchange(
  port: number,
  bytes: string,
): Promise<{ readonly localPort: number; readonly received: string }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received = '';
  socket.on('data', (piece) => (received += piece.toString('latin1')));
  socket.on('error', () => {});
  await once(socket, 'connect');
  const localPort = socket.localPort!;
  socket.write(Buffer.from(bytes + ending, 'latin1'));
  if (!socket.closed) await once(socket, 'close');
  return { localPort, received };
}
