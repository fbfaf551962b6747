import { expect, test } from 'vitest';
import cors from '../../../../plugins/cors/index.ts';
import { complaintsOf } from '../headers/complaints.ts';

test.each([
  { origins: ['*'] },
  { origins: ['https://a.example', 'https://*.b.example', /https:\/\/c\d\.example/], credentials: true },
  { origins: ['*'], methods: ['GET'], allowedHeaders: ['x-a'], exposedHeaders: ['*'], maxAgeSeconds: 0 },
  { origins: ['null'], allowedHeaders: '*' as const },
  { origins: ['*'], methods: ['*'], allowedHeaders: ['*', 'authorization'] },
])('%j is taken', async (options) => {
  expect(await complaintsOf(cors(options))).toEqual([]);
});

const app = 'https://a.example';
const onePerOne = 'must be listed one by one where credentials are allowed';

test.each([
  [{ origins: ['*'], typo: 1 }, 'Unrecognized key: "typo"'],
  [{}, 'origins: Invalid input: expected array, received undefined'],
  [{ origins: [1] }, 'origins[0]: must be a text, or in TypeScript a RegExp'],
  [
    { origins: ['example.com'] },
    'origins[0]: must be an origin like "https://app.example.com" or "https://*.example.com"',
  ],
  [{ origins: ['*'], credentials: true }, `origins: ${onePerOne}`],
  [
    { origins: ['null'], credentials: true },
    'origins: must not be "null" where credentials are allowed, for any page can have it',
  ],
  [{ origins: [app], credentials: true, exposedHeaders: ['*'] }, `exposedHeaders: ${onePerOne}`],
  [{ origins: [app], credentials: true, methods: ['*'] }, `methods: ${onePerOne}`],
  [
    { origins: [app], credentials: true, allowedHeaders: ['*'] },
    'allowedHeaders: must be "*" itself, or names, where credentials are allowed',
  ],
  [{ origins: ['*'], methods: ['GET POST'] }, 'methods[0]: must be a name without blanks'],
  [{ origins: ['*'], allowedHeaders: 'x-a' }, 'allowedHeaders: must be "*" or a list of names'],
  [{ origins: ['*'], maxAgeSeconds: -1 }, 'maxAgeSeconds: Too small: expected number to be >=0'],
])('%j is refused', async (options, complaint) => {
  expect(await complaintsOf(cors(options as never))).toEqual([complaint]);
});
