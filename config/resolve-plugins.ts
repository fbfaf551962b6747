import type { z } from 'zod';
import { type ConfigurationProblem, named, only, type PluginEntry } from '../core/index.ts';
import { problemsOf } from './explain.ts';
import { isPluginFactory, loadPlugin } from './load-plugin.ts';
import type { SourceModules } from './load-typescript.ts';
import type { EntrySettings } from './configuration.ts';
import { entrySettingsSchema } from './schema.ts';

/** The plugins of a configuration, in order; one that was not found has a stand-in, so that places stay right. */
export interface ResolvedPlugins {
  readonly entries: readonly PluginEntry[];
  readonly problems: readonly ConfigurationProblem[];
}

const expected =
  'expected a plugin, its name, or a list of its name, options and { "routes": [...], "name": "..." }';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEntry(value: unknown): value is PluginEntry {
  return (
    isObject(value) && isObject(value['definition']) && typeof value['definition']['setup'] === 'function'
  );
}

function standIn(name: string): PluginEntry {
  return { definition: { name, setup: () => {} }, options: undefined, scope: undefined };
}

function withSettings(entry: PluginEntry, { routes, name }: EntrySettings): PluginEntry {
  const scoped = routes === undefined ? entry : only({ routes }, entry)[0]!;
  return name === undefined ? scoped : named(name, scoped);
}

/** One walk over one list of plugins. */
class Resolution implements ResolvedPlugins {
  readonly entries: PluginEntry[] = [];
  readonly problems: ConfigurationProblem[] = [];
  readonly #file: string;
  readonly #modules: SourceModules;

  constructor(file: string, modules: SourceModules) {
    this.#file = file;
    this.#modules = modules;
  }

  async add(item: unknown): Promise<void> {
    if (item === false || item === null || item === undefined) return;
    if (typeof item === 'string') await this.#addNamed([item]);
    else if (Array.isArray(item) && typeof item[0] === 'string') await this.#addNamed(item as [string]);
    else if (Array.isArray(item)) for (const inner of item) await this.add(inner);
    else if (isEntry(item)) this.#addEntry(item);
    else this.#addMistake(item);
  }

  get #place(): string {
    return `plugins[${this.entries.length}]`;
  }

  async #addNamed([name, options, settings, ...rest]: readonly [string, ...unknown[]]): Promise<void> {
    const place = `${this.#place} ${name}`;
    if (rest.length > 0) this.#report(place, expected);
    const checked = this.#checkSettings(place, settings ?? {});
    this.#addEntry(withSettings(await this.#find(name, options ?? undefined, place), checked));
  }

  async #find(name: string, options: unknown, place: string): Promise<PluginEntry> {
    const result = await loadPlugin(name, this.#file, this.#modules);
    if ('reason' in result) {
      this.#report(place, result.reason);
      return standIn(name);
    }
    return result.factory(options);
  }

  #checkSettings(place: string, settings: unknown): EntrySettings {
    const problems = problemsOf(entrySettingsSchema, settings, place);
    this.problems.push(...problems);
    return problems.length === 0 ? (settings as EntrySettings) : {};
  }

  #addEntry(entry: PluginEntry): void {
    const { name, options } = entry.definition;
    // Of another validator than zod, what is wrong is left to the gateway.
    if (options !== undefined && '_zod' in options) {
      this.problems.push(
        ...problemsOf(options as unknown as z.ZodType, entry.options ?? {}, `${this.#place} ${name}`),
      );
    }
    this.entries.push(entry);
  }

  #addMistake(item: unknown): void {
    const name = isPluginFactory(item) ? item.definition.name : '?';
    this.#report(this.#place, isPluginFactory(item) ? `${name} is a function that must be called` : expected);
    this.entries.push(standIn(name));
  }

  #report(place: string, message: string): void {
    this.problems.push({ place, message });
  }
}

/** Finds the plugins that a configuration file lists, and everything that is wrong with their names and options. */
export async function resolvePlugins(
  list: unknown,
  file: string,
  modules: SourceModules,
): Promise<ResolvedPlugins> {
  const resolution = new Resolution(file, modules);
  if (Array.isArray(list)) for (const item of list) await resolution.add(item);
  return resolution;
}
