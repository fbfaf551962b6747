import { createHmac, timingSafeEqual } from 'node:crypto';

const selectorLength = 11;
const signatureLength = 22;
const pattern = /^([\w-]{11})\.([0-9a-z]{1,8})\.([\w-]{22})$/;
const never = '0';

/** A secret with the number of its place: the first one signs, the others are only believed. */
interface Key {
  readonly secret: string;
  readonly isFirst: boolean;
}

interface Known<B> {
  readonly backend: B;
  readonly key: Key;
  /** The signature of a ticket that is good for ever. */
  readonly endless: string;
}

/** What a ticket that was presented is worth. */
export interface Admission<B> {
  readonly backend: B;
  /** It is of an old secret, half of its time is over, or it is good for longer than tickets are now. */
  readonly mustRenew: boolean;
}

export interface TicketSettings {
  /** The first signs. */
  readonly secrets: readonly string[];
  /** Undefined: tickets are good for ever. */
  readonly maxAgeSeconds: number | undefined;
  readonly nowSeconds: () => number;
}

function sign({ secret }: Key, text: string, length: number): string {
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, length);
}

function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'));
}

/**
 * Tickets for the backends of one upstream: `selector.expiry.signature`. The selector finds the backend and tells
 * nothing about it without the secret; the signature is over upstream, backend and expiry.
 */
export class Tickets<B extends { readonly name: string }> {
  readonly #upstream: string;
  readonly #settings: TicketSettings;
  readonly #known = new Map<string, Known<B>>();
  readonly #current = new Map<B, readonly [selector: string, known: Known<B>]>();

  constructor(upstream: string, backends: readonly B[], settings: TicketSettings) {
    this.#upstream = upstream;
    this.#settings = settings;
    for (const [index, secret] of settings.secrets.entries()) {
      for (const backend of backends) this.#add(backend, { secret, isFirst: index === 0 });
    }
  }

  /** A ticket for that backend; undefined when it is none of this upstream. */
  issue(backend: B): string | undefined {
    const current = this.#current.get(backend);
    if (current === undefined) return undefined;
    const { maxAgeSeconds, nowSeconds } = this.#settings;
    const expiry =
      maxAgeSeconds === undefined ? never : (Math.floor(nowSeconds()) + maxAgeSeconds).toString(36);
    const [selector, known] = current;
    return `${selector}.${expiry}.${this.#signature(known, expiry)}`;
  }

  /** Undefined for tickets that are forged, expired, of another upstream, or of a backend that is gone. */
  check(ticket: string): Admission<B> | undefined {
    const parts = pattern.exec(ticket);
    const known = parts === null ? undefined : this.#known.get(parts[1]!);
    if (known === undefined) return undefined;
    const expiry = parts![2]!;
    if (!isEqual(parts![3]!, this.#signature(known, expiry))) return undefined;
    const leftSeconds =
      expiry === never ? Infinity : Number.parseInt(expiry, 36) - this.#settings.nowSeconds();
    if (leftSeconds <= 0) return undefined;
    return { backend: known.backend, mustRenew: !known.key.isFirst || this.#isOld(leftSeconds) };
  }

  #add(backend: B, key: Key): void {
    const known = { backend, key, endless: this.#sign(backend, key, never) };
    const selector = sign(key, `selector\n${this.#upstream}\n${backend.name}`, selectorLength);
    if (key.isFirst) this.#current.set(backend, [selector, known]);
    if (!this.#known.has(selector)) this.#known.set(selector, known);
  }

  #signature({ backend, key, endless }: Known<B>, expiry: string): string {
    return expiry === never ? endless : this.#sign(backend, key, expiry);
  }

  #sign({ name }: B, key: Key, expiry: string): string {
    return sign(key, `ticket\n${this.#upstream}\n${name}\n${expiry}`, signatureLength);
  }

  #isOld(leftSeconds: number): boolean {
    const { maxAgeSeconds } = this.#settings;
    if (maxAgeSeconds === undefined) return leftSeconds !== Infinity;
    return leftSeconds > maxAgeSeconds || leftSeconds < maxAgeSeconds / 2;
  }
}
