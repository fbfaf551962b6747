import { expect, test } from 'vitest';
import { expiringAmong } from '../../../../plugins/tls-certs/expiry.ts';
import type { Identity } from '../../../../plugins/tls-certs/identity.ts';
import { NameIndex } from '../../../../plugins/tls-certs/name-index.ts';
import { readPemBlocks } from '../../../../plugins/tls-certs/pem-blocks.ts';

let count = 0;

function identity(names: string[], changes: Partial<Identity> = {}): Identity {
  const fingerprint = String(++count);
  const base = {
    file: fingerprint,
    cert: `cert ${fingerprint}`,
    key: 'key',
    keyType: 'ec',
    expiresAtMs: 1_000,
  };
  return { ...base, names, fingerprint, ...changes };
}

const certsOf = (index: NameIndex, name: string): string[] | undefined =>
  index.find(name)?.chains.map(({ cert }) => cert);

test('an exact name goes before a wildcard, which stands for one label', () => {
  const [wild, exact] = [identity(['*.a.test']), identity(['b.a.test'])];
  const index = new NameIndex([wild, exact]);
  expect(certsOf(index, 'b.a.test')).toEqual([exact.cert]);
  expect(certsOf(index, 'c.a.test')).toEqual([wild.cert]);
  for (const name of ['a.test', 'd.c.a.test', '*.a.test', '.a.test.', '']) {
    if (name === '*.a.test') continue;
    expect(certsOf(index, name)).toBeUndefined();
  }
});

test('of each kind of key the certificate that lasts longest is shown', () => {
  const old = identity(['a.test'], { expiresAtMs: 1 });
  const fresh = identity(['a.test'], { expiresAtMs: 2 });
  const rsa = identity(['a.test'], { keyType: 'rsa' });
  expect(certsOf(new NameIndex([old, fresh, rsa]), 'a.test')).toEqual([fresh.cert, rsa.cert]);
  expect(certsOf(new NameIndex([rsa, fresh, old]), 'a.test')).toEqual([rsa.cert, fresh.cert]);
});

test('a certificate is one object for all its names, and stays it in the next index', () => {
  const [one, other] = [identity(['a.test', '*.a.test']), identity(['b.test'])];
  const index = new NameIndex([one, other]);
  expect(index.find('a.test')).toBe(index.find('x.a.test'));
  const next = new NameIndex([{ ...one }, identity(['b.test'])], index);
  expect(next.find('a.test')).toBe(index.find('a.test'));
  expect(next.find('b.test')).not.toBe(index.find('b.test'));
});

test('what expires within the days is told, the first to expire first', () => {
  const day = 86_400_000;
  const [gone, soon, later] = [-1, 2.5, 40].map((days) => identity(['a'], { expiresAtMs: days * day }));
  const told = expiringAmong([later!, soon!, gone!], 21, 0);
  expect(told.map(({ identity: { file }, days }) => [file, days])).toEqual([
    [gone!.file, -1],
    [soon!.file, 2],
  ]);
});

test('PEM is taken out of whatever is around it', () => {
  const block = (label: string): string => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
  const text = `Bag Attributes\n${block('CERTIFICATE')}x\r\n${block('EC PARAMETERS')}${block('EC PRIVATE KEY')}${block('ENCRYPTED PRIVATE KEY')}`;
  expect(readPemBlocks(text)).toEqual({
    certificates: [block('CERTIFICATE')],
    keys: [block('EC PRIVATE KEY'), block('ENCRYPTED PRIVATE KEY')],
  });
  expect(readPemBlocks('-----BEGIN CERTIFICATE-----\nAAAA')).toEqual({ certificates: [], keys: [] });
});
