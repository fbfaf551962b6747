import type { TlsClientTerms } from '../transport/connect.ts';
import type { Pool } from './pool.ts';

/** What tells a backend from others, in one configuration. */
export interface BackendSettings {
  readonly name: string;
  readonly url: URL;
  readonly weight: number;
  readonly isDraining: boolean;
  readonly tls?: TlsClientTerms | undefined;
}

/** One server of an upstream, as one configuration has it; its connections outlive that. */
export class Backend {
  /** Name for logs, metrics and cookies: the URL's host and port unless the configuration names it. */
  readonly name: string;
  readonly url: URL;
  readonly weight: number;
  /** It gets no new exchange; an operator wants it out. */
  readonly isDraining: boolean;
  /** How to connect with TLS; undefined for plain HTTP. */
  readonly tls: TlsClientTerms | undefined;
  /** Host with port as a Host field would have it. */
  readonly authority: string;
  /** A list of this backend alone, to return from `selectBackend` without allocating. */
  readonly alone: readonly Backend[];
  /** Its connections, shared with other configurations that have the same backend. */
  readonly pool: Pool;

  constructor({ name, url, weight, isDraining, tls }: BackendSettings, pool: Pool) {
    this.name = name;
    this.url = url;
    this.weight = weight;
    this.isDraining = isDraining;
    this.tls = tls;
    this.authority = url.host;
    this.alone = [this];
    this.pool = pool;
  }

  /** Attempts that run at this backend now, those of other configurations included. */
  get activeAttempts(): number {
    return this.pool.activeAttempts;
  }
}
