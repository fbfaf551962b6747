import { expect, test } from 'vitest';
import { createSecretCheck, weaknessOf } from '../../../../plugins/decision-trail/secret.ts';

test.each([
  ['', 'must have at least 16 characters'],
  ['a1b2c3d4e5f6g7h', 'must have at least 16 characters'],
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'must have at least 8 different characters'],
  ['abcabcabcabcabcabc', 'must have at least 8 different characters'],
  ['0123456789abcdef', 'must not be a sequence of neighbouring characters'],
  ['zyxwvutsrqponmlk', 'must not be a sequence of neighbouring characters'],
  ['with a blank 1234567', 'must consist of visible ASCII characters without blanks'],
  ['ünïcödé-ünïcödé-12', 'must consist of visible ASCII characters without blanks'],
])('%j is weak', (secret, weakness) => {
  expect(weaknessOf(secret)).toBe(weakness);
});

test.each(['3f9c1d7ab2e84065', 'correct-horse-battery', 'Zk8!vQ2#pL6$wN4%'])('%j is taken', (secret) => {
  expect(weaknessOf(secret)).toBeUndefined();
});

test('only the secret itself passes, whatever the length of what is given', () => {
  const isSecret = createSecretCheck('3f9c1d7ab2e84065');
  expect(isSecret('3f9c1d7ab2e84065')).toBe(true);
  for (const given of ['', '3f9c1d7ab2e8406', '3f9c1d7ab2e84065 ', '3F9C1D7AB2E84065', 'x'.repeat(10_000)])
    expect(isSecret(given)).toBe(false);
});
