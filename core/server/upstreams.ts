import { type Limits, resolveUpstreamLimits, type UpstreamLimits } from '../limits.ts';
import type { RetainedValues } from '../pipeline/retained.ts';
import { Backend } from '../upstream/backend.ts';
import { dialTcp, dialTls, type TlsClientTerms } from '../transport/connect.ts';
import { Http1Connector } from '../upstream/connector.ts';
import { Pool } from '../upstream/pool.ts';
import { Upstream } from '../upstream/upstream.ts';
import type { BackendOverrides } from './backend-overrides.ts';
import type { BackendConfig, UpstreamConfig } from './configuration.ts';
import { UpstreamTls } from './upstream-tls.ts';

type Release = () => void | Promise<void>;

/** What upstreams are made of beside their own configuration. */
interface UpstreamParts {
  readonly limits: Limits;
  readonly retained: RetainedValues;
  readonly overrides: BackendOverrides;
}

/** What one upstream's backends have in common. */
interface Shared {
  readonly upstream: string;
  readonly limits: UpstreamLimits;
  readonly tls: UpstreamTls | undefined;
}

const hasTls = (url: URL): boolean => url.protocol === 'https:';

const hostOf = ({ hostname }: URL): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

function createPool(url: URL, terms: TlsClientTerms | undefined, own: UpstreamLimits, limits: Limits): Pool {
  const { maxHeadBytes, maxTargetBytes, maxFieldCount, maxTrailerBytes } = limits;
  const standardPort = terms === undefined ? 80 : 443;
  const endpoint = { host: hostOf(url), port: url.port === '' ? standardPort : Number(url.port) };
  const connectionLimits = { ...own, maxHeadBytes, maxTargetBytes, maxFieldCount, maxTrailerBytes };
  const dial = terms === undefined ? dialTcp(endpoint) : dialTls(endpoint, terms);
  return new Pool(new Http1Connector(dial, connectionLimits), own);
}

/** The upstreams of one configuration. A pool that another configuration has as well is shared with it. */
export class Upstreams {
  readonly all: ReadonlyMap<string, Upstream>;
  readonly #parts: UpstreamParts;
  readonly #releases: Release[] = [];

  constructor(configs: Readonly<Record<string, UpstreamConfig>>, parts: UpstreamParts) {
    this.#parts = parts;
    const entries = Object.entries(configs);
    try {
      this.all = new Map(entries.map(([name, config]) => [name, this.#upstream(name, config)]));
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Lets go of the pools: who was the last to hold one closes its idle connections now and the others when done. */
  release(): void {
    for (const release of this.#releases.splice(0)) void release();
  }

  #upstream(name: string, config: UpstreamConfig): Upstream {
    const limits = resolveUpstreamLimits(config);
    const configs = config.backends.map((each) => (typeof each === 'string' ? { url: each } : each));
    const needsTls = configs.some(({ url }) => hasTls(new URL(url)));
    const tls = needsTls ? new UpstreamTls(config.tls ?? {}) : undefined;
    const backends = configs.map((each) => this.#backend(each, { upstream: name, limits, tls }));
    const host = config.host === 'client' ? undefined : config.host;
    return new Upstream(name, backends, limits, host);
  }

  #backend(config: BackendConfig, shared: Shared): Backend {
    const url = new URL(config.url);
    const name = config.name ?? url.host;
    const override = this.#parts.overrides.of(shared.upstream, name);
    const weight = override?.weight ?? config.weight ?? 1;
    const isDraining = override?.isDraining ?? false;
    const tls = hasTls(url) ? shared.tls?.termsFor(hostOf(url)) : undefined;
    return new Backend({ name, url, weight, isDraining, tls }, this.#pool(name, url, tls, shared));
  }

  #pool(
    backend: string,
    url: URL,
    terms: TlsClientTerms | undefined,
    { upstream, limits: own, tls }: Shared,
  ): Pool {
    const { limits, retained } = this.#parts;
    const [pool, release] = retained.hold(
      `pool:${JSON.stringify([upstream, backend, url.href, own, limits, tls?.identity])}`,
      () => createPool(url, terms, own, limits),
      (held) => held.close(),
    );
    this.#releases.push(release);
    return pool;
  }
}
