import { z } from 'zod';
import type { Operation, SuccessAnswer } from './operation.ts';
import { problem } from './schemas.ts';

const problemReference = { $ref: '#/components/responses/Problem' };

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): object {
  const { $schema: _, ...shown } = z.toJSONSchema(schema, { target: 'draft-2020-12', io });
  return shown;
}

function responseOf({ about, schema }: SuccessAnswer): object {
  const content =
    schema === undefined
      ? { 'text/plain': { schema: { type: 'string' } } }
      : { 'application/json': { schema: schemaOf(schema) } };
  return { description: about, content };
}

function parametersOf({ path, query = [] }: Operation): object[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...query.map(({ name, about, schema }) => {
      return { name, in: 'query', description: about, schema: schemaOf(schema) };
    }),
  ];
}

function bodyOf({ body }: Operation): object {
  if (body === undefined) return {};
  const content = { 'application/json': { schema: schemaOf(body, 'input') } };
  return { requestBody: { required: true, content } };
}

/** Statuses of problems, beside those that the operation names. */
function failuresOf({ body, isProbe, isChange, failures = [] }: Operation): Set<number> {
  return new Set([
    ...failures,
    ...(body === undefined ? [] : [400, 413, 415, 422]),
    ...(isProbe === true ? [] : [401, 429]),
    ...(isChange === true || isProbe !== true ? [403] : []),
    500,
  ]);
}

function describe(operation: Operation): object {
  const { id, about, isProbe, success } = operation;
  const responses = [
    ...success.map((answer) => [String(answer.status), responseOf(answer)] as const),
    ...[...failuresOf(operation)].map((status) => [String(status), problemReference] as const),
  ];
  return {
    operationId: id,
    summary: about,
    parameters: parametersOf(operation),
    ...bodyOf(operation),
    responses: Object.fromEntries(responses),
    ...(isProbe === true ? { security: [{}, { bearer: [] }] } : {}),
  };
}

function pathsOf(operations: readonly Operation[]): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations)
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
  return paths;
}

/** The API as an OpenAPI document; `base` is where it is mounted. */
export function documentOf(operations: readonly Operation[], version: string, base: string): object {
  const title = 'Hookway admin';
  const content = { 'application/problem+json': { schema: schemaOf(problem) } };
  return {
    openapi: '3.1.0',
    info: { title, version, summary: 'State and operation of a Hookway gateway.' },
    servers: [{ url: base === '' ? '/' : base }],
    security: [{ bearer: [] }, {}],
    paths: pathsOf(operations),
    components: {
      responses: { Problem: { description: 'Why it is not done (RFC 9457).', content } },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Where a token is configured.' },
      },
    },
  };
}
