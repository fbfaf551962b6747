import { parseAuthority } from '../../core/index.ts';

/** Values of `server.address` and `server.port`. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

const defaultPorts = { http: 80, https: 443 } as const;

/** An IPv6 address without its brackets. */
export function bareHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** Host and port that a client asked for; undefined when its authority is empty or malformed. */
export function serverAddress(authority: string, scheme: 'http' | 'https'): ServerAddress | undefined {
  if (authority === '') return undefined;
  try {
    const { hostname, port = defaultPorts[scheme] } = parseAuthority(authority);
    return { address: bareHost(hostname), port };
  } catch {
    return undefined;
  }
}
