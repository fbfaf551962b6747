import { expect, test } from 'vitest';
import { errorKinds } from 'hookway';
import { readPage } from './pages.ts';

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
