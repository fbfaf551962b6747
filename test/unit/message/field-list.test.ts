import { describe, expect, test } from 'vitest';
import { FieldBlock } from '../../../core/message/field-block.ts';
import { FieldList } from '../../../core/message/field-list.ts';
import { codeOf } from '../../support/errors.ts';
import { parsedFields } from '../../support/heads.ts';

const block = FieldBlock.from({ b: '2', 'set-cookie': 'y=2' });

// the same fields, once made by hand and once as the parser leaves them
const kinds: [string, () => FieldList][] = [
  ['made by hand', () => new FieldList(['A', '1', 'Set-Cookie', 'x=1', 'b', '2', 'set-cookie', 'y=2'])],
  ['parsed', () => parsedFields('A: 1', 'Set-Cookie: x=1', 'b: 2', 'set-cookie: y=2')],
  ['parsed from unusual blanks', () => parsedFields('A:1', 'Set-Cookie:  x=1', 'b: 2\t', 'set-cookie: y=2')],
  [
    'half parsed, half a block that was made once',
    () => {
      const list = parsedFields('A: 1', 'Set-Cookie: x=1');
      list.appendBlock(block);
      return list;
    },
  ],
  [
    'half parsed, half made by hand',
    () => {
      const list = parsedFields('A: 1', 'Set-Cookie: x=1');
      list.append('b', '2');
      list.append('set-cookie', 'y=2');
      return list;
    },
  ],
];

describe.each(kinds)('a list that was %s', (_kind, make) => {
  test('is read without regard to case, the first field of a name counts', () => {
    const list = make();
    expect(list.get('a')).toBe('1');
    expect(list.get('SET-COOKIE')).toBe('x=1');
    expect(list.get('c')).toBeUndefined();
    expect(list.has('B')).toBe(true);
    expect(list.has('bb')).toBe(false);
    expect(list.size).toBe(4);
  });

  test('gives all values of a name in order of arrival', () => {
    expect(make().getAll('Set-Cookie')).toEqual(['x=1', 'y=2']);
    expect(make().getAll('none')).toEqual([]);
  });

  test('keeps order and case of names', () => {
    expect([...make()]).toEqual([
      ['A', '1'],
      ['Set-Cookie', 'x=1'],
      ['b', '2'],
      ['set-cookie', 'y=2'],
    ]);
  });

  test('is written as lines in order', () => {
    expect(make().lines).toBe('A: 1\r\nSet-Cookie: x=1\r\nb: 2\r\nset-cookie: y=2\r\n');
  });

  test('set replaces all fields of the name by one at the place of the first', () => {
    const list = make();
    list.set('SET-Cookie', 'z');
    expect(list.lines).toBe('A: 1\r\nSET-Cookie: z\r\nb: 2\r\n');
  });

  test('set adds a name that is new', () => {
    const list = make();
    list.set('C', '3');
    expect([...list].at(-1)).toEqual(['C', '3']);
    expect(list.size).toBe(5);
  });

  test('append keeps what is there', () => {
    const list = make();
    list.append('a', '3');
    expect(list.getAll('A')).toEqual(['1', '3']);
  });

  test('delete removes all fields of the name and tells whether there was one', () => {
    const list = make();
    expect(list.delete('set-cookie')).toBe(true);
    expect(list.delete('set-cookie')).toBe(false);
    expect(list.lines).toBe('A: 1\r\nb: 2\r\n');
  });

  test('a clone changes by itself', () => {
    const list = make();
    const clone = list.clone();
    clone.set('a', '9');
    clone.append('n', '1');
    clone.delete('b');
    expect(list.lines).toBe('A: 1\r\nSet-Cookie: x=1\r\nb: 2\r\nset-cookie: y=2\r\n');
    expect(clone.lines).toBe('a: 9\r\nSet-Cookie: x=1\r\nset-cookie: y=2\r\nn: 1\r\n');
  });

  test('changes do not reach a clone that was made before', () => {
    const list = make();
    const clone = list.clone();
    list.delete('A');
    expect(clone.get('a')).toBe('1');
  });
});

test('fields come from an object or from pairs', () => {
  expect(FieldList.from({ a: '1', b: '2' }).lines).toBe('a: 1\r\nb: 2\r\n');
  const pairs = [
    ['a', '1'],
    ['a', '2'],
  ] as const;
  expect(FieldList.from(pairs).getAll('a')).toEqual(['1', '2']);
});

