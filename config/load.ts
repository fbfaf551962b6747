import { resolve } from 'node:path';
import { ConfigurationError, type ConfigurationProblem, type GatewayConfig } from '../core/index.ts';
import { problemsOf } from './explain.ts';
import { fileProblem } from './file-errors.ts';
import { findConfig, readConfig } from './find.ts';
import { SourceModules } from './load-typescript.ts';
import { resolvePlugins } from './resolve-plugins.ts';
import { problemsBeyondStructure } from './salvage.ts';
import { configurationSchema } from './schema.ts';

export interface LoadOptions {
  /** File to load, absolute or from the working directory; default: the one found in `cwd`. */
  readonly file?: string | undefined;
  /** Folder to look in for `proxy.config.*`; default: the working directory. */
  readonly cwd?: string | undefined;
}

/** A configuration that can be given to `createGateway`. */
export interface LoadedConfig {
  readonly config: GatewayConfig;
  readonly file: string;
  /** Every file of the user's that was read: the configuration, what it imports, plugins named by path. */
  readonly files: readonly string[];
}

async function locate({ file, cwd = process.cwd() }: LoadOptions): Promise<string> {
  const found = file ?? (await findConfig({ cwd }));
  if (found !== undefined) return found;
  throw fileProblem(
    cwd,
    'no configuration here: expected proxy.config.ts, .js, .json or .yaml, or --config FILE',
  );
}

/** What is known at a place, or at a place in it, is not said again. */
function merge(
  first: readonly ConfigurationProblem[],
  more: readonly ConfigurationProblem[],
): ConfigurationProblem[] {
  const isKnown = (place: string): boolean =>
    first.some(
      (known) => known.place.startsWith(place) && /^(?:$|\[| ›)/.test(known.place.slice(place.length)),
    );
  return [...first, ...more.filter(({ place }) => !isKnown(place))];
}

/** One configuration that can be loaded again and again. */
export class ConfigLoader {
  readonly #options: LoadOptions;
  #files: readonly string[] = [];

  constructor(options: LoadOptions = {}) {
    this.#options = options;
  }

  /**
   * Every file of the user's that the last load read: the configuration, what it imports, plugins named by path. When
   * that failed, those of the load before belong to it as well.
   */
  get files(): readonly string[] {
    return this.#files;
  }

  /** As `loadConfig`. */
  async load(): Promise<LoadedConfig> {
    const file = resolve(await locate(this.#options));
    const modules = new SourceModules();
    const read = new Set([file]);
    try {
      const config = await loadFrom(file, modules, read);
      this.#files = [...new Set([...read, ...modules.files])];
      return { config, file, files: this.#files };
    } catch (error) {
      this.#files = [...new Set([...this.#files, ...read, ...modules.files])];
      throw error;
    }
  }
}

async function loadFrom(file: string, modules: SourceModules, read: Set<string>): Promise<GatewayConfig> {
  const { content, files } = await readConfig(file, modules);
  for (const each of files) read.add(each);
  const structural = [...problemsOf(configurationSchema, content), ...missingRoutes(content)];
  const plugins = await resolvePlugins((content as { plugins?: unknown } | null)?.plugins, file, modules);
  const problems = [...structural, ...plugins.problems];
  if (problems.length > 0) {
    throw new ConfigurationError(merge(problems, await problemsBeyondStructure(content, plugins.entries)));
  }
  const { $schema: _, ...sections } = configurationSchema.parse(content);
  const routes = sections.routes ?? Object.keys(sections.upstreams).map((upstream) => ({ upstream }));
  return { ...sections, routes, plugins: plugins.entries } as GatewayConfig;
}

/** Only where there is one upstream it goes without saying who answers. */
function missingRoutes(content: unknown): ConfigurationProblem[] {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return [];
  const { routes, upstreams } = content as { readonly routes?: unknown; readonly upstreams?: unknown };
  if (routes !== undefined || Object.keys(upstreams ?? {}).length === 1) return [];
  const message = 'is missing, expected a list, for there is not exactly one upstream';
  return [{ place: 'routes', message }];
}

/**
 * Loads a configuration of any format, with the plugins it names.
 * @throws ConfigurationError with everything that is wrong: the file, its structure, plugins and their options, and
 * whatever the gateway itself would refuse. When nothing of the former is, the latter is left to the gateway.
 */
export function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  return new ConfigLoader(options).load();
}
