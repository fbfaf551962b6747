import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { flattenPlugins, type PluginEntry, type PluginList } from 'hookway';
import { builtInPlugins } from '../../config/load-plugin.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));

const isBuiltIn = (name: unknown): boolean => builtInPlugins().includes(String(name));

function named({ definition, options = {}, scope }: PluginEntry): unknown[] {
  return scope === undefined ? [definition.name, options] : [definition.name, options, scope];
}

interface Configured {
  readonly plugins?: readonly unknown[];
}

/** What is said in TypeScript, as JSON says it; functions and regular expressions are lost. */
async function fromTypeScript(file: string): Promise<Configured> {
  const module = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default: unknown };
  const { plugins = [], ...rest } = (
    typeof module.default === 'function' ? await (module.default as () => unknown)() : module.default
  ) as Configured;
  return JSON.parse(
    JSON.stringify({ ...rest, plugins: flattenPlugins(plugins as PluginList).map(named) }),
  ) as Configured;
}

/** Without plugins that are the example's own, such as those that bring up backends. */
function withBuiltIn(content: Configured): object {
  const plugins = (content.plugins ?? []).filter((plugin) => isBuiltIn([plugin].flat()[0]));
  return { ...content, plugins };
}

/** Every example that is a configuration, as data, by its name. */
export async function exampleConfigurations(): Promise<ReadonlyMap<string, object>> {
  const found = new Map<string, object>();
  for (const name of readdirSync(examples)) {
    const [typed, plain] = ['ts', 'json'].map((kind) => `${examples}${name}/proxy.config.${kind}`) as [
      string,
      string,
    ];
    if (existsSync(typed)) found.set(name, withBuiltIn(await fromTypeScript(typed)));
    if (existsSync(plain))
      found.set(name, withBuiltIn(JSON.parse(readFileSync(plain, 'utf8')) as Configured));
  }
  return found;
}
