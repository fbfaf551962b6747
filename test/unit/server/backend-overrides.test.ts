import { expect, test } from 'vitest';
import { BackendOverrides } from '../../../core/server/backend-overrides.ts';

test('what is changed of one backend leaves its other members and the other backends alone', () => {
  const none = new BackendOverrides();
  const drained = none.with('web', 'a', { isDraining: true });
  const weighed = drained.with('web', 'a', { weight: 3 }).with('web', 'b', { weight: 2 });
  expect(none.of('web', 'a')).toBeUndefined();
  expect(drained.of('web', 'a')).toEqual({ isDraining: true, weight: undefined });
  expect(weighed.of('web', 'a')).toEqual({ isDraining: true, weight: 3 });
  expect(weighed.of('web', 'b')).toEqual({ isDraining: undefined, weight: 2 });
});

test('a backend that is as its configuration says is forgotten', () => {
  const overrides = new BackendOverrides().with('web', 'a', { isDraining: true, weight: 3 });
  const reset = overrides.with('web', 'a', { isDraining: false, weight: undefined });
  expect(reset.of('web', 'a')).toBeUndefined();
});
