import type { Limits, UpstreamLimits } from '../limits.ts';
import type { LogSettings } from '../log/logger.ts';
import type { PluginList } from '../pipeline/plugin.ts';

/** How a listener speaks TLS. */
export interface ListenerTlsConfig {
  /**
   * Certificates of clients: `off` (default) asks for none, `request` lets in who has none, `require` does not. One that
   * is shown must be signed by `clientCa` in both cases.
   */
  readonly clientCertificate?: 'off' | 'request' | 'require' | undefined;
  /** PEM files with the authorities of clients. */
  readonly clientCa?: string | readonly string[] | undefined;
  /** Default: `TLSv1.2`. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** Cipher suites in the notation of OpenSSL; default: those with forward secrecy and authenticated encryption. */
  readonly ciphers?: string | undefined;
}

/** Where the gateway listens. */
export interface ListenerConfig {
  /** Address to bind; default: all, IPv6 and IPv4. */
  readonly host?: string | undefined;
  /** 0 takes a free one, which the log then tells. */
  readonly port: number;
  /** Connections that wait to be accepted; default 1024. */
  readonly backlog?: number | undefined;
  /** Speaks TLS, with the certificates that plugins provide; default: false. */
  readonly tls?: boolean | ListenerTlsConfig | undefined;
}

/** How an upstream's `https` backends are connected to. */
export interface UpstreamTlsConfig {
  /** PEM files with the authorities to trust; default: those that Node.js trusts. */
  readonly ca?: string | readonly string[] | undefined;
  /** Name to ask for by SNI and to verify; default: the host of each backend's URL. */
  readonly serverName?: string | undefined;
  /** PEM file with the certificate to show when a backend asks for one, and those between it and its authority. */
  readonly cert?: string | undefined;
  /** PEM file with the key of `cert`. */
  readonly key?: string | undefined;
  /** Opens an encrypted `key`. */
  readonly passphrase?: string | undefined;
  /** False takes anybody for the backend, which the log warns about; default: true. */
  readonly verify?: boolean | undefined;
}

export interface BackendConfig {
  /** `http://host:port` or `https://host:port`, without path. */
  readonly url: string;
  /** Share of requests compared to the others, a positive whole number; default 1. */
  readonly weight?: number | undefined;
  /** Name in logs and metrics; default: host and port. */
  readonly name?: string | undefined;
}

/** A named set of backends; its bounds are listed in docs/configuration.md. */
export interface UpstreamConfig extends Partial<UpstreamLimits> {
  readonly backends: readonly (string | BackendConfig)[];
  /** Host to send: `client` (default) passes on the client's, `backend` the backend's own, else this text. */
  readonly host?: 'client' | 'backend' | (string & {}) | undefined;
  /** For `https` backends, which are verified in any case. */
  readonly tls?: UpstreamTlsConfig | undefined;
}

/** A value to compare with: the whole text, or a regular expression in TypeScript and JavaScript. */
export type TextMatch = string | RegExp;

/** Which requests go where; all conditions given must hold (Gateway API, HTTPRoute). */
export interface RouteConfig<UpstreamName extends string = string> {
  /** For logs, metrics and `only`. */
  readonly name?: string | undefined;
  /** `api.example.com`, or `*.example.com` for every name below; default: any host. */
  readonly hosts?: readonly string[] | undefined;
  /** `/a` exactly, `/a/*` for `/a` and everything below, by whole segments; default: any path. */
  readonly path?: string | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, TextMatch>> | undefined;
  readonly query?: Readonly<Record<string, TextMatch>> | undefined;
  readonly upstream: UpstreamName;
}

/** What a gateway is made of. */
export interface GatewayConfig<UpstreamName extends string = string> {
  readonly listeners: readonly ListenerConfig[];
  readonly upstreams: { readonly [Name in UpstreamName]: UpstreamConfig };
  readonly routes: readonly RouteConfig<NoInfer<UpstreamName>>[];
  /** In the order in which they run. */
  readonly plugins?: PluginList | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** How long a stop waits for what runs, in milliseconds; default 30,000. */
  readonly drainTimeoutMs?: number | undefined;
  readonly log?: LogSettings | undefined;
}
