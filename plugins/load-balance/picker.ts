import type { AttemptRecord, Backend, Exchange, Upstream } from '../../core/index.ts';
import type { Settings } from './options.ts';
import type { Retain } from './retain.ts';
import type { SlowStart } from './slow-start.ts';
import type { WeightOf } from './weights.ts';

/** A policy at work for one upstream. */
export interface Picker {
  /** One of `candidates`, which are at least two. */
  pick(candidates: readonly Backend[], exchange: Exchange): Backend;
  /** An attempt at one of the backends was answered or failed. */
  observe?(attempt: AttemptRecord): void;
}

/** What a picker is made of. */
export interface PickerParts {
  readonly upstream: Upstream;
  readonly settings: Settings;
  readonly weightOf: WeightOf<Backend>;
  /** Undefined when backends do not ramp up. */
  readonly slowStart: SlowStart<Backend> | undefined;
  /** A value of this upstream that outlives a reload. */
  readonly retain: Retain;
}

export type Policy = (parts: PickerParts) => Picker;
