import { flattenPlugins, type GatewayControl, type PluginEntry } from '../../core/index.ts';
import { show } from './mask.ts';

/** A plugin with its options, defaults filled in. */
function pluginOf({ definition, options, scope, name }: PluginEntry): object {
  const result = definition.options?.safeParse(options ?? {});
  const complete = result?.success === true ? result.data : options;
  return { name: definition.name, options: complete ?? {}, routes: scope?.routes, entry: name };
}

/** The configuration in service with its defaults, without its secrets. */
export function effectiveConfiguration(control: GatewayControl): unknown {
  const { configuration, limits, drainTimeoutMs, logLevel } = control;
  const upstreams = Object.entries(configuration.upstreams).map(([name, upstream]) => {
    return [name, { ...upstream, ...control.upstreams.get(name)?.limits }] as const;
  });
  return show({
    listeners: configuration.listeners,
    upstreams: Object.fromEntries(upstreams),
    routes: configuration.routes,
    plugins: flattenPlugins(configuration.plugins ?? []).map(pluginOf),
    limits,
    drainTimeoutMs,
    log: { ...configuration.log, level: logLevel },
  });
}
