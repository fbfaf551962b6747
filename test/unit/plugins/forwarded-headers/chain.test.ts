import { expect, test } from 'vitest';
import {
  memberAt,
  readPort,
  readScheme,
  Walk,
  walkForwardedFor,
} from '../../../../plugins/forwarded-headers/chain.ts';
import { TrustedPeers } from '../../../../plugins/forwarded-headers/trusted-peers.ts';

const trust = new TrustedPeers(['10.0.0.0/8', '2001:db8:1::/48']);

function walked(list: string): [address: string, hops: number] {
  const walk = new Walk(trust, '10.0.0.1');
  walkForwardedFor(list, walk);
  return [walk.address, walk.hops];
}

test.each([
  ['', ['10.0.0.1', 0]],
  ['203.0.113.7', ['203.0.113.7', 1]],
  ['198.51.100.1, 203.0.113.7', ['203.0.113.7', 1]],
  ['198.51.100.1, 203.0.113.7, 10.0.0.2', ['203.0.113.7', 2]],
  ['10.0.0.3,10.0.0.2', ['10.0.0.3', 2]],
  ['203.0.113.7:4711, 10.0.0.2', ['203.0.113.7', 2]],
  ['2001:DB8::1, 2001:db8:1::5', ['2001:db8::1', 2]],
  ['[2001:db8::1]:4711, [2001:db8:1::5]', ['2001:db8::1', 2]],
  ['203.0.113.7, ,, 10.0.0.2, ', ['203.0.113.7', 2]],
  [',', ['10.0.0.1', 0]],
  [', 203.0.113.7', ['203.0.113.7', 1]],
  ['::ffff:10.0.0.9, 10.0.0.2', ['10.0.0.9', 2]],
])('%j leads to %j', (list, expected) => {
  expect(walked(list)).toEqual(expected);
});

test.each([
  ['203.0.113.7, unknown', ['10.0.0.1', 0]],
  ['203.0.113.7, unknown, 10.0.0.2', ['10.0.0.2', 1]],
  ['203.0.113.7, _hidden, 10.0.0.2', ['10.0.0.2', 1]],
  ['203.0.113.7, 10.0.0.256, 10.0.0.2', ['10.0.0.2', 1]],
  ['203.0.113.7, <script>, 10.0.0.2', ['10.0.0.2', 1]],
  ['203.0.113.7 10.0.0.2', ['10.0.0.1', 0]],
  ['203.0.113.7, 010.0.0.2', ['10.0.0.1', 0]],
])('the walk through %j ends at what is no address: %j', (list, expected) => {
  expect(walked(list)).toEqual(expected);
});

test.each([
  [undefined, 1, undefined],
  ['https', 1, 'https'],
  ['https', 3, 'https'],
  ['forged, https', 1, 'https'],
  ['forged, https, http', 2, 'https'],
  ['https, http', 0, 'http'],
  ['https, http', 5, 'https'],
])('of %j the hop %i from the right said %j', (list, hops, expected) => {
  expect(memberAt(list, hops)).toBe(expected);
});

test.each([
  ['http', 'http'],
  ['HTTPS', 'https'],
  ['wss', 'https'],
  ['ws', 'http'],
  ['ftp', undefined],
  ['', undefined],
  [undefined, undefined],
])('the scheme %j is %j', (text, expected) => {
  expect(readScheme(text)).toBe(expected);
});

test.each([
  ['80', '80'],
  ['65535', '65535'],
  ['65536', undefined],
  ['0', undefined],
  ['080', undefined],
  ['http', undefined],
  [undefined, undefined],
])('the port %j is %j', (text, expected) => {
  expect(readPort(text)).toBe(expected);
});
