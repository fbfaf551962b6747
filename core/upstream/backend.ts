import type { UpstreamLimits } from '../limits.ts';
import type { Connector } from './connector.ts';
import { Pool } from './pool.ts';

/** One server of an upstream. */
export class Backend {
  /** Name for logs, metrics and cookies: the URL's host and port unless the configuration names it. */
  readonly name: string;
  readonly url: URL;
  readonly weight: number;
  /** Host with port as a Host field would have it. */
  readonly authority: string;
  /** A list of this backend alone, to return from `selectBackend` without allocating. */
  readonly alone: readonly Backend[];
  readonly pool: Pool;
  /** Attempts that run at this backend now. */
  activeAttempts = 0;

  constructor(name: string, url: URL, weight: number, connector: Connector, limits: UpstreamLimits) {
    this.name = name;
    this.url = url;
    this.weight = weight;
    this.authority = url.host;
    this.alone = [this];
    this.pool = new Pool(connector, limits);
  }
}
