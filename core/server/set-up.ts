import { ConfigurationError, type ConfigurationProblem } from '../errors.ts';
import type { IsInScope } from '../pipeline/facade.ts';
import { hookNames, type HookName, type Hooks, listTaps } from '../pipeline/hooks.ts';
import type { IdentifiedEntry } from '../pipeline/identities.ts';
import type { PluginEntry, PluginScope } from '../pipeline/plugin.ts';
import { createPluginHost, type HostSurroundings } from '../pipeline/plugin-host.ts';
import type { TurningPoints } from '../pipeline/turning-points.ts';
import { type StepBounds, within } from '../pipeline/within.ts';

type ScopeOf = (scope: PluginScope | undefined) => IsInScope;

/**
 * Sets plugins up, in order, each within the bounds.
 * @throws ConfigurationError that names the plugin which could not.
 */
export async function setUpPlugins(
  plugins: readonly IdentifiedEntry[],
  scopeOf: ScopeOf,
  surroundings: HostSurroundings,
  bounds: StepBounds,
): Promise<void> {
  for (const [index, identified] of plugins.entries()) {
    const { entry } = identified;
    const { host, seal } = createPluginHost(identified, scopeOf(entry.scope), surroundings);
    const step = () => entry.definition.setup(host, validatedOptions(entry));
    await attempt(`plugins[${index}] ${entry.definition.name}`, () => within(step, bounds, 'was not set up'));
    seal();
  }
  const listed = new Set(plugins.map(({ entry }) => entry.definition.name));
  const unknown = hookNames.flatMap((hook) => unknownBefore(hook, surroundings.hooks, listed));
  if (unknown.length > 0) throw new ConfigurationError(unknown);
}

/**
 * Starts what plugins run beside the exchanges, in order, each within the bounds.
 * @throws ConfigurationError that names the plugin which could not.
 */
export async function startPlugins({ starts }: TurningPoints, bounds: StepBounds): Promise<void> {
  for (const { plugin, run } of starts) await attempt(plugin, () => within(run, bounds, 'did not start'));
}

async function attempt(place: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const error = new ConfigurationError([{ place, message }]);
    error.cause = cause;
    throw error;
  }
}

function validatedOptions({ definition, options }: PluginEntry): unknown {
  const result = definition.options?.safeParse(options ?? {});
  return result?.success === true ? result.data : undefined;
}

function unknownBefore(hook: HookName, hooks: Hooks, listed: ReadonlySet<string>): ConfigurationProblem[] {
  return listTaps(hooks, hook).flatMap(({ plugin, before }) =>
    before
      .filter((name) => !listed.has(name))
      .map((name) => ({
        place: plugin,
        message: `taps ${hook} before ${JSON.stringify(name)}, which is not listed`,
      })),
  );
}
