import type { z } from 'zod';
import {
  checkConfiguration,
  ConfigurationError,
  type ConfigurationProblem,
  type GatewayConfig,
  type PluginEntry,
  type UpstreamConfig,
} from '../core/index.ts';
import { backendSchema, routeSchema, upstreamSchema } from './schema.ts';

type Unchecked = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Unchecked => typeof value === 'object' && value !== null;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The keys of an object that are known and have a value of the right structure. */
function soundKeys(schema: z.ZodObject, value: unknown): Record<string, unknown> {
  const entries = Object.entries(isObject(value) ? value : {});
  return Object.fromEntries(
    entries.filter(
      ([key, member]) => Object.hasOwn(schema.shape, key) && schema.shape[key]!.safeParse(member).success,
    ),
  );
}

function salvageUpstream(upstream: unknown): UpstreamConfig {
  const given = isObject(upstream) ? upstream['backends'] : undefined;
  const backends = Array.isArray(given)
    ? given.map((backend, index) =>
        backendSchema.safeParse(backend).success ? backend : `http://stand-in-${index}`,
      )
    : ['http://stand-in'];
  return { ...soundKeys(upstreamSchema, upstream), backends };
}

/** What the structure allows to be set up, with stand-ins for the rest, so that places and names stay right. */
function salvage(content: Unchecked, plugins: readonly PluginEntry[]): GatewayConfig {
  const given = Object.entries(isObject(content['upstreams']) ? content['upstreams'] : {});
  const upstreams = Object.fromEntries(given.map(([name, upstream]) => [name, salvageUpstream(upstream)]));
  const [standIn = ''] = Object.keys(upstreams);
  const routes = listOf(content['routes']).map((route) => ({
    upstream: standIn,
    ...soundKeys(routeSchema, route),
  }));
  return { listeners: [{ port: 0 }], upstreams, routes, plugins };
}

/**
 * What the gateway finds wrong with the parts of a configuration whose structure is right.
 * For this its plugins are set up and torn down, unless something is wrong before that.
 */
export async function problemsBeyondStructure(
  content: unknown,
  plugins: readonly PluginEntry[],
): Promise<readonly ConfigurationProblem[]> {
  if (!isObject(content)) return [];
  try {
    await checkConfiguration(salvage(content, plugins));
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
