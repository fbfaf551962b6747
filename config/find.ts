import { existsSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { cosmiconfig, defaultLoaders, type Loader, type PublicExplorer } from 'cosmiconfig';
import { explainContentError, explainReadError, fileProblem } from './file-errors.ts';
import { parseJson } from './json-text.ts';
import type { SourceModules } from './load-typescript.ts';

const codeFormats = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
const formats = [...codeFormats, '.json', '.yaml', '.yml'];

/** Names that a configuration is found by; the first one wins. */
const searchPlaces = formats.map((format) => `proxy.config${format}`);

/** What a configuration file says, unchecked, and the files that were read for it besides its modules. */
export interface ConfigurationFile {
  readonly content: unknown;
  readonly files: readonly string[];
}

function explorer(loaderOf: (format: string) => Loader): PublicExplorer {
  const loaders = Object.fromEntries(
    [...formats, 'noExt', 'default'].map((format) => [format, loaderOf(format)]),
  );
  const search = {
    searchPlaces,
    searchStrategy: 'none',
    ignoreEmptySearchPlaces: false,
    cache: false,
  } as const;
  try {
    return cosmiconfig('hookway', { ...search, loaders });
  } catch (error) {
    // It looks into package.json for settings of its own.
    throw fileProblem((error as { filepath?: string }).filepath ?? 'package.json', 'does not parse');
  }
}

/** The configuration file of a folder, by its name; undefined when there is none. */
export async function findConfig({
  cwd = process.cwd(),
}: {
  cwd?: string;
} = {}): Promise<string | undefined> {
  const found = await explorer(() => () => ({})).search(cwd);
  // One that cannot be read is passed over by the search, but is the one that was meant.
  return found?.filepath ?? searchPlaces.map((place) => join(cwd, place)).find((file) => existsSync(file));
}

/** Runs a configuration that is a function, waits for one that is a promise. */
async function settle(exported: unknown, file: string): Promise<unknown> {
  const content: unknown = await (typeof exported === 'function' ? (exported as () => unknown)() : exported);
  if (content === undefined) throw fileProblem(file, 'has no default export');
  return content;
}

function loadersOf(modules: SourceModules, files: string[]): (format: string) => Loader {
  const load = (file: string, source: string): unknown => {
    const format = extname(file);
    if (codeFormats.includes(format)) return settle(modules.load(file, source), file);
    if (format === '.json') return parseJson(source);
    if (formats.includes(format)) return defaultLoaders['.yaml'](file, source);
    throw fileProblem(file, `unknown format, expected one of ${formats.join(', ')}`);
  };
  return () => async (file, source) => {
    files.push(file);
    try {
      return await load(file, source);
    } catch (error) {
      throw explainContentError(error, file);
    }
  };
}

/**
 * Reads one configuration file of any format, with the files that it imports.
 * @throws ConfigurationError that names the file, and where in it as far as known.
 */
export async function readConfig(file: string, modules: SourceModules): Promise<ConfigurationFile> {
  const files: string[] = [];
  const path = resolve(file);
  try {
    const result = await explorer(loadersOf(modules, files)).load(path);
    if (result === null || result.isEmpty === true) throw fileProblem(path, 'is empty');
    return { content: result.config, files };
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === undefined
      ? explainContentError(error, path)
      : explainReadError(error, path);
  }
}
