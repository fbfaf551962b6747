import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readings } from '../../support/readings.ts';
import { lateCases } from '../../wire/matrix/late-cases.ts';
import { requestCases } from '../../wire/matrix/request-cases.ts';
import { responseCases } from '../../wire/matrix/response-cases.ts';
import { readPage, root } from './pages.ts';

const page = readPage('docs/conformance.md');
const kinds = ['yes', 'stricter', 'with a plugin', 'by role', 'deviates'];

interface Row {
  readonly clause: string;
  readonly kind: string;
  readonly tests: readonly (readonly [file: string, name: string])[];
}

const rows: Row[] = [
  ...page.matchAll(/^\| (?!clause|---|what)([^|]+) \| [^|]+ \| ([^|]*) \| [^|]+ \| ([^|]+) \|$/gm),
].map(([, clause = '', kind = '', held = '']) => ({
  clause,
  kind,
  tests: [...held.matchAll(/`([^`]+)` › (.+?)(?:<br>|$)/g)].map(
    ([, file = '', name = '']) => [file, name] as const,
  ),
}));

/** Names of the tests in a file: of each case in data, or as they stand in the source. */
function hasTest(file: string, name: string): boolean {
  const path = `${root}test/${file}`;
  if (!existsSync(path)) return false;
  const text = readFileSync(path, 'utf8');
  if (!file.endsWith('.jsonl'))
    return [`'${name}'`, `\`${name}\``, `"${name}"`].some((each) => text.includes(each));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .some((line) => (JSON.parse(line) as { readonly name: string }).name === name);
}

describe('docs/conformance.md', () => {
  test('has a kind for every row, and counts them', () => {
    expect(rows.filter(({ kind }) => !kinds.includes(kind))).toEqual([]);
    const counts = kinds.map((kind) => [kind, rows.filter((row) => row.kind === kind).length] as const);
    expect(page).toMatch(new RegExp(`^${rows.length} rows:`, 'm'));
    for (const [kind, count] of counts) expect(page).toMatch(new RegExp(`\\b${count} ${kind}\\b`));
  });

  test('names a test for every row, unless what it says is no behaviour', () => {
    expect(rows.filter(({ tests, kind }) => tests.length === 0 && kind !== 'by role')).toEqual([]);
  });

  test('names tests that exist', () => {
    const missing = rows.flatMap(({ clause, tests }) =>
      tests
        .filter(([file, name]) => !hasTest(file, name))
        .map(([file, name]) => `${clause}: ${file} › ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('names files beyond the clauses that exist', () => {
    const files = [...page.matchAll(/^\| [^|]+ \| `([^`]+\.test\.ts)` \|/gm)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(`${root}test/${file}`))).toEqual([]);
  });

  test('counts the cases of the matrices and the readings', () => {
    const grouped = (count: number): string => count.toLocaleString('en');
    expect(page).toContain(` ${grouped(requestCases().length)} requests through a gateway`);
    expect(page).toContain(` ${grouped(responseCases().length)} responses of a hostile backend`);
    expect(page).toContain(` ${grouped(lateCases().length)} whole responses of the matrix`);
    expect(page).toContain(` strictly and in ${Object.keys(readings).length} lenient ways`);
  });
});
