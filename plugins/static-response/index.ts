import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { definePlugin, FieldList, type LocalResponse, respond } from '../../core/index.ts';
import { typeOfFile } from './content-type.ts';

const mostFileBytes = 16_777_216;
const bodies = ['body', 'json', 'file'] as const;

const headers = z.record(z.string(), z.string()).superRefine((fields, issues) => {
  for (const [name, value] of Object.entries(fields)) {
    try {
      FieldList.from([[name, value]]);
    } catch (error) {
      issues.addIssue({ code: 'custom', message: (error as Error).message, path: [name] });
    }
  }
});

const options = z
  .strictObject({
    status: z.int().min(200).max(599).default(200).describe('Status of the answer.'),
    headers: headers.default({}).describe('Fields of the answer.'),
    body: z.string().optional().describe('Text of the answer.'),
    json: z.json().optional().describe('Value that is sent as JSON.'),
    file: z.string().min(1, 'must be the name of a file').optional().describe('File that is read at start.'),
    contentType: z
      .string()
      .regex(
        /^[\w.+-]+\/[\w.+-]+(?:\s*;[\x20-\x7e]*)?$/,
        'must be a media type like "text/html; charset=utf-8"',
      )
      .optional()
      .describe('Content-Type; default: by what is sent.'),
  })
  .superRefine((given, issues) => {
    const found = bodies.filter((name) => given[name] !== undefined);
    const refuse = (path: string, message: string): void =>
      issues.addIssue({ code: 'custom', message, path: [path] });
    if (found.length > 1) refuse(found[1]!, `cannot be given together with ${found[0]!}`);
    if (found.length > 0 && [204, 205, 304].includes(given.status))
      refuse(found[0]!, `is not sent with the status ${given.status}`);
    const hasType = Object.keys(given.headers).some((name) => name.toLowerCase() === 'content-type');
    if (given.contentType !== undefined && hasType) refuse('contentType', 'is among the headers already');
    if (given.contentType !== undefined && found.length === 0) refuse('contentType', 'is for a body only');
  });

type Options = z.output<typeof options>;

async function readWhole(file: string): Promise<Buffer> {
  const { size } = await stat(file);
  if (size > mostFileBytes)
    throw new Error(`${file} has ${size} bytes, more than ${mostFileBytes}: it would be kept in memory`);
  return readFile(file);
}

async function contentOf({
  body,
  json,
  file,
}: Options): Promise<[content: string | Buffer, type: string] | undefined> {
  if (file !== undefined) return [await readWhole(file), typeOfFile(file)];
  if (json !== undefined) return [JSON.stringify(json), 'application/json'];
  return body === undefined ? undefined : [body, 'text/plain; charset=utf-8'];
}

async function createAnswer(given: Options): Promise<LocalResponse> {
  const content = await contentOf(given);
  if (content === undefined) return respond(given.status, given.headers);
  const [bytes, type] = content;
  const fields = FieldList.from(given.headers);
  if (!fields.has('content-type')) fields.append('Content-Type', given.contentType ?? type);
  return respond(given.status, fields, bytes);
}

export default definePlugin({
  name: 'static-response',
  options,
  async setup({ hooks }, given) {
    const answer = await createAnswer(given);
    hooks.onRequest.tap(() => answer);
  },
});
