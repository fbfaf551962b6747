import type { GatewayConfig, PluginEntry, PluginList, RouteConfig, UpstreamConfig } from '../core/index.ts';

/** What an entry says beside the options of its plugin. */
export interface EntrySettings {
  /** Names of the routes it is limited to; default: all. */
  readonly routes?: readonly string[] | undefined;
  /** Tells entries of the same plugin apart over reloads; unique among these. */
  readonly name?: string | undefined;
}

/** A plugin listed by its name, with its options and what else there is to say of the entry. */
export type NamedPlugin =
  | string
  | readonly [
      name: string,
      options?: Readonly<Record<string, unknown>> | null | undefined,
      settings?: EntrySettings | null | undefined,
    ];

/** Plugins as a configuration file lists them, by import or by name, in the order in which they run. */
export type ConfiguredPlugins = readonly (
  | PluginEntry
  | NamedPlugin
  | PluginList
  | false
  | null
  | undefined
)[];

/** What a configuration file holds: the gateway's configuration, in which plugins may also be named. */
export interface Configuration<UpstreamName extends string = string> {
  /** Where an editor finds the schema of the file; the gateway ignores it. */
  readonly $schema?: string | undefined;
  readonly listeners: GatewayConfig['listeners'];
  readonly upstreams: { readonly [Name in UpstreamName]: UpstreamConfig };
  /** Default: all requests go to the upstream, where there is only one. */
  readonly routes?: readonly RouteConfig<NoInfer<UpstreamName>>[] | undefined;
  readonly plugins?: ConfiguredPlugins | undefined;
  readonly limits?: GatewayConfig['limits'];
  /** How long a stop waits for what runs, in milliseconds; default 30,000. */
  readonly drainTimeoutMs?: number | undefined;
  readonly log?: GatewayConfig['log'];
}

/** A configuration, or a function that makes one; a function may be asynchronous. */
export type ConfigurationSource<UpstreamName extends string = string> =
  | Configuration<UpstreamName>
  | (() => Configuration<UpstreamName> | Promise<Configuration<UpstreamName>>);

/**
 * Returns what it is given, checked by the compiler: an unknown key, or a route to an upstream that is not there, is
 * an error where it stands.
 */
export function defineConfig<const UpstreamName extends string>(
  configuration: ConfigurationSource<UpstreamName>,
): ConfigurationSource<UpstreamName> {
  return configuration;
}
