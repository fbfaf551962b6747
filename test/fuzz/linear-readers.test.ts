import { expect, test } from 'vitest';
import { FieldList } from 'hookway';
import { cookiesOf } from '../../core/message/cookie.ts';
import { parseTarget } from '../../core/message/target.ts';
import { prefersText } from '../../core/pipeline/accept.ts';
import { inUrl, queryRedaction } from '../../plugins/access-log/redaction.ts';
import { bearerOf } from '../../plugins/admin/token.ts';
import { parseCredentials } from '../../plugins/basic-auth/credentials.ts';
import { preferredCoding } from '../../plugins/compress/accept-encoding.ts';
import { Walk, walkForwardedFor } from '../../plugins/forwarded-headers/chain.ts';
import { foreignFields, strip } from '../../plugins/forwarded-headers/client-fields.ts';
import { walkForwarded } from '../../plugins/forwarded-headers/forwarded-field.ts';
import { TrustedPeers } from '../../plugins/forwarded-headers/trusted-peers.ts';
import { preferredKind } from '../../plugins/error-pages/page-kind.ts';
import { safeValue } from '../../plugins/headers/safe-value.ts';
import { createQueryChange } from '../../plugins/rewrite/query.ts';
import { boundedBaggage } from '../../plugins/tracing/baggage.ts';
import { createRedaction } from '../../plugins/tracing/redaction.ts';
import { isTraceState } from '../../plugins/tracing/tracestate.ts';
import { hasPassed } from '../../plugins/via/recipients.ts';
import { cpuRatio } from './cpu-ratio.ts';

const everybody = new TrustedPeers(['0.0.0.0/0', '::/0']);
const redact = queryRedaction(['token']);
const redactTraced = createRedaction(['token']);
const changeQuery = createQueryChange({ set: { a: '1' }, remove: ['b'] });
const foreign = foreignFields(['x-forwarded']);

/** Whatever reads a text of a client's choice, by what it reads. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  'query, in the access log': redact,
  'Referer, in the access log': (text) => inUrl(redact)(`http://a/?${text}`),
  'query, in traces': redactTraced,
  'query, rewritten': changeQuery,
  path: (text) => {
    try {
      return parseTarget('GET', `/${text}`);
    } catch (error) {
      return error;
    }
  },
  Cookie: (text) => cookiesOf(FieldList.from({ cookie: text }), 'a'),
  Accept: prefersText,
  'Accept, for pages': (text) => preferredKind(text, ['json', 'html']),
  'Accept-Encoding': (text) => preferredCoding(text, ['br', 'gzip']),
  Authorization: (text) => parseCredentials(`Basic ${Buffer.from(`${text}:`, 'latin1').toString('base64')}`),
  'Authorization, in admin': (text) => bearerOf(`Bearer ${text}`),
  'X-Forwarded-For': (text) => walkForwardedFor(text, new Walk(everybody, '::1')),
  Forwarded: (text) => walkForwarded(text, new Walk(everybody, '::1')),
  'fields that are forwarded': (text) => strip(FieldList.from({ 'x-forwarded-x': text, a: text }), foreign),
  Via: (text) => hasPassed(text, 'hookway'),
  Baggage: boundedBaggage,
  Tracestate: isTraceState,
  'values of templates': safeValue,
};

/** Texts that invite a second look at what was read. */
const pieces = [
  'a',
  ' ',
  'a ',
  '=',
  'a=',
  ';',
  ',',
  'a;a=,',
  '&',
  '"',
  '\\"',
  '\\',
  '(',
  '()',
  '%41',
  '%',
  '/.',
  '//',
  ':',
  '1.2.3.4,',
  '[::1]',
  'for=_a,',
  '\u00cc\u0095\u00cc\u00b4', // two accents in UTF-8, in the wrong order
];

const shortLength = 4_096;
const longLength = 32_768;
/** Eight times the length may take at most twice eight times as long; quadratic would be 64 times. */
const maxRatio = (2 * longLength) / shortLength;

/** What takes no time at all has a ratio of noise. */
const idle = (): void => {
  for (let i = 0; i < 2_000; i++) Math.sqrt(i);
};

test.each(Object.entries(readers))('%s of 32 KB takes at most twice what its length suggests', (_, read) => {
  for (const piece of pieces) {
    const text = (length: number): string => piece.repeat(length / piece.length);
    const [short, long] = [text(shortLength), text(longLength)];
    const work = (value: string) => () => {
      idle();
      read(value);
    };
    expect(cpuRatio(work(short), work(long), maxRatio, 4), JSON.stringify(piece)).toBeLessThan(maxRatio);
  }
});
