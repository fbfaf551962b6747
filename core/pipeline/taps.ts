import type { Backend } from '../upstream/backend.ts';
import type { BackendFailure, BackendResponse, DownstreamConnection, Exchange } from './exchange.ts';
import type { LocalResponse, Refusal, RetryDecision } from './local-response.ts';

/** Coarse order of taps within a hook; within a stage the order of the list of plugins runs. */
export const Stage = {
  /** Sees everything first: identifiers, logs, traces. */
  Observe: -200,
  /** Refuses: addresses, rates, credentials. */
  Guard: -100,
  Default: 0,
  /** Has the last word. */
  Finish: 100,
} as const;

export type Stage = (typeof Stage)[keyof typeof Stage];

export interface TapOptions {
  /** Default: Stage.Default. */
  readonly stage?: Stage;
  /** Runs before the taps of these plugins, whatever the order of the list; they must be listed. */
  readonly before?: string | readonly string[];
}

// `void` alone would let an async function pass; in a union it does not
type Nothing = void | undefined;

/** A hook whose handlers answer at once. */
export interface SyncTap<Arguments extends unknown[], Result> {
  tap(handler: (...input: Arguments) => Result | Nothing): void;
  tap(options: TapOptions, handler: (...input: Arguments) => Result | Nothing): void;
}

/** A hook whose handlers may answer later; who has nothing to wait for returns undefined, which costs no promise. */
export interface AsyncTap<Arguments extends unknown[], Result> extends SyncTap<Arguments, Result> {
  tapPromise(handler: (...input: Arguments) => Promise<Result | Nothing> | undefined): void;
  tapPromise(
    options: TapOptions,
    handler: (...input: Arguments) => Promise<Result | Nothing> | undefined,
  ): void;
}

/** The hooks as one plugin taps them, in the order of an exchange's life. */
export interface PluginHooks {
  /** A client connected, nothing was read: return `refuse(reason)` to close the connection. */
  readonly onAccept: SyncTap<[connection: DownstreamConnection], Refusal>;
  /** A request head was read and routed: return `respond(...)` to answer instead of a backend. */
  readonly onRequest: AsyncTap<[exchange: Exchange], LocalResponse>;
  /** As onRequest, in addition, when a protocol upgrade or CONNECT is asked for. */
  readonly onUpgrade: AsyncTap<[exchange: Exchange], LocalResponse>;
  /** Narrow or reorder the candidates, the first is taken; an empty list answers 503. */
  readonly selectBackend: AsyncTap<[candidates: readonly Backend[], exchange: Exchange], readonly Backend[]>;
  /** Last change of the outbound head; runs again for every attempt. */
  readonly onBackendRequest: AsyncTap<[exchange: Exchange], never>;
  /** An attempt failed, or no backend was left for one: return `retry()`, `respond(...)`, or nothing for the failure's own status. */
  readonly onBackendError: AsyncTap<
    [exchange: Exchange, failure: BackendFailure],
    LocalResponse | RetryDecision
  >;
  /** A backend answered: return `retry()` or `respond(...)` to throw its answer away, nothing to take it. */
  readonly onBackendResponse: AsyncTap<
    [exchange: Exchange, response: BackendResponse],
    LocalResponse | RetryDecision
  >;
  /** The response head is at hand, the backend's or a local one: change it before it goes out. */
  readonly onResponse: AsyncTap<[exchange: Exchange], never>;
  /** The exchange is over, also after an abort; exactly once. */
  readonly onComplete: SyncTap<[exchange: Exchange], never>;
}
