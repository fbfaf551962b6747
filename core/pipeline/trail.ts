import type { HookName } from './hooks.ts';
import type { RouteVerdict } from './route-verdict.ts';

/** What a handler of a plugin did to the exchange, as far as it can be seen from outside. */
export type TrailEffect =
  /** A field line of a head; `before` is empty for one that was added, `after` for one that was removed. */
  | {
      readonly kind: 'field';
      readonly message: 'request' | 'response';
      readonly name: string;
      readonly before: readonly string[];
      readonly after: readonly string[];
    }
  /** Anything else of the exchange that plugins may set, such as `method`, `path`, `host`, `upstream` or `status`. */
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  | { readonly kind: 'slot'; readonly name: string }
  | {
      readonly kind: 'body';
      readonly message: 'request' | 'response';
      readonly change: 'read' | 'replaced' | 'transformed';
    }
  /** Names of backends. */
  | { readonly kind: 'candidates'; readonly before: readonly string[]; readonly after: readonly string[] }
  | { readonly kind: 'answered'; readonly status: number; readonly code: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'retried' }
  | { readonly kind: 'failed'; readonly code: string; readonly reason: string };

/** One handler of one plugin, asked once. */
export interface TrailStep {
  readonly hook: HookName;
  readonly plugin: string;
  /** Name of the stage it runs in. */
  readonly stage: string;
  /** The attempt that was chosen for or under way, from 1; 0 before the first. */
  readonly attempt: number;
  /** The exchange is not of the plugin's routes, or was over. */
  readonly isSkipped: boolean;
  /** Undefined while it has not answered. */
  readonly tookMs: number | undefined;
  /** Empty: it did nothing. */
  readonly effects: readonly TrailEffect[];
}

/** What became of an exchange step by step. */
export interface ExchangeTrail {
  /** Handlers in the order in which they ran; those of onComplete are not in it. */
  readonly steps: readonly TrailStep[];
  /** Steps that were not kept because there were too many. */
  readonly omittedSteps: number;
  /** The routes nearest to the request and what they asked for, the one that was taken first. */
  readonly routes: readonly RouteVerdict[];
}

/** A step that is still being written. */
export interface OpenStep extends TrailStep {
  isSkipped: boolean;
  tookMs: number | undefined;
  effects: readonly TrailEffect[];
}

const maxSteps = 1_000;

/** The record of one exchange, or of a connection before it. */
export class Trail implements ExchangeTrail {
  readonly steps: OpenStep[] = [];
  omittedSteps = 0;
  readonly #judgeRoutes: () => RouteVerdict[];
  #routes: readonly RouteVerdict[] | undefined = undefined;

  constructor(judgeRoutes: () => RouteVerdict[]) {
    this.#judgeRoutes = judgeRoutes;
  }

  get routes(): readonly RouteVerdict[] {
    return (this.#routes ??= this.#judgeRoutes());
  }

  add(hook: HookName, plugin: string, stage: string, attempt: number): OpenStep {
    const step: OpenStep = {
      hook,
      plugin,
      stage,
      attempt,
      isSkipped: false,
      tookMs: undefined,
      effects: [],
    };
    if (this.steps.length < maxSteps) this.steps.push(step);
    else this.omittedSteps++;
    return step;
  }
}
