import { type Authority, issueCertificate } from '../../pki/index.ts';
import type { ServerCertificate } from '../../core/index.ts';

/** A client decides how many names it asks for: the oldest certificates make room. */
const maxLeaves = 1_000;
const dayMs = 86_400_000;

interface Leaf {
  readonly certificate: ServerCertificate;
  readonly renewAtMs: number;
}

/** Certificates made on first use and again before they expire; they are kept in memory. */
export class LeafCertificates {
  readonly #days: number;
  readonly #clock: () => number;
  readonly #leaves = new Map<string, Leaf>();
  readonly #making = new Map<string, Promise<ServerCertificate>>();

  /** `days` is how long a certificate is valid; it is replaced when a third of that is left. */
  constructor(days: number, clock: () => number) {
    this.#days = days;
    this.#clock = clock;
  }

  get count(): number {
    return this.#leaves.size;
  }

  /** At once where there is one; names that come at the same time wait for the same one. */
  of(names: readonly string[], authority: Authority): ServerCertificate | Promise<ServerCertificate> {
    const key = `${names.join()} ${authority.cert}`;
    const leaf = this.#leaves.get(key);
    if (leaf !== undefined && this.#clock() < leaf.renewAtMs) return leaf.certificate;
    const making = this.#making.get(key) ?? this.#make(key, names, authority);
    this.#making.set(key, making);
    return making;
  }

  async #make(key: string, names: readonly string[], authority: Authority): Promise<ServerCertificate> {
    const now = this.#clock();
    try {
      const certificate = { chains: [await issueCertificate(names, authority, this.#days, now)] };
      this.#leaves.delete(key);
      this.#leaves.set(key, { certificate, renewAtMs: now + (this.#days * dayMs * 2) / 3 });
      if (this.#leaves.size > maxLeaves) this.#leaves.delete(this.#leaves.keys().next().value!);
      return certificate;
    } finally {
      this.#making.delete(key);
    }
  }
}
