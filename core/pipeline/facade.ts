import type { FailureLog } from '../log/failure-log.ts';
import { attributed } from './attribution.ts';
import { AsyncAnswer, type Callback } from './async-answer.ts';
import { checkedResult } from './hook-results.ts';
import type { HookName, Hooks } from './hooks.ts';
import type { LiveExchange } from './live-exchange.ts';
import type { PluginScope } from './plugin.ts';
import { type PluginHooks, Stage, type TapOptions } from './taps.ts';

type Handler = (...input: never[]) => unknown;

/** Whether a plugin sees an exchange; undefined when it sees all. */
export type IsInScope = ((exchange: LiveExchange) => boolean) | undefined;

interface Tapable {
  readonly name?: string | undefined;
  tap(options: object, handler: (...input: unknown[]) => unknown): void;
  tapAsync(options: object, handler: (...input: unknown[]) => void): void;
}

/** Nobody is asked any more once an exchange is over; what is still told is its failure's answer, and the end. */
function isOver(exchange: LiveExchange, hook: HookName): boolean {
  if (hook === 'onComplete') return false;
  return exchange.isSettled || (exchange.isFailed && hook !== 'onResponse');
}

/** Ends the hook when meanwhile a failure's answer, which has a run of its own, took the place of the response. */
function endWhenReplaced(exchange: LiveExchange, callback: Callback): Callback {
  const { response } = exchange;
  return (error, result) => callback(exchange.response === response ? error : exchange.error, result);
}

const asyncFunction = Object.getPrototypeOf(async () => {}).constructor as Function;

/**
 * The hooks as one plugin sees them: taps carry the plugin's name, failures are attributed to it, a scope is applied,
 * and nothing can be tapped once set-up is over.
 */
export class HookFacade {
  readonly hooks: PluginHooks;
  readonly #plugin: string;
  readonly #isInScope: IsInScope;
  readonly #scope: PluginScope | undefined;
  readonly #failures: FailureLog;
  #isSealed = false;

  constructor(
    hooks: Hooks,
    plugin: string,
    scope: PluginScope | undefined,
    isInScope: IsInScope,
    failures: FailureLog,
  ) {
    this.#failures = failures;
    this.#plugin = plugin;
    this.#isInScope = isInScope;
    this.#scope = scope;
    const facade: Record<string, unknown> = {};
    for (const name of Object.keys(hooks) as HookName[]) facade[name] = this.#tapsOf(hooks, name);
    this.hooks = facade as unknown as PluginHooks;
  }

  /** From now on taps are refused. */
  seal(): void {
    this.#isSealed = true;
  }

  #tapsOf(hooks: Hooks, name: HookName): object {
    const hook = hooks[name] as unknown as Tapable;
    // the exchange is the last argument, except where candidates or a failure stand beside it
    const position = name === 'selectBackend' ? 1 : 0;
    const add = (isPromise: boolean, first: TapOptions | Handler, second?: Handler) => {
      const handler = (typeof first === 'function' ? first : second) as (...input: unknown[]) => unknown;
      const options = this.#register(name, typeof first === 'function' ? {} : first);
      if (!isPromise) this.#refuseAsync(name, handler);
      if (isPromise) hook.tapAsync(options, this.#asyncTap(name, handler, position));
      else hook.tap(options, this.#syncTapOf(name, handler, position));
    };
    return {
      tap: (first: TapOptions | Handler, second?: Handler) => add(false, first, second),
      tapPromise: (first: TapOptions | Handler, second?: Handler) => {
        if (!('tapAsync' in hook) || name === 'onAccept' || name === 'onComplete') {
          throw new TypeError(`${name} takes only handlers that answer at once.`);
        }
        add(true, first, second);
      },
    };
  }

  #register(hook: HookName, { stage = Stage.Default, before = [] }: TapOptions): object {
    if (this.#isSealed) throw new Error(`The plugin ${this.#plugin} taps ${hook} after its set-up.`);
    const names = typeof before === 'string' ? [before] : before;
    const tap = { name: this.#plugin, stage, routes: this.#scope?.routes };
    return names.length > 0 ? { ...tap, before: [...names] } : tap;
  }

  #refuseAsync(hook: HookName, handler: (...input: unknown[]) => unknown): void {
    if (handler instanceof asyncFunction) {
      throw new TypeError(`The plugin ${this.#plugin} gives ${hook}.tap an async function: use tapPromise.`);
    }
  }

  #syncTapOf(hook: HookName, handler: (...input: unknown[]) => unknown, position: number) {
    if (hook === 'onAccept') return this.#acceptTap(hook, handler);
    const tap = this.#syncTap(hook, handler, position);
    return hook === 'onComplete' ? this.#lastTap(tap) : tap;
  }

  /** Nothing is left to be failed at the end: the failure is logged, and the other plugins still run. */
  #lastTap(tap: (first: unknown, second: unknown) => unknown) {
    return (exchange: unknown): void => {
      try {
        tap(exchange, undefined);
      } catch (error) {
        this.#failures.report({ err: error, plugin: this.#plugin, hook: 'onComplete' }, 'plugin failed');
      }
    };
  }

  #syncTap(hook: HookName, handler: (...input: unknown[]) => unknown, position: number) {
    const plugin = this.#plugin;
    const isInScope = this.#isInScope;
    return (first: unknown, second: unknown): unknown => {
      const exchange = (position === 0 ? first : second) as LiveExchange;
      if (isInScope !== undefined && !isInScope(exchange)) return undefined;
      if (isOver(exchange, hook)) return undefined;
      exchange.runningPlugin = plugin;
      exchange.runningHook = hook;
      try {
        return checkedResult(hook, handler(first, second));
      } catch (cause) {
        throw attributed(cause, plugin, hook);
      }
    };
  }

  #acceptTap(hook: HookName, handler: (...input: unknown[]) => unknown) {
    return (connection: unknown): unknown => {
      try {
        return checkedResult(hook, handler(connection));
      } catch (cause) {
        throw attributed(cause, this.#plugin, hook);
      }
    };
  }

  #asyncTap(hook: HookName, handler: (...input: unknown[]) => unknown, position: number) {
    const plugin = this.#plugin;
    const isInScope = this.#isInScope;
    return (...input: unknown[]): void => {
      const callback = input.pop() as Callback;
      const exchange = input[position] as LiveExchange;
      if ((isInScope !== undefined && !isInScope(exchange)) || isOver(exchange, hook)) return callback();
      exchange.runningPlugin = plugin;
      exchange.runningHook = hook;
      let result: unknown;
      try {
        result = handler(...input);
      } catch (cause) {
        return callback(attributed(cause, plugin, hook));
      }
      if (result === undefined) return callback(); // nothing to wait for
      const answer = new AsyncAnswer(
        endWhenReplaced(exchange, callback),
        plugin,
        hook,
        exchange.pipeline.hookTimeoutMs,
      );
      Promise.resolve(result).then(answer.resolve, answer.reject);
    };
  }
}
