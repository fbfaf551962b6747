import { type LocalResponse, remember, respond } from '../../core/index.ts';
import { seconds } from './fields.ts';
import type { Verdict } from './quota.ts';

const rememberAtMost = 1_000;

const answerOf = remember((retryAfterSeconds: number) => {
  const detail = `Too many requests: try again in ${retryAfterSeconds} s.`;
  const fields = { 'Retry-After': String(retryAfterSeconds) };
  return respond(429, fields, undefined, { code: 'rate_limited', detail });
}, rememberAtMost);

/** The answer to a request that is not admitted, each made once: it is asked for when there is no time to lose. */
export function refusalOf({ retryAfterMs }: Verdict): LocalResponse {
  return answerOf(seconds(retryAfterMs));
}

/** The answer when nothing can be decided, and that is to stop requests. */
export const unavailable = (): LocalResponse =>
  respond(503, { 'Retry-After': '1' }, undefined, {
    code: 'rate_limit_unavailable',
    detail: 'Requests cannot be counted now.',
  });
