import { GatewayError } from '../errors.ts';
import type { Backend } from '../upstream/backend.ts';
import type { Callback } from './async-answer.ts';
import { type HookName, hookNames, type Hooks, stageName } from './hooks.ts';
import type { LiveExchange } from './live-exchange.ts';
import { LocalResponse, Refusal, RetryDecision } from './local-response.ts';
import type { OpenStep, Trail, TrailEffect } from './trail.ts';
import { changesBetween, isSame, type Snapshot, takeSnapshot } from './trail-snapshot.ts';

type Handler = (...input: unknown[]) => unknown;

interface FullTap {
  readonly name: string;
  readonly type: 'sync' | 'async' | 'promise';
  readonly stage?: number;
  readonly fn: Handler;
}

interface Interceptable {
  readonly taps: readonly FullTap[];
  intercept(interceptor: { register(tap: FullTap): FullTap }): void;
}

/** What a hook is asked about: an exchange, or in onAccept a connection. */
type Subject = Partial<LiveExchange> & { readonly trail?: Trail | undefined };

/** One handler at work: what the exchange was like before. */
class Recording {
  readonly #step: OpenStep;
  readonly #subject: Subject;
  readonly #candidates: readonly Backend[] | undefined;
  readonly #before: Snapshot | undefined;
  readonly #pluginBefore: string | undefined;
  readonly #startedAtMs = performance.now();

  constructor(trail: Trail, hook: HookName, tap: FullTap, subject: Subject, first: unknown) {
    const attempts = subject.attempts?.length ?? 0;
    const attempt = hook === 'selectBackend' ? attempts + 1 : attempts;
    this.#step = trail.add(hook, tap.name, stageName(tap.stage ?? 0), attempt);
    this.#subject = subject;
    this.#candidates = hook === 'selectBackend' ? (first as readonly Backend[]) : undefined;
    this.#before = subject.outbound === undefined ? undefined : takeSnapshot(subject as LiveExchange);
    this.#pluginBefore = subject.runningPlugin;
    subject.runningPlugin = undefined; // set by a handler that really runs
  }

  end(error: unknown, result: unknown): void {
    const subject = this.#subject;
    this.#step.tookMs = performance.now() - this.#startedAtMs;
    this.#step.isSkipped = subject.outbound !== undefined && subject.runningPlugin === undefined;
    subject.runningPlugin ??= this.#pluginBefore;
    this.#step.effects = [...this.#changes(), ...this.#answers(error, result)];
  }

  #changes(): TrailEffect[] {
    if (this.#before === undefined) return [];
    return changesBetween(this.#before, takeSnapshot(this.#subject as LiveExchange));
  }

  #answers(error: unknown, result: unknown): TrailEffect[] {
    if (error !== null && error !== undefined) return [failure(error)];
    if (result instanceof LocalResponse)
      return [{ kind: 'answered', status: result.status, code: result.code ?? 'local_response' }];
    if (result instanceof Refusal) return [{ kind: 'refused', reason: result.reason }];
    if (result instanceof RetryDecision) return [{ kind: 'retried' }];
    if (this.#candidates === undefined || !Array.isArray(result)) return [];
    const before = this.#candidates.map(({ name }) => name);
    const after = (result as Backend[]).map(({ name }) => name);
    return isSame(before, after) ? [] : [{ kind: 'candidates', before, after }];
  }
}

function failure(error: unknown): TrailEffect {
  const code = error instanceof GatewayError ? error.code : 'plugin_failed';
  const cause = error instanceof GatewayError && error.cause !== undefined ? error.cause : error;
  return { kind: 'failed', code, reason: reasonOf(cause) };
}

/** Anything can be thrown, and not all of it can be made a text. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  return typeof cause === 'string' ? cause : 'unknown';
}

function recordedSync(hook: HookName, tap: FullTap, position: number): Handler {
  const { fn } = tap;
  return (first, second) => {
    const subject = (position === 0 ? first : second) as Subject;
    const { trail } = subject;
    if (trail === undefined) return fn(first, second);
    const recording = new Recording(trail, hook, tap, subject, first);
    try {
      const result = fn(first, second);
      recording.end(undefined, result);
      return result;
    } catch (error) {
      recording.end(error, undefined);
      throw error;
    }
  };
}

function recordedAsync(hook: HookName, tap: FullTap, position: number): Handler {
  const { fn } = tap;
  return (...input) => {
    const subject = input[position] as Subject;
    const { trail } = subject;
    if (trail === undefined) return fn(...input);
    const callback = input.pop() as Callback;
    const recording = new Recording(trail, hook, tap, subject, input[0]);
    return fn(...input, (error?: Error | null, result?: unknown) => {
      recording.end(error, result);
      callback(error, result);
    });
  };
}

function recorded(hook: HookName, tap: FullTap): FullTap {
  const position = hook === 'selectBackend' ? 1 : 0;
  const wrap = tap.type === 'sync' ? recordedSync : recordedAsync;
  return { ...tap, fn: wrap(hook, tap, position) };
}

/**
 * Makes the taps of these hooks write down what they do, for exchanges to which `begin` gives a trail. To be called
 * once, after all plugins were set up; hooks that it was not called for run exactly as if it did not exist.
 */
export function recordTaps(hooks: Hooks, begin: (exchange: LiveExchange) => Trail | undefined): void {
  for (const name of hookNames) {
    const hook = hooks[name] as unknown as Interceptable;
    if (name === 'onComplete' || hook.taps.length === 0) continue; // nothing can be changed any more
    hook.intercept({ register: (tap) => recorded(name, tap) });
  }
  hooks.onRequest.intercept({
    call: (exchange) => {
      const live = exchange as LiveExchange;
      live.trail = begin(live);
    },
  });
}

/** Has the taps of a hook do nothing: who only looks is not told. */
export function silence(hook: { readonly taps: readonly unknown[] }): void {
  if (hook.taps.length === 0) return;
  (hook as Interceptable).intercept({ register: (tap) => ({ ...tap, fn: () => {} }) });
}
