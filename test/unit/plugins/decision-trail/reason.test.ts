import { expect, test } from 'vitest';
import { createReasons } from '../../../../plugins/decision-trail/reason.ts';
import { parsedFields } from '../../../support/heads.ts';

const secret = '3f9c1d7ab2e84065';
const requestWith = (...lines: string[]) => ({ inbound: { fields: parsedFields(...lines) } }) as never;

test('a request with the secret is told from one that chance chose', () => {
  const draws = [0.09, 0.1, 0.09];
  const reasonOf = createReasons({ secret, header: 'x-trail', share: 0.1 }, () => draws.shift()!);
  expect(reasonOf(requestWith(`X-Trail: ${secret}`))).toBe('secret');
  expect(reasonOf(requestWith())).toBe('sample');
  expect(reasonOf(requestWith())).toBeUndefined();
  expect(reasonOf(requestWith('X-Trail: wrong'))).toBe('sample');
});

test('without a share nothing is drawn, without a secret none is right', () => {
  const never = () => {
    throw new Error('drawn');
  };
  const bySecret = createReasons({ secret, header: 'x-trail', share: 0 }, never);
  expect(bySecret(requestWith('x-trail: wrong'))).toBeUndefined();
  const byChance = createReasons({ secret: undefined, header: 'x-trail', share: 1 }, () => 0.999);
  expect(byChance(requestWith(`x-trail: ${secret}`))).toBe('sample');
});
