import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti, type JitiOptions, type ModuleCache, type TransformOptions } from 'jiti';

const require = createRequire(import.meta.url);
const compiledFolder = join(require.resolve('hookway/package.json'), '../dist/');

const isOurs = (id: string | symbol): boolean =>
  typeof id === 'string' && (id === 'hookway' || id.startsWith('hookway/'));

// Every import of hookway gets the copy that runs, wherever the file is: tokens are compared by identity.
const runningCopy: Record<string, unknown> = new Proxy(
  {},
  {
    has: (_target, id) => isOurs(id),
    get: (_target, id) => (isOurs(id) ? require(id as string) : undefined),
  },
);

const base: JitiOptions = { fsCache: false, moduleCache: false, interopDefault: false };

/** Line numbers stay, so that stack traces name the right ones; default imports of CommonJS work as in Node. */
function transformWith(file: string): (options: TransformOptions) => { code: string } {
  const compiler = createJiti(file, base);
  return (options) => ({ code: compiler.transform({ ...options, retainLines: true, interopDefault: true }) });
}

/** Whether a file is neither an installed package's nor our own. */
export function isSource(file: string): boolean {
  return (
    !/[\\/]node_modules[\\/]/.test(file) && !file.startsWith(compiledFolder) && !file.startsWith('node:')
  );
}

// CommonJS files are loaded by Node, which keeps them; the next set of modules makes it forget.
const loadedByNode = new Set<string>();

function defaultExport(exports: unknown): unknown {
  const isModule =
    typeof exports === 'object' && exports !== null && ('__esModule' in exports || 'default' in exports);
  return isModule ? (exports as { default?: unknown }).default : exports;
}

/**
 * The user's modules of one load of a configuration, in TypeScript or JavaScript. Each file is read once, so that what
 * plugins share by importing it is the same for all; a new set reads the files anew.
 */
export class SourceModules {
  readonly #cache: ModuleCache = {};

  constructor() {
    for (const file of loadedByNode) delete require.cache[file];
    loadedByNode.clear();
  }

  /** Every file that was read, without those of packages. */
  get files(): string[] {
    return [...Object.keys(this.#cache), ...loadedByNode].filter(isSource);
  }

  /**
   * Evaluates a module and what it imports by relative paths; returns its default export, or all of a CommonJS module.
   * Top-level await is a syntax error. Throws what the module throws; of a text that does not parse, file, line and
   * column (from 0) are the last line of the message.
   */
  load(file: string, source: string): unknown {
    const known = this.#cache[file];
    if (known?.loaded === true) return defaultExport(known.exports);
    const before = new Set(Object.keys(require.cache));
    const jiti = createJiti(file, { ...base, virtualModules: runningCopy, transform: transformWith(file) });
    try {
      const cache = this.#cache;
      return defaultExport(
        jiti.evalModule(source, { filename: file, async: false, forceTranspile: true, cache }),
      );
    } finally {
      const added = Object.keys(require.cache).filter((loaded) => !before.has(loaded) && isSource(loaded));
      for (const loaded of added) loadedByNode.add(loaded);
    }
  }
}

/** URL of the module that a package name means in a file; undefined when it is not installed there. */
export function resolvePackage(name: string, file: string): string | undefined {
  return createJiti(file, base).esmResolve(name, { parentURL: pathToFileURL(file), try: true });
}
