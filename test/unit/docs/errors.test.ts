import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorKinds } from 'hookway';
import { readPage, root, sectionOf } from './pages.ts';

const page = readPage('docs/errors.md');

/** Code, status, fault and "another attempt may succeed" of each row of the tables. */
const rows = [...page.matchAll(/^\| `([a-z_]+)` \| ([0-9]{3}) \| (\w+) \| (yes|no) \| (.*?) \| (.*?) \|$/gm)];

test('docs/errors.md has every code once, as it is in the source', () => {
  const documented = rows.map(([, code, status, fault, retryable]) =>
    [code, status, fault, retryable].join(),
  );
  const known = Object.entries(errorKinds).map(([code, { status, fault, isRetryable }]) =>
    [code, status, fault, isRetryable ? 'yes' : 'no'].join(),
  );
  expect(documented.sort()).toEqual(known.sort());
});

test('docs/errors.md says of every code when it happens and what to do', () => {
  expect(rows.filter(([, , , , , when, what]) => when === '' || what === '')).toEqual([]);
});

const answers = sectionOf('docs/errors.md', '### Answers of the plugins in the box');

/** Sources of plugins, by their paths below `plugins`. */
const sources = readdirSync(`${root}plugins`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ plugin: path.split(/[\\/]/)[0]!, text: readFileSync(`${root}plugins/${path}`, 'utf8') }))
  .filter(({ text }) => text.includes('respond('));

test('docs/errors.md has every code that a plugin answers with, and no other, with the plugin', () => {
  const used = sources.flatMap(({ plugin, text }) =>
    [...text.matchAll(/\bcode: '([a-z_]+)'/g)]
      .map(([, code]) => code!)
      .filter((code) => code !== 'custom' && !Object.hasOwn(errorKinds, code))
      .map((code) => `${code} of ${plugin}`),
  );
  const documented = [
    ...answers.matchAll(
      /^\| `([a-z_]+)` \| (?:[0-9]{3}|as configured) \| \[([a-z-]+)\]\(plugins\/\2\.md\) \| .+? \| .+? \|$/gm,
    ),
  ].map(([, code, plugin]) => `${code} of ${plugin}`);
  expect(documented.sort()).toEqual([...new Set(used)].sort());
});

test('a plugin writes its code where it answers, so that the test above finds it', () => {
  const hidden = sources.filter(({ text }) => /\{ code[ ,}]|\bcode: (?!'|string\b)/.test(text));
  expect(hidden.map(({ plugin }) => plugin)).toEqual([]);
});
