import { GatewayError } from '../errors.ts';
import type { ByteChannel, ByteChannelListener } from '../message/byte-channel.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';

/** How a tunnel ended. */
export interface TunnelEnd {
  readonly bytesFromDownstream: number;
  readonly bytesFromUpstream: number;
  /** Undefined when both sides ended. */
  readonly error: GatewayError | undefined;
}

/** One direction: what comes from one channel goes to the other. */
class Direction implements ByteChannelListener {
  readonly #from: ByteChannel;
  readonly #to: ByteChannel;
  readonly #tunnel: Tunnel;
  readonly #lostCode: 'client_aborted' | 'connection_lost';
  opposite!: Direction;
  bytes = 0;
  hasEnded = false;

  constructor(
    from: ByteChannel,
    to: ByteChannel,
    tunnel: Tunnel,
    lostCode: 'client_aborted' | 'connection_lost',
  ) {
    this.#from = from;
    this.#to = to;
    this.#tunnel = tunnel;
    this.#lostCode = lostCode;
  }

  listen(): void {
    this.#from.listen(this);
  }

  onBytes(bytes: Buffer): void {
    this.bytes += bytes.length;
    this.#tunnel.onActivity();
    if (!this.#to.writeBytes(bytes)) this.#from.pause();
  }

  onEnd(): void {
    this.hasEnded = true;
    this.#to.end();
  }

  /** What went the other way has been taken. */
  onDrain(): void {
    this.#tunnel.onActivity();
    this.opposite.resume();
  }

  onClose(error: Error | undefined): void {
    const isClean = error === undefined && this.hasEnded;
    this.#tunnel.onClosed(isClean ? undefined : this.#reasonOf(error));
  }

  resume(): void {
    this.#from.resume();
  }

  /** The gateway's own reason, or that side is lost. */
  #reasonOf(error: Error | undefined): GatewayError {
    return error instanceof GatewayError
      ? error
      : new GatewayError(this.#lostCode, undefined, { cause: error });
  }
}

/** Pumps bytes both ways with half-close and backpressure until both ways are done, one dies, or all is silent. */
class Tunnel implements DeadlineOwner {
  readonly #downstream: ByteChannel;
  readonly #upstream: ByteChannel;
  readonly #up: Direction;
  readonly #down: Direction;
  readonly #idleTimeoutMs: number;
  readonly #onEnded: (end: TunnelEnd) => void;
  readonly #deadline = new Deadline(this);
  #closed = 0;
  #error: GatewayError | undefined;

  constructor(
    downstream: ByteChannel,
    upstream: ByteChannel,
    idleTimeoutMs: number,
    onEnded: (end: TunnelEnd) => void,
  ) {
    this.#downstream = downstream;
    this.#upstream = upstream;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#onEnded = onEnded;
    this.#up = new Direction(downstream, upstream, this, 'client_aborted');
    this.#down = new Direction(upstream, downstream, this, 'connection_lost');
    this.#up.opposite = this.#down;
    this.#down.opposite = this.#up;
    this.onActivity();
    this.#down.listen();
    this.#up.listen();
  }

  onActivity(): void {
    this.#deadline.arm(this.#idleTimeoutMs);
  }

  onDeadline(): void {
    this.#error ??= new GatewayError('tunnel_idle');
    this.#destroy();
  }

  onClosed(error: GatewayError | undefined): void {
    this.#error ??= error;
    this.#closed++;
    if (error !== undefined) this.#destroy();
    if (this.#closed < 2) return;
    this.#deadline.release();
    const { bytes: bytesFromDownstream } = this.#up;
    this.#onEnded({ bytesFromDownstream, bytesFromUpstream: this.#down.bytes, error: this.#error });
  }

  #destroy(): void {
    this.#downstream.destroy();
    this.#upstream.destroy();
  }
}

/** Connects two channels until they end; `onEnded` is called once. */
export function openTunnel(
  downstream: ByteChannel,
  upstream: ByteChannel,
  idleTimeoutMs: number,
  onEnded: (end: TunnelEnd) => void,
): void {
  void new Tunnel(downstream, upstream, idleTimeoutMs, onEnded);
}
