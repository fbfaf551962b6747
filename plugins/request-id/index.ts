import { z } from 'zod';
import { definePlugin, isFieldName, Stage } from '../../core/index.ts';
import { isAcceptedId } from './accepted-id.ts';
import { createIdSource } from './id-source.ts';
import { RequestId } from './tokens.ts';

export { RequestId };

const header = z.string().refine(isFieldName, 'must be the name of a header field that plugins may set');

const options = z.strictObject({
  header: header.default('x-request-id').describe('Name of the header field.'),
  trustInbound: z
    .boolean()
    .default(false)
    .describe("Keep the client's identifier when it is 1 to 128 characters of A-Z a-z 0-9 . _ : = + / @ ~ -"),
  response: z.boolean().default(true).describe('Tell the client the identifier.'),
});

export default definePlugin({
  name: 'request-id',
  options,
  setup(gateway, { header: name, trustInbound, response }) {
    const nextId = createIdSource();
    gateway.hooks.onRequest.tap({ stage: Stage.Observe }, (exchange) => {
      const given = trustInbound ? exchange.inbound.fields.get(name) : undefined;
      const id = given !== undefined && isAcceptedId(given) ? given : nextId();
      exchange.set(RequestId, id);
      exchange.outbound.fields.set(name, id);
    });
    if (!response) return;
    gateway.hooks.onResponse.tap((exchange) => {
      const id = exchange.get(RequestId);
      if (id !== undefined) exchange.response!.fields.set(name, id);
    });
  },
});
