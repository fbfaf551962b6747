import { expect, test } from 'vitest';
import { Walk } from '../../../../plugins/forwarded-headers/chain.ts';
import { forwardedElement, walkForwarded } from '../../../../plugins/forwarded-headers/forwarded-field.ts';
import { nodeOf } from '../../../../plugins/forwarded-headers/node.ts';
import { TrustedPeers } from '../../../../plugins/forwarded-headers/trusted-peers.ts';

const trust = new TrustedPeers(['10.0.0.0/8', '2001:db8:1::/48']);
const peer = '10.0.0.1';

function walked(list: string): string {
  const walk = new Walk(trust, peer);
  walkForwarded(list, walk);
  return walk.address;
}

test.each([
  ['', peer],
  ['for=203.0.113.7', '203.0.113.7'],
  ['For=203.0.113.7', '203.0.113.7'],
  ['for="203.0.113.7:4711"', '203.0.113.7'],
  ['for="[2001:db8::1]"', '2001:db8::1'],
  ['for="[2001:db8::1]:4711";proto=http;by=10.0.0.1', '2001:db8::1'],
  ['for=198.51.100.1, for=203.0.113.7, for=10.0.0.2', '203.0.113.7'],
  ['for=203.0.113.7 ; proto=https ,for=10.0.0.2', '203.0.113.7'],
  ['for=203.0.113.7,,for=10.0.0.2,', '203.0.113.7'],
  ['for=203.0.113.7;x="a, b; c=\\"d\\", e", for=10.0.0.2;x="\\\\"', '203.0.113.7'],
])('%j leads to %s', (list, expected) => {
  expect(walked(list)).toBe(expected);
});

test.each([
  ['unknown', 'for=203.0.113.7, for=unknown, for=10.0.0.2'],
  ['an obfuscated name', 'for=203.0.113.7, for="_gazonk", for=10.0.0.2'],
  ['an element without for', 'for=203.0.113.7, proto=http, for=10.0.0.2'],
  ['IPv6 without quotes', 'for=203.0.113.7, for=[2001:db8:1::5], for=10.0.0.2'],
  ['IPv6 without brackets', 'for=203.0.113.7, for="2001:db8:1::5", for=10.0.0.2'],
  ['a parameter given twice', 'for=203.0.113.7, for=10.0.0.3;For=10.0.0.4, for=10.0.0.2'],
  ['a missing value', 'for=203.0.113.7, for=, for=10.0.0.2'],
  ['no pair at all', 'for=203.0.113.7, 10.0.0.3, for=10.0.0.2'],
  ['a quote that nothing opens', 'for=203.0.113.7, for=10.0.0.3", for=10.0.0.2'],
])('the walk ends at %s', (_what, list) => {
  expect(walked(list)).toBe('10.0.0.2');
});

test('an open quote from a client does not swallow what trusted hops appended', () => {
  expect(walked('for="198.51.100.1, for=203.0.113.7, for=10.0.0.2')).toBe('203.0.113.7');
  expect(walked('for=";x=\\", for=203.0.113.7, for="10.0.0.2:80"')).toBe('203.0.113.7');
});

test('scheme and host are those that the client used, as far as they are believed', () => {
  const list =
    'for=203.0.113.7;proto=ftp;host=forged, for=203.0.113.8;proto=https;host="a.example:8443", for=10.0.0.2;proto=http;host=b';
  expect(walkForwarded(list, new Walk(trust, peer))).toEqual({ proto: 'https', host: 'a.example:8443' });
});

test('a hop nearer to the gateway fills in what the first one left out', () => {
  const list = 'for=203.0.113.7;host=a.example, for=10.0.0.2;proto=https;host=b';
  expect(walkForwarded(list, new Walk(trust, peer))).toEqual({ proto: 'https', host: 'a.example' });
});

test.each([
  [
    forwardedElement(nodeOf('203.0.113.7'), 'a.example', 'http'),
    'for=203.0.113.7;host="a.example";proto=http',
  ],
  [
    forwardedElement(nodeOf('2001:db8::1'), '[2001:db8::2]:8443', 'https'),
    'for="[2001:db8::1]";host="[2001:db8::2]:8443";proto=https',
  ],
  [forwardedElement(nodeOf('unknown'), '', 'http'), 'for=unknown;proto=http'],
])('writes %s', (element, expected) => {
  expect(element).toBe(expected);
});
