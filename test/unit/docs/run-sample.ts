import { compileFunction } from 'node:vm';
import ts from 'typescript';
import type { PluginEntry } from 'hookway';
import type { Sample } from './pages.ts';

type Module = Readonly<Record<string, unknown>>;

const packages: Record<string, Module> = {
  hookway: await import('hookway'),
  'hookway/config': await import('hookway/config'),
  'hookway/testing': await import('hookway/testing'),
  'hookway/plugins/forwarded-headers': await import('hookway/plugins/forwarded-headers'),
  'hookway/plugins/load-balance': await import('hookway/plugins/load-balance'),
  'node:stream': await import('node:stream'),
  vitest: await import('vitest'),
  zod: await import('zod'),
};

const names = Object.keys(packages['hookway']!);

/** A block that is no module stands for the body of a plugin's `setup`, with all of "hookway" imported. */
export function asModule({ code }: Sample): string {
  if (/^(import|export) /m.test(code)) return code;
  return [
    `import { ${names.join(', ')}, type PluginHost } from 'hookway';`,
    `export default definePlugin({ name: 'sample', setup(gateway: PluginHost) {`,
    code,
    '} });',
  ].join('\n');
}

/** Runs a block; what it imports by a relative path must be among `files`. */
export function runSample(sample: Sample, files: Readonly<Record<string, Module>> = {}): Module {
  const { outputText } = ts.transpileModule(asModule(sample), {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: false,
    },
  });
  const find = (name: string): Module => {
    const found = packages[name] ?? files[name];
    if (found === undefined) throw new Error(`${sample.page}:${sample.line} imports ${name}.`);
    return found;
  };
  const exports: Record<string, unknown> = {};
  const run = compileFunction(outputText, ['require', 'exports']) as (
    require: unknown,
    exports: unknown,
  ) => void;
  run(find, exports);
  return exports;
}

/** The plugin that a block makes, with options. */
export function pluginOf(module: Module, options?: unknown): PluginEntry {
  return (module['default'] as (options?: unknown) => PluginEntry)(options);
}
