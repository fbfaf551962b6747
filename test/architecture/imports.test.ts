import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

// A room is one end of an arrow: a folder or a file directly in core, one plugin, pki, config, or cli.
const base = ['core/errors', 'core/limits', 'core/version'];
const wire = [...base, 'core/transport', 'core/message'];
const engine = [...wire, 'core/http1', 'core/http2', 'core/tunnel'];
const lifecycle = [...engine, 'core/upstream', 'core/log'];
const core = [...lifecycle, 'core/pipeline', 'core/server'];

const mayImport: Record<string, string[]> = {
  pki: [],
  'core/files': [],
  'core/errors': [],
  'core/limits': [],
  'core/version': [],
  'core/transport': base,
  'core/message': base,
  'core/log': wire,
  'core/http1': wire,
  'core/http2': wire,
  'core/tunnel': wire,
  'core/upstream': engine,
  'core/pipeline': lifecycle,
  'core/server': [...lifecycle, 'core/pipeline'],
  'core/index': [...core, 'core/files'],
  'core/testing': [...core, 'core/index'],
  config: ['core/index'],
  cli: ['core/index', 'config'],
};

const importersOf: Record<string, RegExp> = {
  tapable: /^core\/pipeline$/,
  pino: /^core\/log$/,
  cosmiconfig: /^config$/,
  zod: /^(config$|plugins\/)/,
  'node-forge': /^pki$/,
};

const isPlugin = (room: string): boolean => room.startsWith('plugins/');
const maxLines = 250;
const emptyName = /^(context|manager|helper|util|data|handler)s?$/;

interface Import {
  at: string;
  room: string;
  isTypeOnly: boolean;
  /** A file of this repository or the name of a package. */
  target: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(root + file, 'utf8');
const files = ['core', 'pki', 'plugins', 'config', 'cli'].flatMap(sourcesIn);
const imports = files.flatMap((file) => importsOf(file, read(file)));

function sourcesIn(folder: string): string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .sort();
}

function roomOf(file: string): string {
  const [top = '', second = ''] = file.replace(/\.ts$/, '').split('/');
  return top === 'core' || top === 'plugins' ? `${top}/${second}` : top;
}

function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && !specifier.endsWith('.json')) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const target = targetOf(file, specifier);
      found.push({ at: `${file}:${line}`, room: roomOf(file), isTypeOnly: isTypeOnly(node), target });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  let specifier: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) specifier = node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) specifier = node.argument.literal;
  if (ts.isCallExpression(node) && isLoad(node.expression)) specifier = node.arguments[0];
  return specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

// `import { type A }` is not among them: verbatimModuleSyntax keeps it as an import at run time.
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts');
  const [first = '', ...rest] = specifier.split('/');
  if (first !== 'hookway') return first.startsWith('@') ? `${first}/${rest[0]}` : first;
  const entry = rest.join('/');
  return entry === '' ? 'core/index.ts' : `${entry === 'testing' ? 'core/testing' : entry}/index.ts`;
}

function mayReach(room: string, target: string): boolean {
  const targetRoom = roomOf(target);
  if (targetRoom === room) return true;
  if (isPlugin(room))
    return /^(core|pki)\/index\.ts$/.test(target) || /^plugins\/[^/]+\/(index|tokens)\.ts$/.test(target);
  return mayImport[room]?.includes(targetRoom) ?? false;
}

function isWrong({ room, target, isTypeOnly }: Import): boolean {
  if (target.endsWith('.ts')) return !mayReach(room, target);
  const importers = importersOf[target];
  return importers !== undefined && !importers.test(room) && !(target === 'zod' && isTypeOnly);
}

const wrongAmong = (all: Import[]): string[] =>
  all.filter(isWrong).map(({ at, target }) => `${at} may not import ${target}`);

