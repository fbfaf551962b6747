import { expect, test } from 'vitest';
import redirect from '../../../../plugins/redirect/index.ts';
import { complaintsOf } from '../headers/complaints.ts';

test.each([
  { to: 'https' },
  { to: 'https', port: 8443, status: 301 },
  { to: '/new{path}', status: 307 },
] as const)('%j is taken', async (options) => {
  expect(await complaintsOf(redirect(options))).toEqual([]);
});

test.each([
  [{ to: 'https', typo: 1 }, 'Unrecognized key: "typo"'],
  [{ to: 'https', status: 304 }, 'status: Invalid option: expected one of 301|302|303|307|308'],
  [{ to: '/x', port: 8443 }, 'port: is for "to": "https" only'],
  [{ to: 'example.com' }, 'to: must begin with "/", {path}, {target}, "https://" or "http://"'],
  [{ to: 'https://a.example{query}' }, 'to: {query} cannot be a part of the host; put "/" before it'],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(redirect(options as never))).toEqual([complaint]);
});
