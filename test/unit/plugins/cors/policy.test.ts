import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { createPermission, createPreflight, type Policy } from '../../../../plugins/cors/policy.ts';

const policy: Policy = {
  origins: ['https://a.example'],
  methods: ['GET', 'PUT'],
  allowedHeaders: '*',
  exposedHeaders: [],
  credentials: false,
  maxAgeSeconds: 60,
};

function permissionOf(given: Partial<Policy>, origin: string): Record<string, string> | undefined {
  const block = createPermission({ ...policy, ...given })(origin);
  if (block === undefined) return undefined;
  const fields = new FieldList();
  fields.appendBlock(block);
  return Object.fromEntries(fields);
}

test('an origin that is allowed is named', () => {
  expect(permissionOf({}, 'https://a.example')).toEqual({
    'Access-Control-Allow-Origin': 'https://a.example',
  });
  expect(permissionOf({}, 'https://b.example')).toBeUndefined();
});

test('for all origins it is *', () => {
  expect(permissionOf({ origins: ['*'], exposedHeaders: ['x-a', 'x-b'] }, 'https://b.example')).toEqual({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'x-a, x-b',
  });
});

test('never is it * with credentials', () => {
  expect(permissionOf({ origins: ['*'], credentials: true }, 'https://b.example')).toEqual({
    'Access-Control-Allow-Origin': 'https://b.example',
    'Access-Control-Allow-Credentials': 'true',
  });
});

test('many different origins are each answered rightly', () => {
  const permit = createPermission(policy);
  for (let i = 0; i < 600; i++) expect(permit(`https://${i}.example`)).toBeUndefined();
  expect(permit('https://a.example')).toBeDefined();
});

const preflight = (given: Partial<Policy>, requested: string | undefined): Record<string, string> =>
  Object.fromEntries(createPreflight({ ...policy, ...given })(requested));
const always = { 'Access-Control-Allow-Methods': 'GET, PUT', 'Access-Control-Max-Age': '60' };

test.each([
  ['*' as const, 'x-a,  authorization', 'x-a, authorization'],
  ['*' as const, undefined, undefined],
  ['*' as const, 'x a', undefined],
  ['*' as const, '', undefined],
  ['*' as const, Array.from({ length: 65 }, (_, i) => `x-${i}`).join(), undefined],
  [['x-a', 'x-b'], 'x-c', 'x-a, x-b'],
  [[], 'x-c', undefined],
])('with %j, who asks for %j may set %j', (allowedHeaders, requested, allowed) => {
  const isEcho = allowedHeaders === '*';
  expect(preflight({ allowedHeaders }, requested)).toEqual({
    ...always,
    ...(isEcho && { Vary: 'Access-Control-Request-Headers' }),
    ...(allowed !== undefined && { 'Access-Control-Allow-Headers': allowed }),
  });
});
