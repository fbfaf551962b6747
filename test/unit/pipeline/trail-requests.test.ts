import { expect, test } from 'vitest';
import { HookFacade } from '../../../core/pipeline/facade.ts';
import { hookNames, Hooks } from '../../../core/pipeline/hooks.ts';
import { TrailRequests } from '../../../core/pipeline/trail-requests.ts';

const log = { error() {} } as never;

function tapped(): { hooks: Hooks; handlers: () => unknown[] } {
  const hooks = new Hooks();
  const { hooks: taps } = new HookFacade(hooks, 'a', undefined, undefined, log);
  taps.onRequest.tap(() => {});
  taps.onResponse.tapPromise(async () => {});
  const handlers = () => hookNames.flatMap((name) => hooks[name].taps.map(({ fn }) => fn as unknown));
  return { hooks, handlers };
}

test('while nobody asks for trails, hooks and handlers stay exactly what they were', () => {
  const { hooks, handlers } = tapped();
  const before = handlers();
  new TrailRequests().apply(hooks, () => []);
  const after = handlers();
  expect(after.every((handler, index) => handler === before[index])).toBe(true);
  expect(hookNames.filter((name) => hooks[name].interceptors.length > 0)).toEqual([]);
  expect(hooks.onUpgrade.isUsed()).toBe(false);
});

test('when one asks, hooks without handlers are still skipped, except the first', () => {
  const { hooks } = tapped();
  const requests = new TrailRequests();
  requests.add(() => true, undefined, log);
  requests.apply(hooks, () => []);
  const used = hookNames.filter((name) => hooks[name].isUsed());
  expect(used).toEqual(['onRequest', 'onResponse']);
});
