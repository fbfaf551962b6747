import { z } from 'zod';
import { definePlugin, respond, Stage } from '../../core/index.ts';
import { IdentifiedConnections } from './identified.ts';
import { ClientCertificate } from './tokens.ts';

export { ClientCertificate };
export type { ClientIdentity } from './tokens.ts';

const options = z.strictObject({
  fields: z.boolean().default(true).describe('Sends Client-Cert to backends.'),
  chain: z
    .boolean()
    .default(false)
    .describe('Sends Client-Cert-Chain as well, when the client sent a chain.'),
  require: z.boolean().default(false).describe('Answers 403 to clients without a certificate.'),
});

const refusal = respond(403, {}, undefined, {
  code: 'client_certificate_required',
  detail: 'A client certificate is required here.',
});

/** Who the client is, by its certificate, for plugins and backends (RFC 9440). */
export default definePlugin({
  name: 'client-cert',
  options,
  setup({ hooks }, { fields, chain, require }) {
    const connections = new IdentifiedConnections(chain);
    hooks.onRequest.tap({ stage: Stage.Observe }, (exchange) => {
      const { outbound, connection } = exchange;
      // RFC 9440 4: nobody outside may say who he is
      outbound.fields.delete('client-cert');
      outbound.fields.delete('client-cert-chain');
      const certificate = connection.tls?.clientCertificate;
      if (certificate === undefined) return;
      const identified = connections.of(connection.tls!, certificate);
      exchange.set(ClientCertificate, identified.identity);
      if (fields) outbound.fields.appendBlock(identified.fields);
    });
    if (!require) return;
    hooks.onRequest.tap({ stage: Stage.Guard }, ({ connection }) =>
      connection.tls?.clientCertificate === undefined ? refusal : undefined,
    );
  },
});
