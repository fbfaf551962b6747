import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { SourceModules } from '../../../config/load-typescript.ts';
import { type ResolvedPlugins, resolvePlugins } from '../../../config/resolve-plugins.ts';
import { definePlugin, only } from '../../../core/index.ts';
import { projectWith } from './project.ts';

const plain = definePlugin({ name: 'plain', setup() {} });
const limited = definePlugin({
  name: 'limited',
  options: z.strictObject({ limit: z.int(), mode: z.enum(['soft', 'hard']).default('soft') }),
  setup() {},
});

const pluginText = (name: string): string =>
  `export default Object.assign((options) => ({ definition: { name: '${name}', setup() {} }, options, scope: undefined }),
    { definition: { name: '${name}', setup() {} } });`;

function resolveIn(
  files: Record<string, string | object>,
  list: unknown,
  modules = new SourceModules(),
): Promise<ResolvedPlugins> {
  return resolvePlugins(list, join(projectWith(files), 'proxy.config.json'), modules);
}

const namesOf = ({ entries }: ResolvedPlugins): string[] => entries.map(({ definition }) => definition.name);
const linesOf = ({ problems }: ResolvedPlugins): string[] =>
  problems.map(({ place, message }) => `${place}: ${message}`);

test('imported plugins stay as they are, in order, nested lists and conditions flattened', async () => {
  const entry = plain();
  const list = [false, entry, [null, limited({ limit: 1 })], only({ routes: ['a'] }, plain()), undefined];
  const resolved = await resolveIn({}, list);
  expect(resolved.problems).toEqual([]);
  expect(namesOf(resolved)).toEqual(['plain', 'limited', 'plain']);
  expect(resolved.entries[0]).toBe(entry);
  expect(resolved.entries[2]!.scope).toEqual({ routes: ['a'] });
});

test('a path is resolved from the folder of the configuration, and its files are known', async () => {
  const files = { 'plugins/a.ts': `import './b.ts';\n${pluginText('a')}`, 'plugins/b.ts': 'export {};' };
  const modules = new SourceModules();
  const resolved = await resolveIn(files, [['./plugins/a.ts', { x: 1 }, { routes: ['r'] }]], modules);
  expect(resolved.problems).toEqual([]);
  expect(resolved.entries[0]).toMatchObject({ options: { x: 1 }, scope: { routes: ['r'] } });
  expect(modules.files.map((file) => file.replace(/.*\/plugins\//, ''))).toEqual(['a.ts', 'b.ts']);
});

test.each([
  ['routes and a name', { routes: ['r'], name: 'n' }, { scope: { routes: ['r'] }, name: 'n' }],
  ['a name only', { name: 'n' }, { scope: undefined, name: 'n' }],
  ['nothing', null, { scope: undefined }],
])('the third element of an entry says %s', async (_what, settings, expected) => {
  const resolved = await resolveIn({ 'a.ts': pluginText('a') }, [['./a.ts', null, settings]]);
  expect(resolved.problems).toEqual([]);
  expect(resolved.entries).toMatchObject([expected]);
});

const packageWith = (name: string): Record<string, string | object> => ({
  [`node_modules/${name}/package.json`]: { name, type: 'module', exports: { import: './index.js' } },
  [`node_modules/${name}/index.js`]: pluginText(name),
});

test.each([
  ['hello', 'hookway-plugin-hello'],
  ['hookway-plugin-hello', 'hookway-plugin-hello'],
  ['other-name', 'other-name'],
  ['@acme/gateway-hello', '@acme/gateway-hello'],
])('%s is found as the package %s', async (name, installed) => {
  const resolved = await resolveIn(packageWith(installed), [name]);
  expect(resolved.problems).toEqual([]);
  expect(namesOf(resolved)).toEqual([installed]);
});

test('the package that is made for the gateway wins', async () => {
  const resolved = await resolveIn({ ...packageWith('hello'), ...packageWith('hookway-plugin-hello') }, [
    'hello',
  ]);
  expect(namesOf(resolved)).toEqual(['hookway-plugin-hello']);
});

test.each<[string, unknown, string]>([
  [
    'a name that nothing has',
    'nothing',
    'plugins[0] nothing: unknown plugin, neither built in nor installed as hookway-plugin-nothing or nothing',
  ],
  [
    'a scoped package that is not there',
    '@acme/nothing',
    'plugins[0] @acme/nothing: unknown plugin, neither built in nor installed as @acme/nothing',
  ],
  [
    'a module of Node',
    'http',
    'plugins[0] http: unknown plugin, neither built in nor installed as hookway-plugin-http',
  ],
  ['a factory that was not called', plain, 'plugins[0]: plain is a function that must be called'],
  ['a number', 3, 'plugins[0]: expected a plugin, its name, or a list of its name, options'],
  [
    'a package that is no plugin',
    'not-a-plugin',
    'plugins[0] not-a-plugin: its default export is not a plugin',
  ],
  ['a package that throws', 'throws', 'plugins[0] throws: cannot be loaded: '],
  ['a file that throws', './throws.ts', 'plugins[0] ./throws.ts: cannot be loaded: '],
  ['a file that does not parse', './bad.ts', 'plugins[0] ./bad.ts: cannot be loaded: '],
  ['a missing option', limited({} as { limit: number }), 'plugins[0] limited › limit: is missing'],
  [
    'a wrong option',
    limited({ limit: 1, mode: 'no' as 'soft' }),
    'plugins[0] limited › mode: expected one of "soft", "hard", got "no"',
  ],
  [
    'an unknown option',
    limited({ limit: 1, mod: 1 } as { limit: number }),
    'plugins[0] limited: unknown key "mod", did you mean "mode"?',
  ],
  ['too many elements', ['other-name', {}, { routes: [] }, 1], 'plugins[0] other-name: expected a plugin'],
  [
    'a wrong name',
    ['other-name', {}, { name: 1 }],
    'plugins[0] other-name › name: expected a string, got a number',
  ],
  [
    'an unknown setting',
    ['other-name', null, { route: ['r'] }],
    'other-name: unknown key "route", did you mean "routes"?',
  ],
  ['a wrong scope', ['other-name', {}, { routes: 'r' }], 'plugins[0] other-name › routes: expected a list'],
])('%s is one problem with its place', async (_what, item, problem) => {
  const files = {
    ...packageWith('other-name'),
    'node_modules/not-a-plugin/index.js': 'module.exports = 1;',
    'node_modules/throws/index.js': 'throw new Error("no");',
    'throws.ts': 'throw new Error("no");',
    'bad.ts': 'export default {',
  };
  const lines = linesOf(await resolveIn(files, [item]));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(problem);
});

test('places count what runs, and a plugin that is not found keeps its place', async () => {
  const resolved = await resolveIn({}, [null, plain(), 'nothing', [limited({} as { limit: number })]]);
  expect(resolved.problems.map(({ place }) => place)).toEqual([
    'plugins[1] nothing',
    'plugins[2] limited › limit',
  ]);
  expect(namesOf(resolved)).toEqual(['plain', 'nothing', 'limited']);
});

test('what is no list is left to the schema', async () => {
  expect(await resolveIn({}, 'load-balance')).toMatchObject({ entries: [], problems: [] });
  expect(await resolveIn({}, undefined)).toMatchObject({ entries: [], problems: [] });
});
