import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../../../../pki/index.ts';
import { lastsFor } from '../../../../plugins/self-signed/authority.ts';
import { LeafCertificates } from '../../../../plugins/self-signed/leaf-certificates.ts';
import { NameList } from '../../../../plugins/self-signed/names.ts';

const dayMs = 86_400_000;
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority('Test', 100, 0);
});

test('a list has its names and everything below its wildcards', () => {
  const list = new NameList(['App.test', '*.dev.test', '127.0.0.1']);
  expect(list.plain).toEqual(['app.test', '127.0.0.1']);
  for (const name of ['app.test', 'a.dev.test', 'a.b.dev.test']) expect(list.includes(name)).toBe(true);
  for (const name of ['a.app.test', 'dev.test', '.dev.test', 'a..dev.test', 'x-dev.test', '127.0.0.1', ''])
    expect(list.includes(name), name).toBe(false);
});

test('a certificate is made once, also for many at the same time, and again when a third of its time is left', async () => {
  let now = 0;
  const leaves = new LeafCertificates(30, () => now);
  const [first, same] = await Promise.all([leaves.of(['a'], authority), leaves.of(['a'], authority)]);
  expect(same).toBe(first);
  expect(leaves.of(['a'], authority)).toBe(first);
  now = 19 * dayMs;
  expect(leaves.of(['a'], authority)).toBe(first);
  now = 20 * dayMs;
  const renewed = await leaves.of(['a'], authority);
  expect(renewed).not.toBe(first);
  expect(Date.parse(new X509Certificate(renewed.chains[0]!.cert).validTo)).toBe(50 * dayMs);
});

test('the certificates of very many names make room for each other', async () => {
  const leaves = new LeafCertificates(30, () => 0);
  const first = await leaves.of(['0'], authority);
  for (let i = 1; i <= 1_000; i++) await leaves.of([String(i)], authority);
  expect(leaves.count).toBe(1_000);
  expect(await leaves.of(['0'], authority)).not.toBe(first);
});

test('an authority has to outlive what it signs', () => {
  expect(lastsFor(authority, 30, 0)).toBe(true);
  expect(lastsFor(authority, 30, 70 * dayMs)).toBe(false);
});
