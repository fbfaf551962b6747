import { expect, test } from 'vitest';
import type { Family } from '../../../../plugins/forwarded-headers/client-fields.ts';
import { createPeers, Peer } from '../../../../plugins/forwarded-headers/peers.ts';
import { TrustedPeers } from '../../../../plugins/forwarded-headers/trusted-peers.ts';

const trust = new TrustedPeers(['loopback', 'fe80::/10']);
const families = new Set<Family>(['x-real-ip', 'x-forwarded']);

test.each([
  ['127.0.0.1', '127.0.0.1', true],
  ['::ffff:127.0.0.1', '127.0.0.1', true],
  ['203.0.113.7', '203.0.113.7', false],
  ['fe80::1', 'fe80::1', true],
  ['', 'unknown', false],
])('the socket address %j is %s', (remoteAddress, address, isTrusted) => {
  expect(new Peer(remoteAddress, trust, families)).toMatchObject({ address, isTrusted });
});

test('the fields of a peer are the same list until it asks for another host or scheme', () => {
  const peer = new Peer('203.0.113.7', trust, families);
  const first = peer.fieldsFor('http', 'a.example');
  expect(peer.fieldsFor('http', 'a.example')).toBe(first);
  expect(peer.fieldsFor('http', 'b.example').lines).toContain('b.example');
  expect(peer.fieldsFor('https', 'b.example').lines).toContain('https');
  expect(peer.fieldsFor('http', 'a.example')).toEqual(first);
});

test('a peer is remembered', () => {
  const peerOf = createPeers(trust, families);
  const first = peerOf('203.0.113.1');
  peerOf('203.0.113.2');
  expect(peerOf('203.0.113.1')).toBe(first);
});
