import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../../core/index.ts';
import { InService } from './in-service.ts';
import { type ApiAnswer, ApiProblem, type ApiRequest } from './message.ts';
import type { Router } from './router.ts';

const maxConnections = 64;
const closeTimeoutMs = 1_000;

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use',
  EADDRNOTAVAIL: 'this machine does not have the address',
  EACCES: 'permission denied',
  ENOTFOUND: 'the host name is unknown',
};

const bounds = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** Longer than the slowest reload. */
const silenceTimeoutMs = 120_000;

/** Reads a body into memory; one that is too long is not read to its end. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    request.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= maxBytes) return void pieces.push(piece);
      request.pause();
      const detail = `The body is longer than ${maxBytes} bytes.`;
      reject(new ApiProblem(413, 'body_too_large', detail, { fields: { Connection: 'close' } }));
    });
    request.on('end', () => resolve(Buffer.concat(pieces)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('The client went away.')));
  });
}

function requestOf(request: IncomingMessage): ApiRequest {
  const { method = 'GET', url = '/', headers } = request;
  const mark = url.indexOf('?');
  return {
    method,
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    base: '',
    authority: headers.host ?? '',
    client: request.socket.remoteAddress ?? '',
    field: (name) => headers[name]?.toString(),
    readBody: (maxBytes) => readBody(request, maxBytes),
  };
}

const notInService = new ApiProblem(503, 'not_in_service', 'The gateway does not run.').answer;

/** A listener for the API alone, which outlives the configurations; it is open while one of them wants it. */
export class AdminListener {
  readonly #host: string;
  readonly #port: number;
  readonly #server: Server;
  readonly #routers = new InService<Router>();
  #closing: Promise<void> | undefined;

  constructor(host: string, port: number, log: Logger) {
    this.#host = host;
    this.#port = port;
    this.#server = createServer(bounds, (request, response) => {
      response.on('error', () => {});
      this.#answer(requestOf(request)).then(
        (given) => this.#send(response, given),
        () => response.destroy(),
      );
    });
    this.#server.on('error', (error) => {
      if (this.#server.listening) log.error({ err: error }, 'accepting failed');
    });
    this.#server.maxConnections = maxConnections;
    this.#server.setTimeout(silenceTimeoutMs);
  }

  /** Where it listens; undefined while it does not. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    const bound = this.#server.address() as AddressInfo | null;
    return bound === null ? undefined : { host: bound.address, port: bound.port };
  }

  /** Has requests answered by the router of a configuration, once those before it have left. Rejects when it cannot. */
  async enter(router: Router): Promise<{ readonly isNew: boolean }> {
    this.#routers.enter(router);
    await this.#closing;
    if (this.#server.listening) return { isNew: false };
    try {
      await this.#open();
    } catch (error) {
      this.#routers.leave(router);
      throw error;
    }
    return { isNew: true };
  }

  /** A configuration goes; without another the address is free at once. */
  leave(router: Router): void {
    this.#routers.leave(router);
    if (this.#routers.current === undefined) void this.close();
  }

  /** Ends what is answered within a second, and then all. */
  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => (this.#closing = undefined));
    return this.#closing;
  }

  #answer(request: ApiRequest): Promise<ApiAnswer> {
    return this.#routers.current?.answer(request) ?? Promise.resolve(notInService);
  }

  async #close(): Promise<void> {
    if (!this.#server.listening) return;
    const timer = setTimeout(() => this.#server.closeAllConnections(), closeTimeoutMs);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
    clearTimeout(timer);
  }

  #open(): Promise<void> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const onError = ({ code = '', message }: NodeJS.ErrnoException): void => {
        const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
        reject(new Error(`cannot listen on ${host}:${this.#port}: ${listenFailures[code] ?? message}`));
      };
      server.once('error', onError);
      server.listen({ host: this.#host, port: this.#port }, () => {
        server.off('error', onError);
        resolve();
      });
    });
  }

  #send(response: ServerResponse, { status, fields, body }: ApiAnswer): void {
    if (this.#closing !== undefined) response.setHeader('Connection', 'close');
    response.writeHead(status, { ...fields, 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  }
}
