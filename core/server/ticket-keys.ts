import { randomBytes } from 'node:crypto';

const keyBytes = 48;
const keyLifetimeMs = 12 * 3_600_000;

/**
 * Keys that seal session tickets (RFC 8446 2.2, RFC 5077). All listeners of a process share them, so that a session
 * begun on one is resumed on another and after a reload. A key is used for half a day: who steals it reads no more than
 * the resumable sessions of that time.
 */
class TicketKeys {
  readonly #clock: () => number;
  #key = randomBytes(keyBytes);
  #madeAtMs: number;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#madeAtMs = clock();
  }

  /** The key for tickets that are made now; another object once it has changed. */
  get current(): Buffer {
    const now = this.#clock();
    if (now - this.#madeAtMs >= keyLifetimeMs) {
      this.#key = randomBytes(keyBytes);
      this.#madeAtMs = now;
    }
    return this.#key;
  }
}

export const ticketKeys = new TicketKeys();
