import { expect, test } from 'vitest';
import { bounds, resolveLimits, resolveUpstreamLimits, upstreamBounds } from '../../core/limits.ts';

test.each([
  ['bounds', bounds],
  ['upstreamBounds', upstreamBounds],
])('%s are finite, positive whole numbers, and each says what it is about', (_name, table) => {
  for (const [name, { default: value, about }] of Object.entries(table)) {
    expect(Number.isSafeInteger(value) && value > 0, name).toBe(true);
    expect(about, name).toMatch(/^[A-Z].*\.$/);
    if (/Timeout|Age/.test(name)) expect(name).toMatch(/Ms$/);
  }
});

test('what is not given has its default', () => {
  expect(resolveLimits({ maxHeadBytes: 1, maxBodyBytes: undefined } as object)).toEqual({
    ...Object.fromEntries(Object.entries(bounds).map(([name, bound]) => [name, bound.default])),
    maxHeadBytes: 1,
  });
  expect(resolveUpstreamLimits({ pipelining: 4 })).toMatchObject({ pipelining: 4, maxConnections: 512 });
});

test('nothing else gets in', () => {
  expect(resolveLimits({ other: 1 } as object)).not.toHaveProperty('other');
  expect(Object.keys(resolveLimits()).sort()).toEqual(Object.keys(bounds).sort());
});
