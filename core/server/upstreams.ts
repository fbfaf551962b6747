import { type Limits, resolveUpstreamLimits, type UpstreamLimits } from '../limits.ts';
import type { RetainedValues } from '../pipeline/retained.ts';
import { Backend } from '../upstream/backend.ts';
import { TcpConnector } from '../upstream/connector.ts';
import { Pool } from '../upstream/pool.ts';
import { Upstream } from '../upstream/upstream.ts';
import type { BackendOverrides } from './backend-overrides.ts';
import type { BackendConfig, UpstreamConfig } from './configuration.ts';

type Release = () => void | Promise<void>;

/** What upstreams are made of beside their own configuration. */
interface UpstreamParts {
  readonly limits: Limits;
  readonly retained: RetainedValues;
  readonly overrides: BackendOverrides;
}

function createPool(url: URL, upstreamLimits: UpstreamLimits, limits: Limits): Pool {
  const { maxHeadBytes, maxTargetBytes, maxFieldCount, maxTrailerBytes } = limits;
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const endpoint = { host, port: url.port === '' ? 80 : Number(url.port) };
  const connectionLimits = {
    ...upstreamLimits,
    maxHeadBytes,
    maxTargetBytes,
    maxFieldCount,
    maxTrailerBytes,
  };
  return new Pool(new TcpConnector(endpoint, connectionLimits), upstreamLimits);
}

/** The upstreams of one configuration. A pool that another configuration has as well is shared with it. */
export class Upstreams {
  readonly all: ReadonlyMap<string, Upstream>;
  readonly #parts: UpstreamParts;
  readonly #releases: Release[] = [];

  constructor(configs: Readonly<Record<string, UpstreamConfig>>, parts: UpstreamParts) {
    this.#parts = parts;
    const entries = Object.entries(configs);
    this.all = new Map(entries.map(([name, config]) => [name, this.#upstream(name, config)]));
  }

  /** Lets go of the pools: who was the last to hold one closes its idle connections now and the others when done. */
  release(): void {
    for (const release of this.#releases.splice(0)) void release();
  }

  #upstream(name: string, config: UpstreamConfig): Upstream {
    const limits = resolveUpstreamLimits(config);
    const backends = config.backends.map((backend) =>
      this.#backend(name, typeof backend === 'string' ? { url: backend } : backend, limits),
    );
    const host = config.host === 'client' ? undefined : config.host;
    return new Upstream(name, backends, limits, host);
  }

  #backend(upstream: string, config: BackendConfig, limits: UpstreamLimits): Backend {
    const url = new URL(config.url);
    const name = config.name ?? url.host;
    const override = this.#parts.overrides.of(upstream, name);
    const weight = override?.weight ?? config.weight ?? 1;
    const isDraining = override?.isDraining ?? false;
    return new Backend({ name, url, weight, isDraining }, this.#pool(upstream, name, url, limits));
  }

  #pool(upstream: string, backend: string, url: URL, upstreamLimits: UpstreamLimits): Pool {
    const { limits, retained } = this.#parts;
    const [pool, release] = retained.hold(
      `pool:${JSON.stringify([upstream, backend, url.href, upstreamLimits, limits])}`,
      () => createPool(url, upstreamLimits, limits),
      (held) => held.close(),
    );
    this.#releases.push(release);
    return pool;
  }
}
