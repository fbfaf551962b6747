import { ClientConnection } from '../../http1/client-connection.ts';
import { type Limits, resolveUpstreamLimits, type UpstreamLimits } from '../../limits.ts';
import { reasonPhrase } from '../../message/status.ts';
import type { Backend } from '../../upstream/backend.ts';
import type { ConnectListener, Connector } from '../../upstream/connector.ts';
import { memoryChannel, MemorySocket } from './memory-socket.ts';
import { type MessageText, readMessage } from './message-text.ts';

/** Told of a request that would have been sent, with its body. */
export type OnSent = (backend: Backend, request: MessageText) => void;

function answerTo(status: number): Buffer {
  const length = status === 204 || status === 304 ? '' : 'Content-Length: 0\r\n';
  return Buffer.from(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n${length}\r\n`, 'latin1');
}

const deaf = { onBytes() {}, onEnd() {}, onDrain() {}, onClose() {} };

/** Stands in for the network in front of a backend: keeps what is sent there, and answers if it was told what. */
export class DryBackend implements Connector {
  readonly #backend: Backend;
  readonly #limits: UpstreamLimits & Limits;
  readonly #answerStatus: number | undefined;
  readonly #onSent: OnSent;

  constructor(backend: Backend, limits: Limits, answerStatus: number | undefined, onSent: OnSent) {
    this.#backend = backend;
    this.#limits = { ...limits, ...resolveUpstreamLimits() };
    this.#answerStatus = answerStatus;
    this.#onSent = onSent;
  }

  connect(waiting: ConnectListener): void {
    let seen = 0;
    const socket = new MemorySocket(({ written }) => {
      const request = readMessage(written.subarray(seen));
      if (request === undefined) return;
      seen = written.length;
      this.#onSent(this.#backend, request);
      if (this.#answerStatus !== undefined) socket.receive(answerTo(this.#answerStatus));
    });
    const channel = memoryChannel(socket, deaf);
    process.nextTick(() => waiting.onConnected(new ClientConnection(channel, waiting, this.#limits)));
  }

  abandon(): number {
    return 0;
  }
}
