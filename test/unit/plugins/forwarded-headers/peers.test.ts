import { expect, test } from 'vitest';
import type { Family } from '../../../../plugins/forwarded-headers/client-fields.ts';
import { Peer, Peers } from '../../../../plugins/forwarded-headers/peers.ts';
import { TrustedPeers } from '../../../../plugins/forwarded-headers/trusted-peers.ts';

const trust = new TrustedPeers(['loopback', 'fe80::/10']);
const families = new Set<Family>(['x-real-ip', 'x-forwarded']);

test.each([
  ['127.0.0.1', '127.0.0.1', true],
  ['::ffff:127.0.0.1', '127.0.0.1', true],
  ['203.0.113.7', '203.0.113.7', false],
  ['fe80::1%eth0', 'fe80::1', true],
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

test('remembers a bounded number of peers', () => {
  const peers = new Peers(trust, families, 2);
  const first = peers.get('203.0.113.1');
  expect(peers.get('203.0.113.1')).toBe(first);
  peers.get('203.0.113.2');
  peers.get('203.0.113.3');
  expect(peers.get('203.0.113.1')).not.toBe(first);
});
