import type { ServerCertificate } from '../../core/index.ts';
import type { Identity } from './identity.ts';

/** Finds certificates by server name. */
export class NameIndex {
  readonly identities: readonly Identity[];
  readonly #exact = new Map<string, ServerCertificate>();
  readonly #wildcard = new Map<string, ServerCertificate>();
  readonly #made = new Map<string, ServerCertificate>();

  /** Certificates that are in `previous` as well stay the same objects. */
  constructor(identities: readonly Identity[], previous?: NameIndex) {
    this.identities = identities;
    for (const name of new Set(identities.flatMap(({ names }) => names))) {
      const certificate = this.#certificateOf(bestOfEachKind(identities, name), previous);
      if (name.startsWith('*.')) this.#wildcard.set(name.slice(2), certificate);
      else this.#exact.set(name, certificate);
    }
  }

  /** For that name in lower case: an exact one, or a wildcard in place of its first label. */
  find(name: string): ServerCertificate | undefined {
    return this.#exact.get(name) ?? this.#wildcard.get(name.slice(name.indexOf('.') + 1));
  }

  /** The certificate that stands first. */
  get first(): ServerCertificate | undefined {
    const name = this.identities[0]?.names[0];
    return name === undefined ? undefined : this.listed(name);
  }

  /** The certificate that was made for that very name, which may be a wildcard. */
  listed(name: string): ServerCertificate | undefined {
    return name.startsWith('*.') ? this.#wildcard.get(name.slice(2)) : this.#exact.get(name);
  }

  #certificateOf(identities: readonly Identity[], previous: NameIndex | undefined): ServerCertificate {
    const key = identities.map(({ fingerprint }) => fingerprint).join();
    const known = this.#made.get(key) ?? (previous === undefined ? undefined : previous.#made.get(key));
    const certificate = known ?? { chains: identities.map(({ cert, key: pem }) => ({ cert, key: pem })) };
    this.#made.set(key, certificate);
    return certificate;
  }
}

/** ECDSA and RSA stand side by side; of two of a kind the one that lasts longer is taken. */
function bestOfEachKind(identities: readonly Identity[], name: string): Identity[] {
  const best = new Map<string, Identity>();
  for (const identity of identities) {
    if (!identity.names.includes(name)) continue;
    const rival = best.get(identity.keyType);
    if (rival === undefined || identity.expiresAtMs > rival.expiresAtMs) best.set(identity.keyType, identity);
  }
  return [...best.values()];
}
