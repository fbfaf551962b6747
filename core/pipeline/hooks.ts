import {
  AsyncSeriesBailHook,
  AsyncSeriesHook,
  AsyncSeriesWaterfallHook,
  SyncBailHook,
  SyncHook,
} from 'tapable';
import type { Backend } from '../upstream/backend.ts';
import type { BackendFailure, BackendResponse, DownstreamConnection, Exchange } from './exchange.ts';
import type { LocalResponse, Refusal, RetryDecision } from './local-response.ts';
import { Stage } from './taps.ts';

/**
 * The hooks of one generation. Each is compiled by tapable on its first call and cannot be untapped: a new
 * configuration gets a new set.
 */
export class Hooks {
  readonly onAccept = new SyncBailHook<[DownstreamConnection], Refusal | undefined>(['connection']);
  readonly onRequest = new AsyncSeriesBailHook<[Exchange], LocalResponse | undefined>(['exchange']);
  readonly onUpgrade = new AsyncSeriesBailHook<[Exchange], LocalResponse | undefined>(['exchange']);
  readonly selectBackend = new AsyncSeriesWaterfallHook<[readonly Backend[], Exchange]>([
    'candidates',
    'exchange',
  ]);
  readonly onBackendRequest = new AsyncSeriesHook<[Exchange]>(['exchange']);
  readonly onBackendError = new AsyncSeriesBailHook<
    [Exchange, BackendFailure],
    LocalResponse | RetryDecision | undefined
  >(['exchange', 'failure']);
  readonly onBackendResponse = new AsyncSeriesBailHook<
    [Exchange, BackendResponse],
    LocalResponse | RetryDecision | undefined
  >(['exchange', 'response']);
  readonly onResponse = new AsyncSeriesHook<[Exchange]>(['exchange']);
  readonly onComplete = new SyncHook<[Exchange]>(['exchange']);
}

export type HookName = keyof Hooks;

export const hookNames = [
  'onAccept',
  'onRequest',
  'onUpgrade',
  'selectBackend',
  'onBackendRequest',
  'onBackendError',
  'onBackendResponse',
  'onResponse',
  'onComplete',
] as const satisfies readonly HookName[];

/** One tap as it runs. */
export interface TapListing {
  readonly plugin: string;
  /** Name of its stage. */
  readonly stage: string;
  /** Names of the routes it is scoped to; undefined for all. */
  readonly routes: readonly string[] | undefined;
  /** Plugins that it asked to run before. */
  readonly before: readonly string[];
}

interface FullTap {
  readonly name: string;
  readonly stage?: number;
  readonly routes?: readonly string[];
  readonly before?: string | readonly string[];
}

/** The name of a stage, its number when it has none. */
export function stageName(value: number): string {
  return Object.entries(Stage).find(([, stage]) => stage === value)?.[0] ?? String(value);
}

/** The taps of a hook in the order in which they run. */
export function listTaps(hooks: Hooks, hook: HookName): TapListing[] {
  return (hooks[hook].taps as readonly FullTap[]).map(({ name, stage = 0, routes, before = [] }) => ({
    plugin: name,
    stage: stageName(stage),
    routes,
    before: typeof before === 'string' ? [before] : before,
  }));
}
