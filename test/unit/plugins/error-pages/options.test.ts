import { expect, test } from 'vitest';
import errorPages from '../../../../plugins/error-pages/index.ts';
import { complaintsOf } from '../headers/complaints.ts';

test.each([
  { pages: [{ status: '4xx', html: '<p>{status}' }] },
  {
    pages: [{ status: [404, '502-504'], html: '<p>', json: { code: '{status}' } }],
    sources: ['backend' as const],
  },
])('%j is taken', async (options) => {
  expect(await complaintsOf(errorPages(options))).toEqual([]);
});

const notStatus = 'must be an error status like 404, "4xx" or "502-504"';

test.each([
  [{ pages: [{ status: 404, html: '' }], typo: 1 }, 'Unrecognized key: "typo"'],
  [{ pages: [] }, 'pages: Too small: expected array to have >=1 items'],
  [{ pages: [{ status: 404 }] }, 'pages[0]: needs html, htmlFile, json or jsonFile'],
  [{ pages: [{ status: 302, html: '' }] }, `pages[0] › status: ${notStatus}`],
  [{ pages: [{ status: [404, '3xx'], html: '' }] }, `pages[0] › status[1]: ${notStatus}`],
  [
    { pages: [{ status: 404, html: '', htmlFile: 'a.html' }] },
    'pages[0] › htmlFile: cannot be given together with html',
  ],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(errorPages(options as never))).toEqual([complaint]);
});

test('a file that is no JSON is named', async () => {
  const complaints = await complaintsOf(
    errorPages({ pages: [{ status: 404, jsonFile: import.meta.filename }] }),
  );
  expect(complaints.join()).toContain(`${import.meta.filename} is not JSON: `);
});

test('a file that is not there is found out at start', async () => {
  const complaints = await complaintsOf(
    errorPages({ pages: [{ status: 404, htmlFile: '/nowhere/404.html' }] }),
  );
  expect(complaints.join()).toMatch(/no such file or directory.*\/nowhere\/404\.html/);
});
