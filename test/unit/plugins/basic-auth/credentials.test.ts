import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCredentials } from '../../../../plugins/basic-auth/credentials.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

test.each([
  [`Basic ${encode('ada:secret')}`, { user: 'ada', password: 'secret' }],
  [`bASIC   ${encode('ada:a:b')}`, { user: 'ada', password: 'a:b' }],
  [`Basic ${encode(':')}`, { user: '', password: '' }],
  [`Basic ${encode('jürgen:grün')}`, { user: 'jürgen', password: 'grün' }],
  ['Basic YTpi', { user: 'a', password: 'b' }],
])('%s gives %j', (value, credentials) => {
  expect(parseCredentials(value)).toEqual(credentials);
});

test.each([
  '',
  'Basic',
  'Basic ',
  'Bearer YTpi',
  `Basic ${encode('no colon')}`,
  `Basic ${encode('a:b\u0000')}`,
  `Basic ${encode('a\n:b')}`,
  'Basic YTpi, Basic YTpi',
  'Basic Y_p-',
  'Basic YTr/',
  'XBasic YTpi',
])('%j gives nothing', (value) => {
  expect(parseCredentials(value)).toBeUndefined();
});

test('a value of up to 1,024 characters is read, a longer one gives nothing, for accents take long to be put in order', () => {
  const longest = `Basic ${encode(`ada:${'x'.repeat(750)}`)}`;
  expect(longest.length).toBeLessThanOrEqual(1_024);
  expect(parseCredentials(longest)).toEqual({ user: 'ada', password: 'x'.repeat(750) });
  expect(parseCredentials(`Basic ${encode(`${'e\u0315\u0334'.repeat(200)}:secret`)}`)).toBeUndefined();
});

test('any name without a colon, its accents in one form, and any password as it was sent are read', () => {
  const printable = fc.string({ unit: 'grapheme' }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
  fc.assert(
    fc.property(
      printable.filter((text) => !text.includes(':')),
      printable,
      (user, password) => {
        const read = { user: user.normalize('NFC'), password };
        expect(parseCredentials(`Basic ${encode(`${user}:${password}`)}`)).toEqual(read);
      },
    ),
  );
});

test('whatever is sent, nothing is thrown', () => {
  fc.assert(fc.property(fc.base64String(), (text) => void parseCredentials(`Basic ${text}`)));
});
