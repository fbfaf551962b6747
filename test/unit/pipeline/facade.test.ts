import { beforeEach, describe, expect, test, vi } from 'vitest';
import { GatewayError } from '../../../core/errors.ts';
import { HookFacade, type IsInScope } from '../../../core/pipeline/facade.ts';
import { type HookName, hookNames, Hooks, listTaps } from '../../../core/pipeline/hooks.ts';
import type { LiveExchange } from '../../../core/pipeline/live-exchange.ts';
import { refuse, respond, retry } from '../../../core/pipeline/local-response.ts';
import { Stage } from '../../../core/pipeline/taps.ts';
import { Backend } from '../../../core/upstream/backend.ts';

let hooks: Hooks;
let logged: unknown[];

beforeEach(() => {
  hooks = new Hooks();
  logged = [];
});

function facadeOf(plugin: string, routes?: readonly string[], isInScope?: IsInScope): HookFacade {
  const failures = { report: (...line: unknown[]) => logged.push(line) };
  const scope = routes === undefined ? undefined : { routes };
  return new HookFacade(hooks, plugin, scope, isInScope, failures as never);
}

const tapsOf = (plugin: string, ...scope: [routes?: readonly string[], isInScope?: IsInScope]) =>
  facadeOf(plugin, ...scope).hooks;

function newExchange(hookTimeoutMs = 10_000): LiveExchange {
  const exchange = { isSettled: false, isFailed: false, pipeline: { hookTimeoutMs } };
  return exchange as unknown as LiveExchange;
}

const [backend1, backend2, backend3] = [1, 2, 3].map(() => Object.create(Backend.prototype) as Backend);

type AnyTaps = Record<'tap' | 'tapPromise', (handler: unknown) => void>;

/** The taps of a hook for handlers that the compiler would not let pass. */
function anyTaps(
  plugin: string,
  name: HookName,
  ...scope: [routes?: readonly string[], isInScope?: IsInScope]
): AnyTaps {
  return tapsOf(plugin, ...scope)[name] as unknown as AnyTaps;
}

interface Called {
  error: unknown;
  result: unknown;
}

/** Calls an asynchronous hook; resolves with what it came to. */
function call(name: HookName, first: unknown, second?: unknown): Promise<Called> {
  const input = second === undefined ? [first] : [first, second];
  const hook = hooks[name] as unknown as { callAsync(...input: unknown[]): void };
  return new Promise((resolve) => {
    hook.callAsync(...input, (error: unknown, result: unknown) => resolve({ error, result }));
  });
}

describe('a tap', () => {
  test('carries the name of its plugin, its stage and its scope', () => {
    tapsOf('a', ['api']).onRequest.tap({ stage: Stage.Guard }, () => {});
    tapsOf('b').onRequest.tap(() => {});
    expect(listTaps(hooks, 'onRequest')).toEqual([
      { plugin: 'a', stage: 'Guard', routes: ['api'], before: [] },
      { plugin: 'b', stage: 'Default', routes: undefined, before: [] },
    ]);
  });

  test('runs by stage, then in the order of the list, and before the plugins it names', async () => {
    const order: string[] = [];
    const note = (name: string) => () => void order.push(name);
    tapsOf('default1').onRequest.tap(note('default1'));
    tapsOf('finish').onRequest.tap({ stage: Stage.Finish }, note('finish'));
    tapsOf('default2').onRequest.tapPromise(async () => note('default2')());
    tapsOf('observe').onRequest.tap({ stage: Stage.Observe }, note('observe'));
    tapsOf('first').onRequest.tap({ before: ['default1', 'default2'] }, note('first'));
    tapsOf('guard').onRequest.tap({ stage: Stage.Guard }, note('guard'));
    await call('onRequest', newExchange());
    expect(order).toEqual(['observe', 'guard', 'first', 'default1', 'default2', 'finish']);
  });

  test.each(hookNames)('of %s cannot be an async function, which nobody would wait for', (name) => {
    const taps = anyTaps('a', name);
    expect(() => taps.tap(async () => {})).toThrow(
      /plugin a gives .*\.tap an async function: use tapPromise/,
    );
    expect(listTaps(hooks, name)).toEqual([]);
  });

  test.each(['onAccept', 'onComplete'] as const)('of %s cannot answer later', (name) => {
    const taps = tapsOf('a')[name] as unknown as { tapPromise(handler: unknown): void };
    expect(() => taps.tapPromise(() => Promise.resolve())).toThrow(TypeError);
  });

  test.each(hookNames)('of %s is refused once set-up is over', (name) => {
    const facade = facadeOf('late');
    facade.seal();
    const taps = facade.hooks[name] as unknown as {
      tap(handler: unknown): void;
      tapPromise(handler: unknown): void;
    };
    expect(() => taps.tap(() => {})).toThrow('The plugin late taps');
    expect(() => taps.tapPromise(() => Promise.resolve())).toThrow();
    expect(listTaps(hooks, name)).toEqual([]);
  });
});

