import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { definePlugin, FieldBlock, respond, Stage } from '../../core/index.ts';
import { hasPassed } from './recipients.ts';

// RFC 9110 7.6.3: pseudonym [ ":" port ]
const receivedBy = /^[!#$%&'*+.^_`|~0-9a-z-]+(?::[0-9]{1,5})?$/i;

const options = z.strictObject({
  name: z
    .string()
    .regex(receivedBy, 'must be a name without blanks, like "edge-1" or "gateway.example.com:8080"')
    .optional()
    .describe('Name of this gateway in Via; default: "hookway-" and eight random characters.'),
  request: z.boolean().default(true).describe('Add Via to requests.'),
  response: z.boolean().default(true).describe('Add Via to the responses of backends.'),
  detectLoops: z.boolean().default(true).describe('Answer 508 to requests that name this gateway in Via.'),
});

export default definePlugin({
  name: 'via',
  options,
  setup(gateway, { name, request, response, detectLoops }) {
    // two gateways in a row must not take each other for themselves, a reloaded one is the same
    const own = name ?? gateway.retain('name', () => `hookway-${randomBytes(4).toString('hex')}`);
    const lower = own.toLowerCase();
    const receivedAs = (version: string): FieldBlock => FieldBlock.from({ Via: `${version} ${own}` });
    const received = { '1.0': receivedAs('1.0'), '1.1': receivedAs('1.1'), '2': receivedAs('2') };
    const loop = respond(508, {}, undefined, {
      code: 'loop_detected',
      detail: 'The request has passed this gateway before.',
    });

    if (request || detectLoops) {
      gateway.hooks.onRequest.tap({ stage: Stage.Observe }, ({ inbound, outbound }) => {
        const passed = inbound.fields.get('via') !== undefined;
        if (passed && detectLoops && hasPassed(inbound.fields.getAll('via').join(), lower)) return loop;
        if (request) outbound.fields.appendBlock(received[inbound.httpVersion]);
        return undefined;
      });
    }
    if (response) {
      gateway.hooks.onResponse.tap((exchange) => {
        const draft = exchange.response!;
        if (draft.source === 'backend') draft.fields.appendBlock(received[draft.httpVersion]);
      });
    }
  },
});
