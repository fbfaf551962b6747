import { formatAddress, networkOf, parseAddress } from '../../core/index.ts';

const maxFailures = 10;
const windowMs = 60_000;
const maxClients = 1_000;

/** One IPv6 client has a whole network of addresses. */
function clientOf(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) return text;
  return formatAddress(address.isV6 ? networkOf(address, 64) : address);
}

/** Counts wrong tokens, so that they cannot be tried out one after the other. */
export class Failures {
  readonly #now: () => number;
  /** Oldest first. */
  readonly #clients = new Map<string, { count: number; readonly endsAtMs: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Time until the client may try again, in milliseconds; 0 when it may. */
  waitMs(address: string): number {
    const entry = this.#clients.get(clientOf(address));
    if (entry === undefined || entry.count < maxFailures) return 0;
    return Math.max(0, entry.endsAtMs - this.#now());
  }

  /** A client has shown a wrong token. Gives how many it has by now. */
  note(address: string): number {
    const client = clientOf(address);
    const entry = this.#clients.get(client);
    if (entry !== undefined && this.#now() < entry.endsAtMs) return ++entry.count;
    this.#clients.delete(client);
    this.#clients.set(client, { count: 1, endsAtMs: this.#now() + windowMs });
    if (this.#clients.size > maxClients) this.#forgetOldest();
    return 1;
  }

  #forgetOldest(): void {
    const [oldest] = this.#clients.keys();
    this.#clients.delete(oldest!);
  }
}
