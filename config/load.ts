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

function merge(
  first: readonly ConfigurationProblem[],
  more: readonly ConfigurationProblem[],
): ConfigurationProblem[] {
  const known = new Set(first.map(({ place }) => place));
  return [...first, ...more.filter(({ place }) => !known.has(place))];
}

/**
 * Loads a configuration of any format, with the plugins it names.
 * @throws ConfigurationError with everything that is wrong: the file, its structure, plugins and their options, and
 * whatever the gateway itself would refuse. When nothing of the former is, the latter is left to the gateway.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
  const file = resolve(await locate(options));
  const modules = new SourceModules();
  const { content, files } = await readConfig(file, modules);
  const structural = problemsOf(configurationSchema, content);
  const plugins = await resolvePlugins((content as { plugins?: unknown } | null)?.plugins, file, modules);
  const problems = [...structural, ...plugins.problems];
  if (problems.length > 0) {
    throw new ConfigurationError(merge(problems, await problemsBeyondStructure(content, plugins.entries)));
  }
  const { $schema: _, ...sections } = configurationSchema.parse(content);
  const config = { ...sections, plugins: plugins.entries } as GatewayConfig;
  return { config, file, files: [...new Set([...files, ...modules.files])] };
}