/** Takes away rooms that import no room that is left; what stays is a cycle or leads to one. */
function cyclesAmong(all: Import[]): string[] {
  let arrows = all
    .filter(({ target }) => target.endsWith('.ts'))
    .map(({ room, target }) => ({ from: room, to: roomOf(target) }))
    .filter(({ from, to }) => from !== to);
  for (let before = Infinity; arrows.length < before; ) {
    before = arrows.length;
    const left = new Set(arrows.map(({ from }) => from));
    arrows = arrows.filter(({ to }) => left.has(to));
  }
  return [...new Set(arrows.map(({ from, to }) => `${from} -> ${to}`))];
}

test('every import follows an arrow', () => {
  expect(wrongAmong(imports)).toEqual([]);
});

test('no folder reaches itself through another', () => {
  expect(cyclesAmong(imports)).toEqual([]);
});

test('every source file is in a folder with known arrows', () => {
  expect(files.filter((file) => !isPlugin(roomOf(file)) && !(roomOf(file) in mayImport))).toEqual([]);
});

test('every source file is short', () => {
  const lines = (file: string): number => read(file).trimEnd().split('\n').length;
  const tooLong = files.filter((file) => lines(file) > maxLines);
  expect(tooLong.map((file) => `${file}: ${lines(file)} of ${maxLines} lines`)).toEqual([]);
});

test('every source file and folder has a name that says something', () => {
  const isEmpty = (file: string): boolean =>
    file.split('/').some((name) => emptyName.test(name.replace(/\.ts$/, '')));
  expect(files.filter(isEmpty)).toEqual([]);
});

test.each([
  ['core/http1/a.ts', "import { b } from '../http2/b.ts';"],
  ['core/http1/a.ts', "import type { B } from '../upstream/b.ts';"],
  ['core/message/a.ts', "export * from '../transport/b.ts';"],
  ['core/upstream/a.ts', "import { log } from '../log/index.ts';"],
  ['core/server/a.ts', "const b = await import('../../plugins/b/index.ts');"],
  ['core/pipeline/a.ts', "import { defineConfig } from 'hookway/config';"],
  ['core/pipeline/a.ts', "import { z } from 'zod';"],
  ['core/server/a.ts', "import type { Hook } from 'tapable';"],
  ['core/server/a.ts', "type Log = import('pino').Logger;"],
  ['plugins/a/index.ts', "import { b } from '../../core/message/b.ts';"],
  ['plugins/a/index.ts', "import { b } from '../b/picker.ts';"],
  ['config/a.ts', "import { b } from '../core/errors.ts';"],
  ['cli/a.ts', "import { b } from '../plugins/b/index.ts';"],
  ['cli/a.ts', "const forge = require('node-forge');"],
  ['plugins/a/index.ts', "import forge from 'node-forge';"],
  ['plugins/a/index.ts', "import { readPkcs12 } from '../../pki/pkcs12.ts';"],
  ['core/server/a.ts', "import { readPkcs12 } from '../../pki/index.ts';"],
])('the scanner refuses in %s: %s', (file, text) => {
  expect(wrongAmong(importsOf(file, text))).toHaveLength(1);
});

test.each([
  ['core/pipeline/a.ts', "import type { z } from 'zod';"],
  ['core/index.ts', "export { log } from './log/index.ts';"],
  [
    'plugins/a/index.ts',
    "import { z } from 'zod';\nimport { B } from '../b/tokens.ts';\nimport { c } from 'hookway';\nimport { d } from '../../pki/index.ts';",
  ],
  [
    'cli/main.ts',
    "import about from '../package.json' with { type: 'json' };\nimport { load } from '../config/load.ts';",
  ],
  ['cli/template.ts', "export const text = `import { a } from '../core/server/a.ts'`;"],
])('the scanner accepts in %s: %s', (file, text) => {
  expect(wrongAmong(importsOf(file, text))).toEqual([]);
});

test('the scanner finds a cycle', () => {
  const there = importsOf('plugins/a/index.ts', "import { b } from '../b/tokens.ts';");
  const back = importsOf('plugins/b/index.ts', "import { a } from '../a/index.ts';");
  expect(cyclesAmong(there)).toEqual([]);
  expect(cyclesAmong([...there, ...back])).toEqual(['plugins/a -> plugins/b', 'plugins/b -> plugins/a']);
});
