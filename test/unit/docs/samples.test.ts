import { dirname } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { allPages, root, type Sample, samplesOf } from './pages.ts';
import { asModule } from './run-sample.ts';

// pages whose blocks are excerpts
const excerpts = new Set(['docs/testing.md', 'docs/configuration.md']);
const samples = allPages()
  .filter((page) => !excerpts.has(page) && !page.startsWith('docs/plugins/'))
  .flatMap((page) => samplesOf(page));

/** The folder of its page, so that modules of one page find each other; numbered, so that none hides a file. */
function pathOf({ page, line, file }: Sample): string {
  const folder = `${root}test/unit/docs/${page.replaceAll(/[/.]/g, '-')}`;
  return `${folder}/${file ?? `line-${line}.ts`}`;
}

function compile(sources: ReadonlyMap<string, string>): readonly ts.Diagnostic[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  options.noUnusedLocals = false;
  options.noUnusedParameters = false;
  const disk = ts.createCompilerHost(options);
  const folders = new Set([...sources.keys()].map((path) => dirname(path)));
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => sources.has(path) || disk.fileExists(path),
    directoryExists: (path) => folders.has(path) || disk.directoryExists?.(path) === true,
    readFile: (path) => sources.get(path) ?? disk.readFile(path),
    getSourceFile: (path, ...rest) => {
      const text = sources.get(path);
      return text === undefined
        ? disk.getSourceFile(path, ...rest)
        : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022);
    },
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return program
    .getSourceFiles()
    .filter(({ fileName }) => sources.has(fileName))
    .flatMap((file) => ts.getPreEmitDiagnostics(program, file));
}

function explain({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined || start === undefined) return text;
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${text}`;
}

test('every TypeScript block of the pages compiles', { timeout: 120_000 }, () => {
  expect(samples.length).toBeGreaterThan(10);
  const sources = new Map(samples.map((sample) => [pathOf(sample), asModule(sample)]));
  expect(sources.size).toBe(samples.length);
  expect(compile(sources).map(explain)).toEqual([]);
});
