import type { Logger } from '../log/logger.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Exchange, RouteInfo } from './exchange.ts';
import type { Instrument, InstrumentOptions } from './instruments.ts';
import type { PluginHooks } from './taps.ts';
import type { Service } from './tokens.ts';

/** What a plugin's `setup` works with. */
export interface PluginHost {
  readonly hooks: PluginHooks;
  /** Writes JSON lines that name the plugin. */
  readonly log: Logger;
  /** The upstreams of the configuration by name. */
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** The routes of the configuration, in its order. */
  readonly routes: readonly RouteInfo[];
  /** Offers a service to other plugins and the core; throws when another plugin provides it already. */
  readonly provide: <T>(token: Service<T>, service: T) => void;
  /** The service another plugin provides; undefined when none does. Ask inside a hook to be independent of order. */
  readonly use: <T>(token: Service<T>) => T | undefined;
  /**
   * A value that survives reloads: made once for this entry of the configuration and key, kept while some generation
   * holds it, then disposed of.
   */
  readonly retain: <T>(key: string, create: () => T, dispose?: (value: T) => void | Promise<void>) => T;
  /**
   * Runs when this configuration goes into service, after the set-up of all plugins and in their order; a failure
   * refuses the configuration. What talks to others, opens ports or writes files belongs here: `hookway check` and its
   * like only set up.
   */
  readonly onStart: (start: () => void | Promise<void>) => void;
  /** Another configuration has taken over: no new exchange comes, those that run go on until `defer` is called. */
  readonly onRetired: (stop: () => void) => void;
  /** A number that only rises, for metrics; it lives as long as the gateway and is shared by entries of the plugin. */
  readonly counter: (options: InstrumentOptions) => Instrument;
  /** A number of this moment: before every reading it is empty, and `observe` sets it. */
  readonly gauge: (options: InstrumentOptions, observe: (gauge: Instrument) => void) => Instrument;
  /** Runs at the end of this generation, last in first out, also when a later set-up fails. */
  readonly defer: (cleanup: () => void | Promise<void>) => void;
  /** The gateway reopens its files, as logrotate asks for by SIGHUP. */
  readonly onReopen: (reopen: () => void) => void;
  /**
   * Has `exchange.trail` written for the exchanges that `isWanted` names, asked before any other plugin and only within
   * the plugin's scope. For the others it costs a comparison a handler; when no plugin calls it, nothing.
   */
  readonly recordTrails: (isWanted: (exchange: Exchange) => boolean) => void;
}

/** One thing wrong with options, as zod and other validators report it. */
interface OptionIssue {
  readonly message: string;
  readonly path: PropertyKey[];
}

/** The part of a zod schema that the core needs. */
interface OptionsSchema<Input, Output> {
  safeParse(
    input: unknown,
  ): { success: true; data: Output } | { success: false; error: { issues: OptionIssue[] } };
  readonly _zod?: { readonly input: Input; readonly output: Output };
}

/** A plugin as its author writes it. */
export interface PluginDefinition<Input, Output> {
  /** Name in configurations, logs and error answers: kebab case, without `hookway-plugin-`. */
  readonly name: string;
  /** Schema of the options; without one the plugin takes none. */
  readonly options?: OptionsSchema<Input, Output>;
  setup(gateway: PluginHost, options: Output): void | Promise<void>;
}

/** Which exchanges a plugin sees. */
export interface PluginScope {
  /** Names of routes. */
  readonly routes: readonly string[];
}

/** A plugin with its options as it stands in a configuration: inert until a gateway sets it up. */
export interface PluginEntry {
  readonly definition: PluginDefinition<unknown, unknown>;
  readonly options: unknown;
  readonly scope: PluginScope | undefined;
  /** Tells entries of the same plugin apart for good, see `named`. */
  readonly name?: string | undefined;
}

/** A call of it in a configuration gives an entry; `definition` is for tools and tests. */
export type PluginFactory<Input> = ([unknown] extends [Input]
  ? () => PluginEntry
  : undefined extends Input
    ? (options?: Input) => PluginEntry
    : Record<never, never> extends Input
      ? (options?: Input) => PluginEntry
      : (options: Input) => PluginEntry) & { readonly definition: PluginDefinition<unknown, unknown> };

interface ZodLike {
  readonly _zod: { readonly input: unknown; readonly output: unknown };
}

/**
 * Makes a plugin out of its name, the schema of its options and its set-up.
 * The factory that is returned checks nothing: all options of all plugins are validated together at start.
 */
export function definePlugin<Schema extends ZodLike>(definition: {
  readonly name: string;
  readonly options: Schema;
  setup(gateway: PluginHost, options: Schema['_zod']['output']): void | Promise<void>;
}): PluginFactory<Schema['_zod']['input']>;
export function definePlugin(definition: {
  readonly name: string;
  setup(gateway: PluginHost): void | Promise<void>;
}): PluginFactory<unknown>;
export function definePlugin(definition: {
  readonly name: string;
  readonly options?: unknown;
  setup(gateway: PluginHost, options: never): void | Promise<void>;
}): PluginFactory<unknown> {
  const shared = definition as unknown as PluginDefinition<unknown, unknown>;
  const factory = (options?: unknown): PluginEntry => ({ definition: shared, options, scope: undefined });
  return Object.assign(factory, { definition: shared });
}

/**
 * Gives an entry a name, unique among those of the plugin: what the plugin retains is found by it after a reload, even
 * when options and routes have changed.
 */
export function named(name: string, entry: PluginEntry): PluginEntry {
  return { ...entry, name };
}

/** A list of plugins as configurations write it: lists are flattened, what is false or missing is left out. */
export type PluginList = readonly (PluginEntry | PluginList | false | null | undefined)[];

export function flattenPlugins(list: PluginList): PluginEntry[] {
  const entries: PluginEntry[] = [];
  for (const item of list) {
    if (item === false || item === null || item === undefined) continue;
    if (Array.isArray(item)) entries.push(...flattenPlugins(item as PluginList));
    else entries.push(item as PluginEntry);
  }
  return entries;
}

/** Lets plugins see only exchanges of the named routes: `only({ routes: ['api'] }, rateLimit({ ... }))`. */
export function only(scope: PluginScope, ...plugins: PluginList): PluginEntry[] {
  return flattenPlugins(plugins).map((entry) => {
    const routes =
      entry.scope === undefined
        ? scope.routes
        : scope.routes.filter((name) => entry.scope!.routes.includes(name));
    return { ...entry, scope: { routes } };
  });
}
