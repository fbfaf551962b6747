import { expect, test } from 'vitest';
import staticResponse from '../../../../plugins/static-response/index.ts';
import { complaintsOf } from '../headers/complaints.ts';

test.each([
  undefined,
  { status: 204 },
  { body: 'ok', contentType: 'text/html; charset=utf-8', headers: { 'Cache-Control': 'no-store' } },
  { json: { ok: [true, null, 1] } },
])('%j is taken', async (options) => {
  expect(await complaintsOf(staticResponse(options))).toEqual([]);
});

test.each([
  [{ typo: 1 }, 'Unrecognized key: "typo"'],
  [{ status: 101 }, 'status: Too small: expected number to be >=200'],
  [{ body: 'a', file: 'b' }, 'file: cannot be given together with body'],
  [{ status: 204, body: 'a' }, 'body: is not sent with the status 204'],
  [{ contentType: 'text/html' }, 'contentType: is for a body only'],
  [{ body: 'a', contentType: 'html' }, 'contentType: must be a media type like "text/html; charset=utf-8"'],
  [
    { body: 'a', contentType: 'text/html', headers: { 'content-type': 'text/plain' } },
    'contentType: is among the headers already',
  ],
  [
    { headers: { 'Content-Length': '1' } },
    'headers › Content-Length: The field "Content-Length" cannot be set: it follows from the body.',
  ],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(staticResponse(options as never))).toEqual([complaint]);
});

test('a file that is not there is found out at start', async () => {
  const complaints = await complaintsOf(staticResponse({ file: '/nowhere/page.html' }));
  expect(complaints.join()).toMatch(/no such file or directory.*\/nowhere\/page\.html/);
});
