import { type Limits, resolveUpstreamLimits } from '../limits.ts';
import { Backend } from '../upstream/backend.ts';
import { TcpConnector } from '../upstream/connector.ts';
import { Upstream } from '../upstream/upstream.ts';
import type { BackendConfig, UpstreamConfig } from './configuration.ts';

function createBackend(config: BackendConfig, upstream: UpstreamConfig, limits: Limits): Backend {
  const url = new URL(config.url);
  const upstreamLimits = resolveUpstreamLimits(upstream);
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
  const connector = new TcpConnector(endpoint, connectionLimits);
  return new Backend(config.name ?? url.host, url, config.weight ?? 1, connector, upstreamLimits);
}

/** Builds an upstream with the pools of its backends; nothing is connected yet. */
export function createUpstream(name: string, config: UpstreamConfig, limits: Limits): Upstream {
  const backends = config.backends.map((backend) =>
    createBackend(typeof backend === 'string' ? { url: backend } : backend, config, limits),
  );
  const host = config.host === 'client' ? undefined : config.host;
  return new Upstream(name, backends, resolveUpstreamLimits(config), host);
}
