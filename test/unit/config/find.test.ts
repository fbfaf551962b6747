import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConfigurationFile, findConfig, readConfig } from '../../../config/find.ts';
import { SourceModules } from '../../../config/load-typescript.ts';
import { ConfigurationError } from '../../../core/index.ts';
import { projectWith } from './project.ts';

const read = (file: string): Promise<ConfigurationFile> => readConfig(file, new SourceModules());

async function problemOf(file: string): Promise<string> {
  try {
    await read(file);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'none';
}

test('without a configuration nothing is found, also not in folders above', async () => {
  const folder = projectWith({ 'proxy.config.json': '{}', 'below/README': '' });
  expect(await findConfig({ cwd: join(folder, 'below') })).toBeUndefined();
});

test.each(['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml'])(
  'proxy.config.%s is found without being evaluated',
  async (extension) => {
    const folder = projectWith({ [`proxy.config.${extension}`]: 'not parsed' });
    expect(await findConfig({ cwd: folder })).toBe(join(folder, `proxy.config.${extension}`));
  },
);

test('TypeScript wins over the other formats', async () => {
  const folder = projectWith({ 'proxy.config.json': '{}', 'proxy.config.ts': '', 'proxy.config.yaml': '' });
  expect(await findConfig({ cwd: folder })).toBe(join(folder, 'proxy.config.ts'));
});

test('one that cannot be read is found, so that its trouble is reported', async () => {
  const folder = projectWith({});
  mkdirSync(join(folder, 'proxy.config.json'));
  expect(await findConfig({ cwd: folder })).toBe(join(folder, 'proxy.config.json'));
});

const content = { a: 1 };

test.each([
  ['c.ts', 'const a: number = 1;\nexport default { a };'],
  ['c.mts', 'export default { a: 1 };'],
  ['c.js', 'export default { a: 1 };'],
  ['c.mjs', 'export default { a: 1 };'],
  ['c.cjs', 'module.exports = { a: 1 };'],
  ['function.ts', 'export default () => ({ a: 1 });'],
  ['async.ts', 'export default async () => ({ a: await 1 });'],
  ['promise.ts', 'export default Promise.resolve({ a: 1 });'],
  ['c.json', '{ "a": 1 }'],
  ['c.yaml', 'a: 1'],
  ['c.yml', '{ a: 1 }'],
])('%s is read', async (name, text) => {
  const folder = projectWith({ [name]: text });
  expect(await read(join(folder, name))).toEqual({ content, files: [join(folder, name)] });
});

test('$import brings in other files, and all of them are known', async () => {
  const folder = projectWith({
    'proxy.config.yaml': '$import: shared.json\nb: 2\nlist: [2]',
    'shared.json': { a: 1, b: 1, list: [1] },
  });
  const { content: merged, files } = await read(join(folder, 'proxy.config.yaml'));
  expect(merged).toEqual({ a: 1, b: 2, list: [1, 2] });
  expect(files).toEqual([join(folder, 'proxy.config.yaml'), join(folder, 'shared.json')]);
});

test.each([
  ['bad.json', '{\n  "a": 1,\n}', 'bad.json:3:1: expected a key in double quotes, found "}"'],
  ['bad.yaml', 'a: 1\nb: [1, 2\nc: 3', 'bad.yaml:3:1: '],
  ['twice.yaml', 'a: 1\na: 2', 'twice.yaml:2:1: duplicated mapping key'],
  ['bad.ts', 'export default {\n  a: = 1,\n};', 'bad.ts:2:6: Unexpected token'],
  ['throws.ts', '\nexport default () => {\n  throw new Error("no");\n};', 'throws.ts:3: no'],
  ['runs.ts', '\n\nundefinedName();', 'runs.ts:3: ReferenceError: undefinedName is not defined'],
  [
    'rejects.ts',
    'export default async () => {\n  throw new TypeError("no");\n};',
    'rejects.ts:2: TypeError: no',
  ],
  ['string.ts', 'throw "words";', 'string.ts: threw words'],
  ['import.ts', '\nimport "./missing.ts";', "import.ts:2: Cannot find module './missing.ts'"],
  ['await.ts', 'export default await 1;', 'await.ts:1: await is not possible at the top level'],
  ['none.ts', 'export const a = 1;', 'none.ts: has no default export'],
  ['empty.json', ' \n', 'empty.json: is empty'],
  ['empty.yaml', '# nothing', 'empty.yaml: is empty'],
  ['a.conf', 'a', 'a.conf: unknown format, expected one of .ts, '],
  ['config', 'a', 'config: unknown format, expected one of .ts, '],
])('what is wrong with %s is one line with its place', async (name, text, problem) => {
  const folder = projectWith({ [name]: text });
  const message = await problemOf(join(folder, name));
  expect(message.slice(folder.length + 1, folder.length + 1 + problem.length)).toBe(problem);
  expect(message).not.toContain('\n');
});

test('a file that is not there, and one that is a folder', async () => {
  const folder = projectWith({});
  expect(await problemOf(join(folder, 'a.json'))).toBe(`${folder}/a.json: there is no such file`);
  mkdirSync(join(folder, 'b.json'));
  expect(await problemOf(join(folder, 'b.json'))).toBe(`${folder}/b.json: is a folder, expected a file`);
});
