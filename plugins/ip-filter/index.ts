import { z } from 'zod';
import { definePlugin, parseAddressBlocks, refuse, respond, Stage } from '../../core/index.ts';
import { clientAddressOf } from '../forwarded-headers/tokens.ts';
import { AddressFilter } from './address-filter.ts';

const entry = z.string().superRefine((text, issues) => {
  try {
    parseAddressBlocks(text);
  } catch (error) {
    issues.addIssue((error as Error).message);
  }
});

const options = z
  .strictObject({
    allow: z
      .array(entry)
      .default([])
      .describe('Admitted: addresses, CIDR blocks, "loopback", "private". With any, all others are refused.'),
    deny: z
      .array(entry)
      .default([])
      .describe('Refused; of several blocks around an address the smallest counts.'),
    at: z
      .enum(['request', 'connection', 'both'])
      .default('request')
      .describe("What is looked at: the client's address of each request, or the socket's when it connects."),
  })
  .refine(({ allow, deny }) => allow.length + deny.length > 0, 'needs entries in "allow" or "deny"');

export default definePlugin({
  name: 'ip-filter',
  options,
  setup({ hooks, counter }, { allow, deny, at }) {
    const filter = new AddressFilter(allow, deny);
    const refused = counter({
      name: 'refused_total',
      help: 'Requests and connections refused.',
      labels: ['at'],
    });
    if (at !== 'request') {
      const refusal = refuse('address denied');
      const connections = refused.of('connection');
      hooks.onAccept.tap(({ remoteAddress }) => {
        if (filter.admits(remoteAddress)) return undefined;
        connections.value++;
        return refusal;
      });
    }
    if (at === 'connection') return;
    const requests = refused.of('request');
    const detail = 'Requests from this address are refused.';
    const answer = respond(403, {}, undefined, { code: 'address_denied', detail });
    hooks.onRequest.tap({ stage: Stage.Guard }, (exchange) => {
      if (filter.admits(clientAddressOf(exchange))) return undefined;
      requests.value++;
      return answer;
    });
  },
});
