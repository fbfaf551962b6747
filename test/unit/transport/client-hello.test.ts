import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readClientHello } from '../../../core/transport/client-hello.ts';

// what Node.js sends to app.test
const hello = readFileSync(new URL('../../e2e/tls/client-hello.bin', import.meta.url));
const message = hello.subarray(5);

const record = (fragment: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([22, 3, 1, fragment.length >> 8, fragment.length & 0xff]), fragment]);

const withName = (name: string): Buffer =>
  Buffer.from(hello.toString('latin1').replace('app.test', name), 'latin1');

test('the server name is read', () => {
  expect(readClientHello(hello)).toEqual({ serverName: 'app.test' });
  expect(readClientHello(withName('APP.Test'))).toEqual({ serverName: 'app.test' });
});

test('a name that cannot be one is none', () => {
  expect(readClientHello(withName('app/test'))).toEqual({ serverName: undefined });
  expect(readClientHello(withName('app\0test'))).toEqual({ serverName: undefined });
});

test('cut anywhere, the rest is waited for', () => {
  for (let at = 0; at < hello.length; at++) expect(readClientHello(hello.subarray(0, at))).toBeUndefined();
});

test('a hello in two records is read, wherever it is divided', () => {
  for (let at = 1; at < message.length; at++) {
    const both = Buffer.concat([record(message.subarray(0, at)), record(message.subarray(at))]);
    expect(readClientHello(both)).toEqual({ serverName: 'app.test' });
  }
});

test('a hello in very many records is left to OpenSSL', () => {
  const crumbs = Buffer.concat([...message].map((byte) => record(Buffer.from([byte]))));
  expect(readClientHello(crumbs)).toEqual({ serverName: undefined });
});

test('a hello that never ends is given up', () => {
  const long = record(Buffer.concat([Buffer.from([1, 0xff, 0xff, 0xff]), Buffer.alloc(16_000)]));
  expect(readClientHello(Buffer.concat([long, long]))).toBeUndefined();
  expect(readClientHello(Buffer.concat([long, long, long]))).toEqual({ serverName: undefined });
});

test('whatever comes, it answers and does not throw', () => {
  fc.assert(
    fc.property(fc.nat(hello.length - 1), fc.uint8Array({ maxLength: 40 }), (at, noise) => {
      const changed = Buffer.from(hello);
      changed.set(noise.subarray(0, hello.length - at), at);
      const read = readClientHello(changed);
      return read === undefined || read.serverName === undefined || typeof read.serverName === 'string';
    }),
  );
});
