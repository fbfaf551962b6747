import { expect, test } from 'vitest';
import { serialNumberOf } from '../../../pki/serial-number.ts';

test.each([
  ['0000', '4000'],
  ['007f', '407f'],
  ['7fff', '7fff'],
  ['80ff', '40ff'],
  ['ffff', '7fff'],
])('of %s is %s: positive, and without a zero in front that DER forbids', (random, serial) => {
  expect(serialNumberOf(Buffer.from(random, 'hex'))).toBe(serial);
});