describe.each(['tap', 'tapPromise'] as const)('a handler given to %s', (kind) => {
  const isLater = kind === 'tapPromise';
  const wrap = <T>(give: () => T) => (isLater ? () => Promise.resolve().then(give) : give) as never;

  test('ends a bail hook with its answer, and the others do not run', async () => {
    const answer = respond(403);
    const second = vi.fn();
    anyTaps('a', 'onRequest')[kind](wrap(() => answer));
    tapsOf('b').onRequest.tap(second);
    expect(await call('onRequest', newExchange())).toEqual({ error: null, result: answer });
    expect(second).not.toHaveBeenCalled();
  });

  test.each([undefined, null])('that gives %j lets the others run', async (nothing) => {
    const second = vi.fn();
    anyTaps('a', 'onRequest')[kind](wrap(() => nothing));
    tapsOf('b').onRequest.tap(second);
    const { error, result } = await call('onRequest', newExchange());
    expect([error, result]).toEqual([undefined, undefined]);
    expect(second).toHaveBeenCalledOnce();
  });

  test.each([undefined, null])('that gives %j leaves the candidates as they are', async (nothing) => {
    const candidates = [{}, {}];
    anyTaps('a', 'selectBackend')[kind](wrap(() => nothing));
    expect((await call('selectBackend', candidates, newExchange())).result).toBe(candidates);
  });

  test('narrows the candidates for those behind it', async () => {
    const narrow = (candidates: readonly unknown[]) => {
      const left = candidates.slice(1);
      return isLater ? Promise.resolve(left) : left;
    };
    anyTaps('a', 'selectBackend')[kind](narrow);
    tapsOf('b').selectBackend.tap((candidates) => [...candidates].reverse());
    const { result } = await call('selectBackend', [backend1, backend2, backend3], newExchange());
    expect(result).toEqual([backend3, backend2]);
  });

  test.each(['onRequest', 'onUpgrade', 'onBackendRequest', 'onBackendError', 'onResponse'] as const)(
    'that fails in %s is named with the hook, and the others do not run',
    async (name) => {
      const cause = new Error('boom');
      const second = vi.fn();
      const failing = wrap(() => {
        throw cause;
      });
      anyTaps('bad', name)[kind](failing);
      tapsOf('b')[name].tap(second);
      const { error } = await call(name, newExchange(), name === 'onBackendError' ? {} : undefined);
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({ code: 'plugin_failed', status: 500, plugin: 'bad', hook: name, cause });
      expect(second).not.toHaveBeenCalled();
    },
  );

  test('that fails in selectBackend is named with the hook', async () => {
    anyTaps('bad', 'selectBackend')[kind](
      wrap(() => {
        throw new Error('boom');
      }),
    );
    expect((await call('selectBackend', [], newExchange())).error).toMatchObject({
      plugin: 'bad',
      hook: 'selectBackend',
    });
  });

  test('that fails with a GatewayError keeps its code', async () => {
    anyTaps('bad', 'onRequest')[kind](
      wrap(() => {
        throw new GatewayError('body_limit_exceeded');
      }),
    );
    expect((await call('onRequest', newExchange())).error).toMatchObject({
      code: 'body_limit_exceeded',
      status: 413,
      plugin: 'bad',
    });
  });

  test.each([
    ['onRequest', { status: 403 }],
    ['onRequest', []],
    ['onUpgrade', true],
    ['onUpgrade', retry()],
    ['onBackendError', 'retry'],
    ['selectBackend', {}],
    ['selectBackend', 'a'],
    ['selectBackend', [{}]],
    ['selectBackend', [undefined]],
    ['onBackendRequest', 42],
    ['onResponse', 'no'],
  ] as const)('of %s that gives %j fails instead of the core', async (name, answer) => {
    anyTaps('bad', name)[kind](wrap(() => answer));
    const first = name === 'selectBackend' ? [] : newExchange();
    const second = name === 'selectBackend' || name === 'onBackendError' ? newExchange() : undefined;
    const { error } = await call(name, first, second);
    expect(error).toMatchObject({ code: 'plugin_failed', plugin: 'bad', hook: name });
  });

  test('is known as the one that runs', async () => {
    const exchange = newExchange();
    const seen: unknown[] = [];
    anyTaps('a', 'onRequest')[kind](wrap(() => void seen.push(exchange.runningPlugin, exchange.runningHook)));
    tapsOf('b').onRequest.tap(() => void seen.push(exchange.runningPlugin));
    await call('onRequest', exchange);
    expect(seen).toEqual(['a', 'onRequest', 'b']);
  });

  test('sees only exchanges in its scope', async () => {
    const [inside, outside] = [newExchange(), newExchange()];
    const seen: unknown[] = [];
    const taps = (name: HookName) => anyTaps('a', name, ['api'], (exchange) => exchange === inside)[kind];
    taps('onRequest')((exchange: LiveExchange) => void seen.push(exchange));
    taps('selectBackend')((_: unknown, exchange: LiveExchange) => void seen.push(exchange));
    taps('onBackendError')((exchange: LiveExchange) => void seen.push(exchange));
    for (const exchange of [outside, inside]) {
      await call('onRequest', exchange);
      await call('selectBackend', [], exchange);
      await call('onBackendError', exchange, {});
    }
    expect(seen).toEqual([inside, inside, inside]);
  });
});

