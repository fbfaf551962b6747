/** `plugin:NAME` is that plugin alone; `seven` the pipeline of seven; `failover` what lives with dying backends. */
export type Variant =
  | 'default'
  | 'pipelining'
  | 'bare'
  | 'no-temp-files'
  | 'seven'
  | 'failover'
  | 'tls'
  | 'handshakes-only'
  | `plugin:${string}`;

export interface ProxySetup {
  readonly listenPort: number;
  readonly backendPorts: readonly number[];
  readonly variant: Variant;
  /** An empty directory of its own, for configuration and logs. */
  readonly directory: string;
}

export interface RunningProxy {
  readonly pid: number;
  readonly recentLog: () => string;
  readonly stop: () => Promise<void>;
}

export interface Peer {
  readonly name: string;
  readonly isAvailable: () => boolean;
  /** What to do when it is not available. */
  readonly howToInstall: string;
  readonly start: (setup: ProxySetup) => Promise<RunningProxy>;
}
