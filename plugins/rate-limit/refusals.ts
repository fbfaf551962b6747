import { type LocalResponse, respond } from '../../core/index.ts';
import { seconds } from './fields.ts';
import type { Verdict } from './quota.ts';

const rememberAtMost = 1_000;

/** Answers to requests that are not admitted, each made once: they are asked for when there is no time to lose. */
export class Refusals {
  readonly #answers = new Map<number, LocalResponse>();

  get({ retryAfterMs }: Verdict): LocalResponse {
    const retryAfter = seconds(retryAfterMs);
    const known = this.#answers.get(retryAfter);
    if (known !== undefined) return known;
    if (this.#answers.size >= rememberAtMost) this.#answers.clear();
    const detail = `Too many requests: try again in ${retryAfter} s.`;
    const fields = { 'Retry-After': String(retryAfter) };
    const answer = respond(429, fields, undefined, { code: 'rate_limited', detail });
    this.#answers.set(retryAfter, answer);
    return answer;
  }
}

/** The answer when nothing can be decided, and that is to stop requests. */
export const unavailable = (): LocalResponse =>
  respond(503, { 'Retry-After': '1' }, undefined, {
    code: 'rate_limit_unavailable',
    detail: 'Requests cannot be counted now.',
  });
