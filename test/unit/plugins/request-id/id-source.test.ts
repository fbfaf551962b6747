import { expect, test } from 'vitest';
import { createIdSource } from '../../../../plugins/request-id/id-source.ts';

test('identifiers are UUIDs of version 4', () => {
  const nextId = createIdSource();
  for (let i = 0; i < 1_000; i++) {
    expect(nextId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test('no identifier comes twice, also not from another source', () => {
  const sources = [createIdSource(), createIdSource()];
  const ids = new Set(sources.flatMap((nextId) => Array.from({ length: 1_000 }, nextId)));
  expect(ids.size).toBe(2_000);
});

test('every bit but those of version and variant is random', () => {
  const zeros = createIdSource((bytes) => bytes.fill(0x00));
  const ones = createIdSource((bytes) => bytes.fill(0xff));
  expect(zeros()).toBe('00000000-0000-4000-8000-000000000000');
  expect(ones()).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
});

test('randomness is asked for many identifiers at once, in the order of its bytes', () => {
  let asked = 0;
  const nextId = createIdSource((bytes) => {
    asked++;
    for (let i = 0; i < bytes.length; i++) bytes[i] = i & 0xff;
  });
  expect(nextId()).toBe('00010203-0405-4607-8809-0a0b0c0d0e0f');
  expect(nextId()).toBe('10111213-1415-4617-9819-1a1b1c1d1e1f');
  for (let i = 2; i < 64; i++) nextId();
  expect(asked).toBe(1);
  expect(nextId()).toBe('00010203-0405-4607-8809-0a0b0c0d0e0f');
  expect(asked).toBe(2);
});
