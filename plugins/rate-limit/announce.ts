import { type Exchange, FieldBlock } from '../../core/index.ts';
import { policyField, serviceLimit } from './fields.ts';
import type { Limit } from './memory-store.ts';
import type { Verdict } from './quota.ts';
import { Announcements, RateLimitVerdict } from './tokens.ts';

function isTighter(verdict: Verdict, than: Verdict | undefined): boolean {
  if (than === undefined) return true;
  if (verdict.isAdmitted !== than.isAdmitted) return than.isAdmitted;
  return verdict.remaining < than.remaining;
}

/** Leaves the verdict for other plugins. */
export function note(exchange: Exchange, verdict: Verdict): void {
  if (isTighter(verdict, exchange.get(RateLimitVerdict))) exchange.set(RateLimitVerdict, verdict);
}

/** Makes the function that remembers what the client is to be told of these limits. */
export function createAnnouncer(limits: readonly Limit[]): (exchange: Exchange, verdict: Verdict) => void {
  const policy = FieldBlock.from({ 'RateLimit-Policy': policyField(limits) });
  return (exchange, verdict) => {
    exchange.set(Announcements, { policy, verdict, next: exchange.get(Announcements) });
  };
}

/** Tells the client what all rate-limit plugins have to say, once. */
export function tellClient(exchange: Exchange): void {
  const { fields } = exchange.response!;
  for (let each = exchange.get(Announcements); each !== undefined; each = each.next) {
    fields.appendBlock(each.policy);
    fields.append('RateLimit', serviceLimit(each.verdict));
  }
  exchange.set(Announcements, undefined);
}
