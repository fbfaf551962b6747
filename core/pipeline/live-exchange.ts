import type { GatewayError } from '../errors.ts';
import type { FailureLog } from '../log/failure-log.ts';
import type { Logger } from '../log/logger.ts';
import { FieldList } from '../message/field-list.ts';
import { HeadFacts, type ResponseHead } from '../message/head.ts';
import { isIdempotent } from '../message/method.ts';
import type { ServerStream, ServerStreamListener } from '../message/stream.ts';
import type { Backend } from '../upstream/backend.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Attempt } from './attempt.ts';
import { type Inbound, Outbound, type Response } from './drafts.ts';
import type { DownstreamConnection, Exchange, Outcome, Phase, RouteInfo, Timings } from './exchange.ts';
import type { Hooks } from './hooks.ts';
import { abortExchange } from './failure.ts';
import { finishExchange } from './lifecycle.ts';
import type { BodyContext } from './message-body.ts';
import { Timeouts } from './timeouts.ts';
import type { Slot } from './tokens.ts';
import type { Trail } from './trail.ts';

/** What one generation gives its exchanges. */
export interface Pipeline {
  readonly hooks: Hooks;
  readonly log: Logger;
  /** For failures that may come with every exchange. */
  readonly failures: FailureLog;
  readonly tunnelIdleTimeoutMs: number;
  readonly hookTimeoutMs: number;
  findRoute(inbound: Inbound): RouteInfo | undefined;
  onSettled(exchange: LiveExchange): void;
}

const idPrefix = `${Date.now().toString(36)}${Math.floor(Math.random() * 46_656).toString(36)}`;
let exchangeCount = 0;

const continueHead: ResponseHead = {
  status: 100,
  reason: 'Continue',
  minorVersion: 1,
  fields: new FieldList(),
  facts: new HeadFacts(),
};

/** An exchange with everything that only the core may touch. */
export class LiveExchange implements Exchange, BodyContext, ServerStreamListener, Timings {
  readonly pipeline: Pipeline;
  readonly stream: ServerStream;
  readonly connection: DownstreamConnection;
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  route: RouteInfo | undefined = undefined;
  upstream: Upstream | undefined = undefined;
  backend: Backend | undefined = undefined;
  readonly attempts: Attempt[] = [];
  /** How often a backend was to be chosen; now and then there is none, and no attempt. */
  choices = 0;
  response: Response | undefined = undefined;
  outcome: Outcome | undefined = undefined;
  responseAtMs = 0;
  completedAtMs = 0;
  runningPlugin: string | undefined = undefined;
  runningHook: string | undefined = undefined;
  phase: Phase = 'route';
  /** The step in which it failed. */
  failedPhase: Phase | undefined = undefined;
  /** Why the exchange did not end well, or the local answer; the first one counts. */
  error: GatewayError | undefined = undefined;
  /** Code, plugin and hook of a local answer. */
  answeredBy: { code: string; plugin: string | undefined; hook: string | undefined } | undefined = undefined;
  isSettled = false;
  #isRepeatable: boolean | undefined = undefined;
  /** The gateway answers with a failure: steps that were waiting do not go on. */
  isFailed = false;
  expectsContinue: boolean;
  tunnelBytesReceived = 0;
  tunnelBytesSent = 0;
  trail: Trail | undefined = undefined;
  #id: string | undefined = undefined;
  #slots: unknown[] | undefined = undefined;
  #timeouts: Timeouts | undefined = undefined;

  constructor(pipeline: Pipeline, stream: ServerStream, connection: DownstreamConnection, inbound: Inbound) {
    this.pipeline = pipeline;
    this.stream = stream;
    this.connection = connection;
    this.inbound = inbound;
    this.outbound = new Outbound(inbound, stream.body, this);
    this.expectsContinue =
      stream.head.facts.expectsContinue && stream.head.minorVersion > 0 && stream.body !== undefined;
    stream.listener = this;
  }

  get id(): string {
    return (this.#id ??= `${idPrefix}-${(++exchangeCount).toString(36)}`);
  }

  get timings(): Timings {
    return this;
  }

  get isRepeatable(): boolean {
    return this.#isRepeatable ?? isIdempotent(this.outbound.method);
  }

  set isRepeatable(isRepeatable: boolean) {
    this.#isRepeatable = isRepeatable;
  }

  /** Sending once more can do no harm: nothing arrived, or it may be sent twice; and its body is still at hand. */
  mayRepeat(nothingSent: boolean): boolean {
    if (this.outbound.hasBody && !this.outbound.body.isReplayable) return false;
    return nothingSent || this.isRepeatable;
  }

  get timeouts(): Timeouts {
    return (this.#timeouts ??= new Timeouts(this));
  }

  /** The bounds that plugins set; undefined when none did. */
  get ownTimeouts(): Timeouts | undefined {
    return this.#timeouts;
  }

  get startedAtMs(): number {
    return this.stream.startedAtMs;
  }

  get headAtMs(): number {
    return this.stream.headAtMs;
  }

  get bodyBytesReceived(): number {
    return (this.stream.body?.bytesRead ?? 0) + this.tunnelBytesReceived;
  }

  get bodyBytesSent(): number {
    return this.stream.bodyBytesWritten + this.tunnelBytesSent;
  }

  /** The attempt that runs or ran last. */
  get attempt(): Attempt | undefined {
    return this.attempts[this.attempts.length - 1];
  }

  get<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.[slot.index] as T | undefined;
  }

  set<T>(slot: Slot<T>, value: T): void {
    (this.#slots ??= [])[slot.index] = value;
  }

  /** Values by the places of their slots; undefined while none was set. */
  get slotValues(): readonly unknown[] | undefined {
    return this.#slots;
  }

  onLocalRead(): void {
    if (!this.expectsContinue) return;
    this.expectsContinue = false;
    this.stream.sendInformational(continueHead);
  }

  onAborted(error: GatewayError): void {
    abortExchange(this, error);
  }

  onResponseSent(): void {
    finishExchange(this);
  }
}
