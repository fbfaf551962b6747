import { answerJson } from '../message.ts';
import { documentOf } from '../openapi.ts';
import type { Operation } from '../operation.ts';
import * as schemas from '../schemas.ts';

/** What tells of the others; `all` is asked when it is called. */
export const aboutOperations = (all: () => readonly Operation[]): readonly Operation[] => [
  {
    method: 'GET',
    path: '/',
    id: 'getIndex',
    about: 'What can be asked for.',
    success: [{ status: 200, about: 'The operations.', schema: schemas.index }],
    run: ({ view, base }) => {
      const operations = all().map(({ method, path, about }) => ({ method, path: base + path, about }));
      return answerJson(200, { version: view.control.version, operations });
    },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    id: 'getOpenApi',
    about: 'This API as an OpenAPI document.',
    success: [{ status: 200, about: 'OpenAPI 3.1.', schema: schemas.openApi }],
    run: ({ view, base }) => answerJson(200, documentOf(all(), view.control.version, base)),
  },
];
