interface Bound {
  readonly default: number;
  readonly about: string;
}

/** Every bound of the gateway that a configuration may change under `limits`; all are finite. */
export const bounds = {
  maxConnections: { default: 50_000, about: 'Connections from clients at once, over all listeners.' },
  maxHeadBytes: { default: 32_768, about: 'Bytes of a request or response head.' },
  maxTargetBytes: { default: 8_192, about: 'Bytes of a request target.' },
  maxFieldCount: { default: 128, about: 'Header fields of a message.' },
  maxTrailerBytes: { default: 8_192, about: 'Bytes of a trailer section.' },
  maxBodyBytes: { default: 1_099_511_627_776, about: 'Bytes of a request body.' },
  maxRequestsPerConnection: { default: 1_000_000, about: 'Requests on one client connection.' },
  handshakeTimeoutMs: { default: 10_000, about: 'From a connection accepted to its TLS handshake complete.' },
  headTimeoutMs: { default: 15_000, about: 'From the first byte of a request head to its last.' },
  keepAliveTimeoutMs: { default: 75_000, about: 'Idle time of a client connection between requests.' },
  requestIdleTimeoutMs: { default: 30_000, about: 'Pause in the arrival of a request body.' },
  sendIdleTimeoutMs: { default: 60_000, about: 'Time in which a client takes none of a waiting response.' },
  lingerTimeoutMs: {
    default: 2_000,
    about: 'Reading on after a refusal so that the client sees the answer.',
  },
  setUpTimeoutMs: {
    default: 30_000,
    about: 'For a configuration to load, and for each plugin to set up, to start, to clean up.',
  },
  hookTimeoutMs: { default: 60_000, about: 'For one asynchronous handler of a plugin to finish.' },
  tunnelIdleTimeoutMs: { default: 3_600_000, about: 'Silence in both directions of a tunnel.' },
} as const satisfies Record<string, Bound>;

/** Bounds of the downstream side, units in the names. */
export type Limits = { readonly [Name in keyof typeof bounds]: number };

/** Bounds of one upstream's backends that a configuration may change in the upstream. */
export const upstreamBounds = {
  maxConnections: { default: 512, about: 'Connections to one backend at once.' },
  maxQueued: { default: 1_024, about: 'Requests that wait for a connection to one backend.' },
  queueTimeoutMs: { default: 5_000, about: 'Waiting for a connection to a backend.' },
  connectTimeoutMs: { default: 5_000, about: 'Establishing a connection to a backend.' },
  responseHeadTimeoutMs: { default: 60_000, about: 'From the request sent to the response head complete.' },
  idleTimeoutMs: {
    default: 60_000,
    about: 'Pause in the arrival of a response body, or in taking a request body.',
  },
  keepAliveTimeoutMs: { default: 55_000, about: 'Idle time of a pooled connection before it is closed.' },
  maxConnectionAgeMs: { default: 3_600_000, about: 'Age after which a connection is not used again.' },
  pipelining: { default: 1, about: 'Requests on one connection at once; safe methods without body only.' },
} as const satisfies Record<string, Bound>;

/** Bounds of one upstream, units in the names. */
export type UpstreamLimits = { readonly [Name in keyof typeof upstreamBounds]: number };

function withDefaults<Name extends string>(
  table: Record<Name, Bound>,
  overrides: { readonly [N in Name]?: number | undefined },
): { readonly [N in Name]: number } {
  const result = {} as { [N in Name]: number };
  for (const name of Object.keys(table) as Name[]) result[name] = overrides[name] ?? table[name].default;
  return result;
}

/** Completes the given bounds with the defaults of the table. */
export function resolveLimits(overrides: Partial<Limits> = {}): Limits {
  return withDefaults(bounds, overrides);
}

/** Completes the given upstream bounds with the defaults of the table. */
export function resolveUpstreamLimits(overrides: Partial<UpstreamLimits> = {}): UpstreamLimits {
  return withDefaults(upstreamBounds, overrides);
}
