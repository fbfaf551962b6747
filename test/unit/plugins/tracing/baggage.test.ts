import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedBaggage } from '../../../../plugins/tracing/baggage.ts';

const members = (count: number, value = '1'): string[] =>
  Array.from({ length: count }, (_, i) => `k${i}=${value}`);

test.each([
  ['one member', 'userId=alice'],
  ['several', 'userId=alice,serverNode=DF%2028,isProduction=false'],
  ['properties', 'key1=value1;property1;property2=x, key2 = value2 ; p = 1'],
  ['an empty value', 'key='],
  ['an equals sign in a value', 'key=a=b'],
  ['64 members', members(64).join(',')],
  ['8,192 bytes', `k=${'v'.repeat(8_190)}`],
])('%s passes as it is', (_, text) => {
  expect(boundedBaggage(text)).toBe(text);
});

test.each([
  ['a member without a value', 'a=1,b,c=3', 'a=1,c=3'],
  ['a key that is no token', 'a=1,b c=2,"d"=3', 'a=1'],
  ['a value with a quote, a backslash or a blank', 'a="1",b=\\2,c=1 2,d=4', 'd=4'],
  ['a character beyond ASCII', 'a=é,b=2', 'b=2'],
  ['empty members', 'a=1,,b=2,', 'a=1,b=2'],
  ['a malformed property', 'a=1;=x,b=2;p', 'b=2;p'],
])('%s is left out', (_, text, left) => {
  expect(boundedBaggage(text)).toBe(left);
});

test('nothing is left of what is malformed as a whole', () => {
  expect(boundedBaggage('')).toBeUndefined();
  expect(boundedBaggage(', ,')).toBeUndefined();
  expect(boundedBaggage('x'.repeat(10_000))).toBeUndefined();
});

test('of 100 members the first 64 are passed on', () => {
  expect(boundedBaggage(members(100).join(','))).toBe(members(64).join(','));
});

test('a member that does not fit into 8,192 bytes is left out as a whole', () => {
  const large = members(4, 'v'.repeat(3_000));
  expect(boundedBaggage([...large, 'small=1'].join(','))).toBe([large[0], large[1], 'small=1'].join(','));
});

test('what passes is never beyond the limits, and passes again unchanged', () => {
  const text = fc.array(fc.oneof(fc.string(), fc.constantFrom('a=1', `b=${'x'.repeat(999)}`, 'c=1;p=2')), {
    maxLength: 120,
  });
  fc.assert(
    fc.property(text, (parts) => {
      const passed = boundedBaggage(parts.join(','));
      if (passed === undefined) return;
      expect(passed.length).toBeLessThanOrEqual(8_192);
      expect(passed.split(',').length).toBeLessThanOrEqual(64);
      expect(boundedBaggage(passed)).toBe(passed);
    }),
  );
});

test('a hostile member of maximal length is judged in linear time', () => {
  const hostile = `a${' \t'.repeat(4_000)}`;
  const many = `a=1${';b'.repeat(4_000)};`;
  expect(boundedBaggage(hostile)).toBeUndefined();
  expect(boundedBaggage(many)).toBeUndefined();
});
