import { expect, test } from 'vitest';
import { documentOf } from '../../../../plugins/admin/openapi.ts';
import { operations } from '../../../../plugins/admin/operations/index.ts';

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly responses: Readonly<Record<string, object>>;
}

const document = documentOf(operations, '1.2.3', '/base') as {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    ...operation,
  })),
);

test('the document describes all operations and no others', () => {
  const names = (all: readonly { readonly method: string; readonly path: string }[]): string[] =>
    all.map(({ method, path }) => `${method} ${path}`).sort();
  expect(names(described)).toEqual(names(operations));
});

test('operations have names of their own', () => {
  const ids = described.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every part of a path is a parameter that is required', () => {
  for (const { path, parameters } of described) {
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(inPath.every(({ required }) => required)).toBe(true);
  }
});

test('what changes something may be refused, and probes need nothing', () => {
  for (const { method, operationId, responses } of described) {
    const isProbe = operationId === 'getHealth' || operationId === 'getReady';
    expect([operationId, '401' in responses, '403' in responses]).toEqual([operationId, !isProbe, !isProbe]);
    if (method === 'POST') expect(responses).toHaveProperty('403');
  }
});

test('the document says where it is mounted', () => {
  expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/base' }] });
});
