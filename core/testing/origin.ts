import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { OriginAnswer } from './origin-answer.ts';
import { OriginConnection, type OriginOwner, type OriginRequest, type Reply } from './origin-connection.ts';
import { Waiting } from './waiting.ts';

/**
 * What an origin does: the same answer to every request, a list of answers of which the last is repeated, or a
 * function, called when a request head has come. A function that answers nothing leaves the request hanging, or
 * writes to `request.connection` itself.
 */
export type OriginScript = OriginAnswer | readonly OriginAnswer[] | ((request: OriginRequest) => Reply);

export interface OriginOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
}

/** A backend that records every byte it gets and answers as its script says. */
export class Origin implements OriginOwner {
  readonly waiting = new Waiting();
  /** Every connection so far, in order. */
  readonly connections: OriginConnection[] = [];
  /** Every request whose head has come, in order. */
  readonly requests: OriginRequest[] = [];
  /** What it does; may be changed at any time. */
  script: OriginScript;
  readonly #server: Server;

  constructor(script: OriginScript) {
    this.script = script;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.connections.push(new OriginConnection(socket, this));
      this.waiting.check();
    });
  }

  /** Resolves when it accepts connections. */
  async listen({ port = 0, host = '127.0.0.1' }: OriginOptions): Promise<this> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Host and port, as a Host field has it. */
  get authority(): string {
    return `${(this.#server.address() as AddressInfo).address}:${this.port}`;
  }

  /** For `backends` of an upstream. */
  get url(): string {
    return `http://${this.authority}`;
  }

  /** Connections that are open now. */
  get openConnections(): number {
    return this.connections.filter(({ isClosed }) => !isClosed).length;
  }

  /** Resolves with the request of that number, from 1 on, when its head has come. */
  async waitForRequest(number = 1): Promise<OriginRequest> {
    await this.waiting.until(`request ${number} at the origin`, () => this.requests.length >= number);
    return this.requests[number - 1]!;
  }

  /** Resolves with the connection of that number, from 1 on, when it has been made. */
  async waitForConnection(number = 1): Promise<OriginConnection> {
    await this.waiting.until(`connection ${number} at the origin`, () => this.connections.length >= number);
    return this.connections[number - 1]!;
  }

  /** Resolves when no connection is open. */
  async waitForNoConnections(): Promise<void> {
    await this.waiting.until('the origin to have no connections', () => this.openConnections === 0);
  }

  /** Stops listening and breaks every connection off. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { socket } of this.connections) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  onRequest(request: OriginRequest): void {
    this.requests.push(request);
    this.waiting.check();
  }

  replyTo(request: OriginRequest): Reply {
    const { script } = this;
    if (typeof script === 'function') return script(request);
    if (!Array.isArray(script)) return script as OriginAnswer;
    return script[Math.min(this.requests.indexOf(request), script.length - 1)] as OriginAnswer | undefined;
  }
}

/** Starts a scripted origin on a free port of this machine. */
export function startOrigin(script: OriginScript = {}, options: OriginOptions = {}): Promise<Origin> {
  return new Origin(script).listen(options);
}

/** A port on which nobody listens: connections to it are refused. */
export async function unusedPort(): Promise<number> {
  const origin = await startOrigin();
  const { port } = origin;
  await origin.close();
  return port;
}
