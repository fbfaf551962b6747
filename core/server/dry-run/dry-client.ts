import { isIP } from 'node:net';
import type { GatewayError } from '../../errors.ts';
import { ServerConnection, type ServerConnectionListener } from '../../http1/server-connection.ts';
import type { ServerStream } from '../../message/stream.ts';
import type { ConnectionTls, DownstreamConnection } from '../../pipeline/exchange.ts';
import type { LiveExchange } from '../../pipeline/live-exchange.ts';
import { Refusal } from '../../pipeline/local-response.ts';
import { Trail } from '../../pipeline/trail.ts';
import type { Generation } from '../generation.ts';
import { startExchange } from '../start-exchange.ts';
import { type DryRequest, requestBytes } from './dry-request.ts';
import { memoryChannel, MemorySocket } from './memory-socket.ts';
import { type MessageText, readMessage } from './message-text.ts';

/** What a current client without a certificate would have agreed on. */
function tlsFor(authority: string): ConnectionTls {
  const hostname = authority.replace(/:[0-9]*$/, '').toLowerCase();
  const isName = isIP(hostname) === 0 && !hostname.startsWith('[');
  return {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    serverName: isName ? hostname : undefined, // RFC 6066 3: never an address
    alpn: undefined,
    isResumed: false,
    clientCertificate: undefined,
  };
}

/** A client that is not there: it sends one request through the real engine and keeps the answer. */
export class DryClient implements DownstreamConnection, ServerConnectionListener {
  readonly id = 0;
  readonly remoteAddress: string;
  readonly remotePort = 0;
  readonly localAddress = '127.0.0.1';
  readonly localPort: number;
  readonly isEncrypted: boolean;
  readonly tls: ConnectionTls | undefined;
  /** What onAccept did. */
  readonly trail = new Trail(() => []);
  /** Undefined when the head was refused before it became one. */
  exchange: LiveExchange | undefined = undefined;
  /** Why the head was refused. */
  refusal: GatewayError | undefined = undefined;
  readonly #generation: Generation;
  readonly #request: DryRequest;
  readonly #socket: MemorySocket;

  constructor(request: DryRequest, generation: Generation, onAnswered: () => void) {
    this.#request = request;
    this.#generation = generation;
    this.remoteAddress = request.client;
    this.localPort = request.url.port;
    this.isEncrypted = request.url.scheme === 'https';
    this.tls = this.isEncrypted ? tlsFor(request.url.authority) : undefined;
    this.#socket = new MemorySocket(() => {
      if (this.answer !== undefined) onAnswered();
    });
  }

  /** The gateway's answer; undefined while it is not complete. */
  get answer(): MessageText | undefined {
    return readMessage(this.#socket.written, this.#request.method !== 'HEAD');
  }

  /** Connects; false when a plugin refuses it, or fails. */
  connect(): boolean {
    const { onAccept } = this.#generation.hooks;
    try {
      return !onAccept.isUsed() || !(onAccept.call(this) instanceof Refusal);
    } catch {
      return false; // the trail says why
    }
  }

  /** Sends the request; what comes of it is told to the pipeline's plugins and, in the end, to `onAnswered`. */
  send(): void {
    const { limits } = this.#generation;
    void new ServerConnection(this, limits, (listener) => memoryChannel(this.#socket, listener));
    this.#socket.receive(requestBytes(this.#request));
  }

  /** Goes away; what still runs for it is given up. */
  leave(): void {
    this.#socket.destroy();
  }

  onRequest(stream: ServerStream): void {
    this.exchange = startExchange(this.#generation, stream, this);
  }

  onRefused(error: GatewayError): void {
    this.refusal = error;
  }

  onClosed(): void {}
}
