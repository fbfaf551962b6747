import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Deed, Ledger } from './ledger.ts';

const download = Buffer.alloc(64_000, 'download ');

/** A backend that loses and cuts a share of what it gets. */
export class SoakBackend {
  readonly #server: Server;
  readonly #ledger: Ledger;
  readonly #random: () => number;

  constructor(ledger: Ledger, random: () => number) {
    this.#ledger = ledger;
    this.#random = random;
    this.#server = createServer({ keepAliveTimeout: 0 });
    this.#server.on('request', (request, response) => this.#answer(request, response));
    this.#server.on('upgrade', (request, socket) => this.#echo(request, socket as Socket));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!;
    const deed = this.#deedFor(path);
    response.on('error', () => {});
    if (deed === 'waiting') {
      this.#ledger.arrived(path, deed);
      request.resume();
      return;
    }
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('error', () => {});
    request.on('end', () => {
      this.#ledger.arrived(path, deed);
      this.#respond(response, deed, path.startsWith('/get') ? download : Buffer.concat(pieces));
    });
  }

  #respond(response: ServerResponse, deed: Deed, body: Buffer): void {
    if (deed === 'lost') {
      response.socket!.resetAndDestroy();
      return;
    }
    if (this.#random() < 0.5) response.setHeader('Content-Length', body.length);
    if (deed === 'whole') {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, body.length >> 1), () => response.socket?.resetAndDestroy());
  }

  #echo(request: IncomingMessage, socket: Socket): void {
    this.#ledger.arrived(request.url!, 'tunnel');
    socket.on('error', () => {});
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  }

  #deedFor(path: string): Deed {
    if (path.startsWith('/abort')) return 'waiting';
    const chance = this.#random();
    if (chance < 0.02) return 'lost';
    return chance < 0.03 ? 'cut' : 'whole';
  }
}
