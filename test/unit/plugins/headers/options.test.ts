import { expect, test } from 'vitest';
import { Slot } from '../../../../core/index.ts';
import headers from '../../../../plugins/headers/index.ts';
import { complaintsOf } from './complaints.ts';

const known =
  '{client.address}, {client.port}, {host}, {scheme}, {method}, {path}, {query}, {target}, {route}, ' +
  '{upstream}, {request-id}, {backend}, {status}, {request.header.NAME}, {response.header.NAME}';
const Tenant = new Slot<string>('tenant');

test.each([
  {},
  { request: { set: { 'x-client': '{client.address}' }, remove: ['x-debug'] } },
  { response: { set: { 'x-served-by': '{backend}' } } },
  {
    response: [
      { status: '5xx', remove: ['etag'] },
      { status: [404, '502-504'], set: { a: 'b' } },
    ],
  },
  { request: { set: { a: '{request.header.b}', b: '{backend}' }, add: { a: ['1', '2'] } } },
  { request: { set: { a: '{tenant}' } }, values: { tenant: Tenant } },
  { request: { set: { a: ({ id }: { id: string }) => id } } },
])('%j is taken', async (options) => {
  expect(await complaintsOf(headers(options))).toEqual([]);
});

test.each([
  [{ typo: 1 }, 'Unrecognized key: "typo"'],
  [
    { request: { set: { a: '{client.adress}' } } },
    `request › set › a: {client.adress} is not known; known are ${known}`,
  ],
  [
    { request: { set: { a: '{tenat}' } }, values: { tenant: Tenant } },
    `request › set › a: {tenat} is not known; known are ${known}, {tenant}`,
  ],
  [{ request: { set: { a: 'b{' } } }, 'request › set › a: a "{" has no "}"; "{{" stands for one "{"'],
  [{ request: { set: { a: '{status}' } } }, 'request › set › a: names what is known only with the response'],
  [
    { request: { add: { a: '{backend}' } } },
    'request › add › a: names the backend, of which there may be several; use set',
  ],
  [{ request: { set: { a: '' } } }, 'request › set › a: is empty; use remove'],
  [
    { request: { set: { a: '{request.header.host}' } } },
    'request › set › a: {request.header.host} is not a field that plugins see',
  ],
  [
    { request: { set: { 'a b': '1' } } },
    'request › set › a b: The field "a b" cannot be set: the name is not a token (RFC 9110 5.6.2).',
  ],
  [
    { request: { set: { host: 'b' } } },
    'request › set › host: The field "host" cannot be set: set outbound.authority instead.',
  ],
  [
    { request: { remove: ['connection'] } },
    'request › remove[0]: The field "connection" cannot be changed: it is hop-by-hop.',
  ],
  [
    { request: { set: { a: 'b\nc' } } },
    'request › set › a: The field "a" cannot be set: the value has a control character or one above U+00FF.',
  ],
  [{ request: { set: { a: '1' }, remove: ['A'] } }, 'request › remove[0]: the field "A" is set already'],
  [
    { request: { rename: { a: 'b', B: 'c' } } },
    'request › rename › B: the field "B" is the new name of another already',
  ],
  [{ request: { set: { a: 1 } } }, 'request › set › a: must be a text, or in TypeScript a function'],
  [
    { response: [{}, { status: '9xx' }] },
    'response: [1] › status: must be a status like 404, "4xx" or "502-504"',
  ],
  [{ values: { tenant: 'x' } }, 'values › tenant: must be a Slot'],
  [{ values: { path: Tenant } }, 'values: {path} is a value of the exchange already'],
  [{ values: { 'a b': Tenant } }, 'values: "a b" is not made of letters, digits and "_.-"'],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(headers(options as never))).toEqual([complaint]);
});
