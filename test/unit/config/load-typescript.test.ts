import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolvePackage, SourceModules } from '../../../config/load-typescript.ts';
import { projectWith, writeTo } from './project.ts';

function load(file: string, modules = new SourceModules()): unknown {
  return modules.load(file, readFileSync(file, 'utf8'));
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

test('types, enums and relative imports of TypeScript files are understood', () => {
  const folder = projectWith({
    'a.ts': `import { b, type B } from './b.ts';
      enum Kind { One = 1 }
      export default { b, kind: Kind.One } satisfies { b: B; kind: number };`,
    'b.ts': 'export interface B { n: number }\nexport const b: B = { n: 1 };',
  });
  expect(load(join(folder, 'a.ts'))).toEqual({ b: { n: 1 }, kind: 1 });
});

test('every file that was read is known, packages are not', () => {
  const folder = projectWith({
    'a.ts': "import './b.ts';\nimport './c.cjs';\nimport 'hidden';\nexport default 1;",
    'b.ts': "import './d.js';",
    'c.cjs': 'module.exports = 1;',
    'd.js': 'export const d = 1;',
    'node_modules/hidden/index.js': 'module.exports = 1;',
  });
  const modules = new SourceModules();
  load(join(folder, 'a.ts'), modules);
  expect(modules.files.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
    'a.ts',
    'b.ts',
    'c.cjs',
    'd.js',
  ]);
});

test.each(['b.ts', 'b.mjs', 'b.cjs'])('a second load sees the change of an imported %s', (name) => {
  const text = (value: number): string =>
    name.endsWith('.cjs') ? `exports.value = ${value};` : `export const value = ${value};`;
  const folder = projectWith({
    'a.ts': `import { value } from './${name}';\nexport default value;`,
    [name]: text(1),
  });
  expect(load(join(folder, 'a.ts'))).toBe(1);
  writeTo(join(folder, name), text(2));
  expect(load(join(folder, 'a.ts'))).toBe(2);
});

test.each(['shared.ts', 'shared.cjs'])('what two modules of one load import from %s is the same', (name) => {
  const use = `import { token } from './${name}';\nexport default token;`;
  const text = name.endsWith('.cjs') ? 'exports.token = {};' : 'export const token = {};';
  const folder = projectWith({ 'a.ts': use, 'b.ts': use, [name]: text });
  const modules = new SourceModules();
  const token = load(join(folder, 'a.ts'), modules);
  expect(load(join(folder, 'b.ts'), modules)).toBe(token);
  expect(load(join(folder, 'a.ts'), modules)).toBe(token);
  expect(load(join(folder, 'a.ts'))).not.toBe(token);
});

test('a default import of a CommonJS module is its exports', () => {
  const folder = projectWith({
    'a.ts': "import c from './c.cjs';\nexport default c;",
    'c.cjs': 'module.exports = { c: 1 };',
  });
  expect(load(join(folder, 'a.ts'))).toEqual({ c: 1 });
});

test('module.exports is the default export of a CommonJS module', () => {
  const folder = projectWith({
    'c.cjs': 'module.exports = { c: 1 };',
    'none.ts': 'export const a = 1;',
    'one.cjs': 'module.exports = 1;',
  });
  expect(load(join(folder, 'c.cjs'))).toEqual({ c: 1 });
  expect(load(join(folder, 'one.cjs'))).toBe(1);
  expect(load(join(folder, 'none.ts'))).toBeUndefined();
});

test('a syntax error names file, line and column, also of an imported file', () => {
  const folder = projectWith({
    'bad.ts': 'const a = {\n  x: 1,\n  y: = 2,\n};\nexport default a;\n',
    'a.ts': "import './bad.ts';",
  });
  for (const name of ['bad.ts', 'a.ts']) {
    expect(messageOf(() => load(join(folder, name)))).toMatch(/Unexpected token\s+\S+bad\.ts:3:5$/);
  }
});

test('a stack trace has the lines of the source', () => {
  const folder = projectWith({
    'a.ts': 'interface A {\n  x: 1;\n}\n\nexport default () => {\n  throw new Error();\n};',
  });
  const thrower = load(join(folder, 'a.ts')) as () => void;
  try {
    thrower();
    expect.unreachable();
  } catch (error) {
    expect((error as Error).stack).toContain('a.ts:6:');
  }
});

test('a package is found from the folder of the file, by its import condition', () => {
  const folder = projectWith({
    'node_modules/esm-only/package.json': { name: 'esm-only', exports: { import: './index.mjs' } },
    'node_modules/esm-only/index.mjs': 'export default 1;',
  });
  const file = join(folder, 'proxy.config.json');
  expect(resolvePackage('esm-only', file)).toMatch(/^file:.*\/node_modules\/esm-only\/index\.mjs$/);
  expect(resolvePackage('not-there', file)).toBeUndefined();
});
