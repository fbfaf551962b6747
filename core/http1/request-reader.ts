import type { Limits } from '../limits.ts';
import { decideBodyLength } from '../message/framing.ts';
import type { RequestHead } from '../message/head.ts';
import type { Channel } from '../transport/channel.ts';
import { nowMs } from '../transport/clock.ts';
import { parseRequestHead } from './head-parser.ts';
import { HeadReader } from './head-reader.ts';
import { type BodyOwner, IncomingBody } from './incoming-body.ts';
import { Intake } from './intake.ts';
import type { ServerDeadline } from './server-deadline.ts';
import type { Http1ServerStream } from './server-stream.ts';

/** Once so many bytes wait for their turn, a connection is read no further. */
const maxHeldBytes = 65_536;

/** The connection whose requests are read. */
export interface RequestReaderOwner {
  readonly limits: Limits;
  readonly isClosing: boolean;
  readonly deadline: ServerDeadline;
  /** The request that is being served: the next one waits for its end. */
  readonly stream: Http1ServerStream | undefined;
  onHead(head: RequestHead, body: IncomingBody | undefined, startedAtMs: number): void;
  onUnreadable(cause: unknown): void;
}

/** The receiving half of a connection from a client: reads one request behind the other. */
export class RequestReader extends Intake implements BodyOwner {
  readonly #owner: RequestReaderOwner;
  readonly #heads: HeadReader<RequestHead>;

  constructor(channel: Channel, owner: RequestReaderOwner) {
    super(channel);
    this.#owner = owner;
    this.#heads = new HeadReader(parseRequestHead, owner.limits);
  }

  /** True when nothing of a next request has come. */
  get isEmpty(): boolean {
    return !this.#heads.isPartial && !this.isHolding;
  }

  onBodyWanted(): void {
    this.channel.isBulk = this.#owner.stream?.body?.isBulk === true;
    this.#owner.deadline.onBodyWanted();
    this.goOn();
  }

  protected get isClosing(): boolean {
    return this.#owner.isClosing;
  }

  /** Reads on for a while behind a request, for only so is it seen that the client goes away. */
  protected get maxHeldBytes(): number {
    return maxHeldBytes;
  }

  protected readMessages(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#owner.isClosing) {
      const { stream } = this.#owner;
      if (stream === undefined) at = this.#readHead(bytes, at, end);
      else if (stream.body?.isFlowing === true) at = this.#readBody(stream.body, bytes, at, end);
      else return at;
    }
    return at;
  }

  protected onUnreadable(cause: unknown): void {
    this.#owner.onUnreadable(cause);
  }

  protected onRead(): void {
    this.#owner.stream?.body?.flush();
  }

  #readHead(bytes: Buffer, at: number, end: number): number {
    const startedAtMs = this.#heads.startedAtMs ?? nowMs();
    const parsed = this.#heads.read(bytes, at, end);
    if (parsed === undefined) {
      this.#owner.deadline.awaitHead();
      return end;
    }
    const { head } = parsed;
    const length = decideBodyLength(head.facts, head.minorVersion, head.method, 0);
    const { limits } = this.#owner;
    const body = length === 0 ? undefined : new IncomingBody(length, this, limits, limits.maxBodyBytes);
    this.#owner.onHead(head, body, startedAtMs);
    return parsed.end;
  }

  #readBody(body: IncomingBody, bytes: Buffer, start: number, end: number): number {
    const at = body.consume(bytes, start, end);
    this.channel.isBulk = body.isBulk;
    if (this.#owner.stream?.body === body) this.#owner.deadline.awaitBody(); // else its request is over
    return at;
  }
}
