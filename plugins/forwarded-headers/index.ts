import { z } from 'zod';
import { definePlugin, parseAddressBlocks, Stage } from '../../core/index.ts';
import type { Family } from './client-fields.ts';
import { createPeers } from './peers.ts';
import { createPeerRelay, createTrustedRelay, type Source } from './relay-origin.ts';
import { TrustedPeers } from './trusted-peers.ts';

export {
  ClientAddress,
  clientAddressOf,
  ClientHost,
  clientHostOf,
  ClientScheme,
  clientSchemeOf,
} from './tokens.ts';

const families = ['x-forwarded', 'x-real-ip', 'forwarded'] as const satisfies readonly Family[];
const sources = ['x-forwarded', 'forwarded'] as const satisfies readonly Source[];

const trustEntry = z.string().superRefine((entry, issues) => {
  try {
    parseAddressBlocks(entry);
  } catch (error) {
    issues.addIssue((error as Error).message);
  }
});

const options = z.strictObject({
  trust: z
    .array(trustEntry)
    .default([])
    .describe('Proxies in front that are believed: addresses, CIDR blocks, "loopback", "private".'),
  source: z
    .enum(sources)
    .default('x-forwarded')
    .describe('The fields in which trusted proxies name the client.'),
  fields: z
    .array(z.enum(families))
    .default(['x-forwarded', 'x-real-ip'])
    .describe('What backends are sent; forwarding fields that are not listed are removed.'),
});

export default definePlugin({
  name: 'forwarded-headers',
  options,
  setup(gateway, settings) {
    const trust = new TrustedPeers(settings.trust);
    const sent = new Set(settings.fields);
    const peerOf = createPeers(trust, sent);
    const relayPeer = createPeerRelay();
    const relayTrusted = createTrustedRelay(settings.source, sent, trust);
    gateway.hooks.onRequest.tap({ stage: Stage.Observe }, (exchange) => {
      const peer = peerOf(exchange.connection.remoteAddress);
      if (peer.isTrusted) relayTrusted(exchange, peer);
      else relayPeer(exchange, peer);
    });
  },
});
