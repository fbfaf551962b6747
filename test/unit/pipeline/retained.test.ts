import { expect, test, vi } from 'vitest';
import { RetainedValues } from '../../../core/pipeline/retained.ts';

test('a value is made once for its key, however many hold it', () => {
  const retained = new RetainedValues();
  const create = vi.fn(() => ({}));
  const [first] = retained.hold('a', create);
  const [second] = retained.hold('a', create);
  const [other] = retained.hold('b', create);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
  expect(create).toHaveBeenCalledTimes(2);
  expect(retained.size).toBe(2);
});

test('a value is disposed of once, when the last holder lets go', async () => {
  const retained = new RetainedValues();
  const dispose = vi.fn();
  const [value, releaseFirst] = retained.hold('a', () => 1, dispose);
  const [, releaseSecond] = retained.hold('a', () => 2, dispose);
  await releaseFirst();
  expect(dispose).not.toHaveBeenCalled();
  await releaseSecond();
  expect(dispose).toHaveBeenCalledExactlyOnceWith(value);
  expect(retained.size).toBe(0);
});

test('a value that was disposed of is made anew', async () => {
  const retained = new RetainedValues();
  const [first, release] = retained.hold('a', () => ({}));
  await release();
  expect(retained.hold('a', () => ({}))[0]).not.toBe(first);
});

test('nothing is held when it cannot be made', () => {
  const retained = new RetainedValues();
  const failing = () => {
    throw new Error('no');
  };
  expect(() => retained.hold('a', failing)).toThrow('no');
  expect(retained.size).toBe(0);
});

test('who waits for the release waits for the disposal', async () => {
  const retained = new RetainedValues();
  let isDisposed = false;
  const [, release] = retained.hold(
    'a',
    () => 1,
    async () => {
      await Promise.resolve();
      isDisposed = true;
    },
  );
  await release();
  expect(isDisposed).toBe(true);
});
