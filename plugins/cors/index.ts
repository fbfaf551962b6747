import { z } from 'zod';
import { definePlugin, type InboundRequest, isToken, respond, Stage } from '../../core/index.ts';
import { addVary } from '../headers/index.ts';
import { complaintAboutOrigin, complaintAboutPattern } from './origins.ts';
import { createPermission, createPreflight } from './policy.ts';

const origin = z
  .union([z.string(), z.instanceof(RegExp)], 'must be a text, or in TypeScript a RegExp')
  .superRefine((given, issues) => {
    const complaint = typeof given === 'string' ? complaintAboutOrigin(given) : complaintAboutPattern(given);
    if (complaint !== undefined) issues.addIssue(complaint);
  });
const token = z.string().refine(isToken, 'must be a name without blanks');

const options = z
  .strictObject({
    origins: z
      .array(origin)
      .min(1)
      .describe('Origins whose pages may read responses: exact, "https://*.example.com", a RegExp, or "*".'),
    methods: z
      .array(token)
      .min(1)
      .default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
      .describe('Methods that such pages may use.'),
    allowedHeaders: z
      .union([z.literal('*'), z.array(token)], 'must be "*" or a list of names')
      .default('*')
      .describe('Fields that such pages may set; "*" for any.'),
    exposedHeaders: z.array(token).default([]).describe('Response fields that such pages may read.'),
    credentials: z.boolean().default(false).describe('Let browsers send cookies and certificates along.'),
    maxAgeSeconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(600)
      .describe('How long browsers may remember the answer to a preflight request.'),
  })
  .superRefine(({ credentials, ...given }, issues) => {
    if (!credentials) return;
    const refuse = (path: string, message: string): void =>
      issues.addIssue({ code: 'custom', message, path: [path] });
    // with credentials browsers take * for a name, or refuse it
    for (const name of ['origins', 'methods', 'exposedHeaders'] as const) {
      if (given[name].includes('*')) refuse(name, 'must be listed one by one where credentials are allowed');
    }
    if (given.origins.includes('null'))
      refuse('origins', 'must not be "null" where credentials are allowed, for any page can have it');
    if (given.allowedHeaders !== '*' && given.allowedHeaders.includes('*'))
      refuse('allowedHeaders', 'must be "*" itself, or names, where credentials are allowed');
  });

const refused = respond(403, {}, undefined, {
  code: 'origin_not_allowed',
  detail: 'Pages of this origin may not use this resource.',
});

function isPreflight({ method, fields }: InboundRequest): boolean {
  return method === 'OPTIONS' && fields.has('access-control-request-method');
}

export default definePlugin({
  name: 'cors',
  options,
  setup({ hooks }, policy) {
    const permit = createPermission(policy);
    const allow = createPreflight(policy);
    const isForAll = policy.origins.includes('*');

    hooks.onRequest.tap({ stage: Stage.Guard }, ({ inbound }) => {
      const from = inbound.fields.get('origin');
      if (from === undefined || !isPreflight(inbound)) return undefined;
      if (permit(from) === undefined) return refused;
      return respond(204, allow(inbound.fields.get('access-control-request-headers')));
    });

    hooks.onResponse.tap(({ inbound, response }) => {
      const { fields } = response!;
      // two answers to one question count as none
      fields.delete('access-control-allow-origin');
      fields.delete('access-control-allow-credentials');
      fields.delete('access-control-expose-headers');
      if (!isForAll) addVary(fields, 'Origin');
      const from = inbound.fields.get('origin');
      const permission = from === undefined ? undefined : permit(from);
      if (permission !== undefined) fields.appendBlock(permission);
    });
  },
});
