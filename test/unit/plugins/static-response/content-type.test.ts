import { expect, test } from 'vitest';
import { typeOfFile } from '../../../../plugins/static-response/content-type.ts';

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['/srv/a.b/PAGE.HTML', 'text/html; charset=utf-8'],
  ['robots.txt', 'text/plain; charset=utf-8'],
  ['a.tar.gz', 'application/octet-stream'],
  ['a.json/none', 'application/octet-stream'],
  ['constructor', 'application/octet-stream'],
  ['x.constructor', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('%j is %s', (name, type) => {
  expect(typeOfFile(name)).toBe(type);
});
