import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hint, type PluginEntry, type PluginFactory } from '../core/index.ts';
import { explainContentError, shownPath } from './file-errors.ts';
import { resolvePackage, type SourceModules } from './load-typescript.ts';

/** A factory whose options are checked at run time. */
export type AnyPluginFactory = ((options?: unknown) => PluginEntry) &
  Pick<PluginFactory<unknown>, 'definition'>;

/** A plugin found by its name, or why not. */
export type NamedPluginResult = { readonly factory: AnyPluginFactory } | { readonly reason: string };

const pluginsFolder = fileURLToPath(new URL('../plugins/', import.meta.url));

/** Names of the plugins that come with the gateway. */
export function builtInPlugins(): string[] {
  if (!existsSync(pluginsFolder)) return [];
  const folders = readdirSync(pluginsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).sort();
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Whether a value is what `definePlugin` returns. */
export function isPluginFactory(value: unknown): value is AnyPluginFactory {
  return typeof value === 'function' && 'definition' in value && isObject(value.definition);
}

function factoryOf(exported: unknown): AnyPluginFactory | undefined {
  if (isPluginFactory(exported)) return exported;
  return isObject(exported) && isPluginFactory(exported['default']) ? exported['default'] : undefined;
}

function found(exported: unknown): NamedPluginResult {
  const factory = factoryOf(exported);
  return factory === undefined
    ? { reason: 'its default export is not a plugin, which definePlugin makes' }
    : { factory };
}

function notLoaded(error: unknown, file: string): NamedPluginResult {
  const { message } = explainContentError(error, file);
  return { reason: `cannot be loaded: ${message}` };
}

/** The factory of a plugin that comes with the gateway. */
export async function loadBuiltIn(name: string): Promise<AnyPluginFactory | undefined> {
  const module = (await import(`hookway/plugins/${name}`)) as { default?: unknown };
  return factoryOf(module.default);
}

function loadPath(path: string, modules: SourceModules): NamedPluginResult {
  if (!existsSync(path)) return { reason: `there is no file ${shownPath(path)}` };
  try {
    return found(modules.load(path, readFileSync(path, 'utf8')));
  } catch (error) {
    return notLoaded(error, path);
  }
}

function packageNames(name: string): string[] {
  return name.startsWith('@') || name.startsWith('hookway-plugin-')
    ? [name]
    : [`hookway-plugin-${name}`, name];
}

async function loadPackage(name: string, configFile: string): Promise<NamedPluginResult> {
  const names = packageNames(name).filter((candidate) => !isBuiltin(candidate));
  for (const candidate of names) {
    const url = resolvePackage(candidate, configFile);
    if (url === undefined) continue;
    try {
      const module = (await import(url)) as { default?: unknown };
      return found(module.default);
    } catch (error) {
      return notLoaded(error, fileURLToPath(url));
    }
  }
  return {
    reason: `unknown plugin${hint(name, builtInPlugins()) || `, neither built in nor installed as ${names.join(' or ')}`}`,
  };
}

/**
 * Finds the plugin that a configuration file names: one of ours, a path from the file's folder, or a package that is
 * installed there, `hookway-plugin-<name>` or by its full name.
 */
export async function loadPlugin(
  name: string,
  configFile: string,
  modules: SourceModules,
): Promise<NamedPluginResult> {
  if (/^\.{0,2}[\\/]/.test(name)) return loadPath(resolve(dirname(configFile), name), modules);
  if (!builtInPlugins().includes(name)) return loadPackage(name, configFile);
  try {
    return found(await loadBuiltIn(name));
  } catch (error) {
    return notLoaded(error, configFile);
  }
}