test('a handler that throws before it gives a promise fails like one that rejects', async () => {
  tapsOf('bad').onRequest.tapPromise(() => {
    throw new Error('boom');
  });
  expect((await call('onRequest', newExchange())).error).toMatchObject({ plugin: 'bad', hook: 'onRequest' });
});

test('what follows a promise runs outside of it: its errors are not the plugin’s', async () => {
  const ofTheRunner = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const caught = new Promise((resolve) => process.once('uncaughtException', resolve));
  const later = new Error('of what follows');
  const callback = vi.fn(() => {
    throw later;
  });
  tapsOf('a').onRequest.tapPromise(() => Promise.resolve(undefined));
  hooks.onRequest.callAsync(newExchange(), callback);
  expect(await caught).toBe(later);
  for (const listener of ofTheRunner) process.on('uncaughtException', listener);
  expect(callback).toHaveBeenCalledOnce();
});

test('hooks whose handlers all answer at once are over at once', () => {
  tapsOf('a').onRequest.tap(() => {});
  tapsOf('b').onRequest.tap(() => {});
  const callback = vi.fn();
  hooks.onRequest.callAsync(newExchange(), callback);
  expect(callback).toHaveBeenCalledOnce();
});

test('a handler that does not finish in time fails, and what it gives later is nobody’s business', async () => {
  let answer: (value: undefined) => void = () => {};
  tapsOf('slow').onRequest.tapPromise(() => new Promise((resolve) => (answer = resolve)));
  const second = vi.fn();
  tapsOf('b').onRequest.tap(second);
  const { error } = await call('onRequest', newExchange(1));
  expect(error).toMatchObject({ code: 'plugin_failed', plugin: 'slow', hook: 'onRequest' });
  answer(undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(second).not.toHaveBeenCalled();
});

test('nobody is asked any more once the exchange is over', async () => {
  const seen = vi.fn();
  const taps = tapsOf('a');
  for (const name of ['onRequest', 'onBackendRequest', 'onResponse'] as const) {
    taps[name].tap(() => seen(`${name} settled`));
    taps[name].tapPromise(() => Promise.resolve(seen(`${name} settled`)));
    await call(name, Object.assign(newExchange(), { isSettled: true }));
  }
  expect(seen).not.toHaveBeenCalled();
});

describe('onComplete', () => {
  test('runs all plugins, also behind one that fails, which is logged', () => {
    const second = vi.fn();
    tapsOf('bad').onComplete.tap(() => {
      throw new Error('boom');
    });
    tapsOf('b').onComplete.tap(second);
    hooks.onComplete.call(newExchange());
    expect(second).toHaveBeenCalledOnce();
    expect(logged).toHaveLength(1);
  });

  test('sees only exchanges in its scope', () => {
    const seen = vi.fn();
    const inside = newExchange();
    tapsOf('a', ['api'], (exchange) => exchange === inside).onComplete.tap(seen);
    hooks.onComplete.call(newExchange());
    hooks.onComplete.call(inside);
    expect(seen).toHaveBeenCalledExactlyOnceWith(inside, undefined);
  });
});

describe('onAccept', () => {
  const connection = { id: 1 } as never;

  test('ends with a refusal, and lets null pass', () => {
    tapsOf('a').onAccept.tap((() => null) as never);
    tapsOf('b').onAccept.tap(() => refuse('no'));
    expect(hooks.onAccept.call(connection)).toMatchObject({ reason: 'no' });
  });

  test('names the plugin that fails', () => {
    tapsOf('bad').onAccept.tap(() => {
      throw new Error('boom');
    });
    expect(() => hooks.onAccept.call(connection)).toThrow(
      expect.objectContaining({ plugin: 'bad', hook: 'onAccept' }),
    );
  });
});
