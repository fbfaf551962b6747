import { z } from 'zod';
import { definePlugin, respond } from '../../core/index.ts';
import { clientHostOf, clientSchemeOf } from '../forwarded-headers/tokens.ts';
import { compileLocation, httpsLocation } from './location.ts';

const statuses = [301, 302, 303, 307, 308] as const;

const to = z.string().superRefine((template, issues) => {
  if (template === 'https') return;
  try {
    compileLocation(template);
  } catch (error) {
    issues.addIssue((error as Error).message);
  }
});

const options = z
  .strictObject({
    to: to.describe('"https" for the same URL over https, or a template of a URL or path.'),
    status: z.literal(statuses).optional().describe('Default: 308 for "https", 302 for everything else.'),
    port: z.int().min(1).max(65_535).optional().describe('Port of "https"; default: 443.'),
  })
  .refine((given) => given.port === undefined || given.to === 'https', {
    message: 'is for "to": "https" only',
    path: ['port'],
  });

const noHost = respond(400, {}, undefined, {
  code: 'no_host',
  detail: 'The request names no host to be sent to over https.',
});

export default definePlugin({
  name: 'redirect',
  options,
  setup({ hooks }, { to: template, port = 443, ...rest }) {
    const isHttps = template === 'https';
    const { status = isHttps ? 308 : 302 } = rest;
    const locationOf = isHttps ? httpsLocation(port) : compileLocation(template);
    hooks.onRequest.tap((exchange) => {
      const { path, query } = exchange.inbound;
      const scheme = clientSchemeOf(exchange);
      const location = locationOf({ scheme, host: clientHostOf(exchange), path, query });
      if (location !== undefined) return respond(status, { Location: location });
      return isHttps && scheme === 'http' ? noHost : undefined;
    });
  },
});