test('a block is not changed by the lists it was appended to', () => {
  const list = new FieldList();
  list.appendBlock(block);
  list.appendBlock(block);
  list.set('b', '9');
  list.delete('set-cookie');
  expect(list.lines).toBe('b: 9\r\n');
  expect(block.lines).toBe('b: 2\r\nset-cookie: y=2\r\n');
});

test('many different names may be set', () => {
  const list = new FieldList();
  for (let i = 0; i < 3_000; i++) list.set(`x-${i}`, String(i));
  expect(list.size).toBe(3_000);
  expect(codeOf(() => list.set('Content-Length', '1'))).toBe('invalid_field');
});

const change: [string, (list: FieldList, name: string, value: string) => void][] = [
  ['set', (list, name, value) => list.set(name, value)],
  ['append', (list, name, value) => list.append(name, value)],
  ['from', (_list, name, value) => FieldList.from([[name, value]])],
  ['a block', (list, name, value) => list.appendBlock(FieldBlock.from([[name, value]]))],
];

describe.each(change)('%s', (_name, apply) => {
  test.each(['', 'a b', 'a:', 'a\r\nb', 'ä', '(a)', 'a\0', '€'])('refuses the name %j', (name) => {
    const list = new FieldList();
    expect(codeOf(() => apply(list, name, 'v'))).toBe('invalid_field');
    expect(list.size).toBe(0);
  });

  test.each(['a\r\nb: c', 'a\nb', 'a\rb', 'a\0b', '\x7f', '\x1b[1m', '€', '\u{1f600}'])(
    'refuses the value %j',
    (value) => {
      expect(codeOf(() => apply(new FieldList(), 'a', value))).toBe('invalid_field');
    },
  );

  test.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'CONNECTION',
    'Keep-Alive',
    'proxy-connection',
    'TE',
    'Upgrade',
  ])('refuses %s, which the gateway decides', (name) => {
    expect(codeOf(() => apply(new FieldList(), name, 'x'))).toBe('invalid_field');
  });

  test('refuses a value that is no text', () => {
    expect(codeOf(() => apply(new FieldList(), 'a', 1 as unknown as string))).toBe('invalid_field');
  });

  test.each(['', 'a b', 'tab\there', 'é', '"quoted, list"'])('takes the value %j', (value) => {
    const list = new FieldList();
    expect(codeOf(() => apply(list, "!#$%&'*+-.^_`|~x9", value))).toBeUndefined();
  });
});

const spellings: [string, () => FieldList][] = [
  ['made by hand', () => new FieldList(['X_User', '1', 'Other_Name', '2', 'x-USER', '3'])],
  ['parsed', () => parsedFields('X_User: 1', 'Other_Name: 2', 'x-USER: 3')],
];

describe.each(spellings)('of a list that was %s', (_kind, make) => {
  test('set and delete take spellings with underscores along, and get does not', () => {
    const list = make();
    expect(list.get('x-user')).toBe('3');
    list.set('X-User', 'own');
    expect(list.lines).toBe('X-User: own\r\nOther_Name: 2\r\n');
    expect(list.delete('Other-Name')).toBe(true);
    expect(list.lines).toBe('X-User: own\r\n');
  });

  test('a name with an underscore is itself only', () => {
    const list = make();
    list.set('X_User', 'own');
    expect(list.delete('Other_Name')).toBe(true);
    expect(list.lines).toBe('X_User: own\r\nx-USER: 3\r\n');
  });
});

test('trailers lose the names that were set or deleted, in any spelling, once that is remembered', () => {
  const trailers = FieldList.from({ 'X-Set': '1', X_Deleted: '2', 'X-Other': '3' });
  const list = FieldList.from({ 'X-Other': 'a' });
  list.set('X-Forgotten', 'a');
  expect(list.withoutClaimed(trailers)).toBe(trailers);
  list.rememberClaims();
  list.set('x-set', 'a');
  list.delete('x-deleted');
  expect([...list.withoutClaimed(trailers)]).toEqual([['X-Other', '3']]);
  expect(trailers.size).toBe(3);
});
