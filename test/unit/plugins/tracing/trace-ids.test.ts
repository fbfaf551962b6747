import { expect, test } from 'vitest';
import { createSpanIdSource, createTraceIdSource } from '../../../../plugins/tracing/trace-ids.ts';

test('identifiers have the length of their kind and none comes twice', () => {
  for (const [createSource, digits] of [
    [createTraceIdSource, 32],
    [createSpanIdSource, 16],
  ] as const) {
    const nextId = createSource();
    const ids = Array.from({ length: 1_000 }, nextId);
    for (const id of ids) expect(id).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
    expect(new Set(ids).size).toBe(1_000);
  }
});

test('an identifier of zeros is passed over, one with leading zeros is not', () => {
  let round = 0;
  const nextId = createSpanIdSource((bytes) => {
    bytes.fill(0);
    if (round++ > 0) bytes[7] = 1;
  });
  expect(nextId()).toBe('0000000000000001');
  expect(round).toBe(2);
});

test('randomness is asked for many identifiers at once', () => {
  let asked = 0;
  const nextId = createTraceIdSource((bytes) => {
    asked++;
    bytes.fill(7);
  });
  for (let i = 0; i < 64; i++) nextId();
  expect(asked).toBe(1);
});
