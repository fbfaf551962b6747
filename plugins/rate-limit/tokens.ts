import { type FieldBlock, Slot } from '../../core/index.ts';
import type { Verdict } from './quota.ts';

/** What was decided about a request; of several rate-limit plugins, a refusal or else the nearest to one. */
export const RateLimitVerdict = new Slot<Verdict>('rate-limit-verdict');

/** What the client is to be told by each of the rate-limit plugins. */
export interface Announcement {
  readonly policy: FieldBlock;
  readonly verdict: Verdict;
  readonly next: Announcement | undefined;
}

export const Announcements = new Slot<Announcement | undefined>('rate-limit-announcements');
