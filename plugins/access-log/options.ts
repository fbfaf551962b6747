import { z } from 'zod';
import { closest, hint, isFieldName, parseTemplate } from '../../core/index.ts';
import { FieldCatalogue, fieldNames } from './fields.ts';
import { statusRange } from './keep.ts';

const formats = ['json', 'logfmt', 'combined'] as const;
const notFormat =
  'must be "json", "logfmt", "combined" or a template like "{client.address} {method} {status}"';
const catalogue = new FieldCatalogue();

const bits = (most: number, kept: number) => z.int().min(0).max(most).default(kept);
const headerName = z.string().refine(isFieldName, 'is not a header field that plugins see');
const status = z
  .union([z.int(), z.string()])
  .refine((range) => statusRange(range) !== undefined, 'must be a status like 404 or "4xx"');

const skipRule = z
  .strictObject({
    paths: z
      .array(z.string().startsWith('/', 'must begin with "/"'))
      .min(1)
      .optional()
      .describe('Paths; `/assets/*` is `/assets` with all below.'),
    methods: z
      .array(z.string().regex(/^[A-Z]+$/, 'must be a method, in capitals'))
      .min(1)
      .optional()
      .describe('Methods.'),
    statuses: z.array(status).min(1).optional().describe('Statuses: 304 or "3xx".'),
    routes: z.array(z.string().min(1)).min(1).optional().describe('Names of routes.'),
  })
  .refine((rule) => Object.values(rule).some((list) => list !== undefined), 'must name something to skip');

const redact = z.strictObject({
  queryParameters: z
    .array(z.string().min(1))
    .default([])
    .describe('Query parameters whose values are not written, `*` for all; also in Referer and Location.'),
  headers: z
    .array(headerName)
    .default(['authorization', 'proxy-authorization', 'cookie', 'set-cookie'])
    .describe('Header fields whose values are not written.'),
  address: z
    .union([z.boolean(), z.strictObject({ ipv4Bits: bits(32, 24), ipv6Bits: bits(128, 48) })])
    .default(false)
    .describe('Cuts addresses of clients down to their network: true for 24 bits of IPv4 and 48 of IPv6.'),
});

const shape = {
  format: z
    .union([z.enum(formats), z.templateLiteral([z.string(), '{', z.string()])], notFormat)
    .default('json')
    .describe("JSON objects, logfmt, Apache's combined format, or a template: `{client.address} {status}`."),
  file: z
    .string()
    .min(1, 'must be the name of a file')
    .optional()
    .describe('File or named pipe to append to; default: standard output.'),
  fields: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Fields of a JSON or logfmt line, in this order; default: those that the documentation lists.'),
  requestHeaders: z.array(headerName).default([]).describe('Header fields of the request to add.'),
  responseHeaders: z.array(headerName).default([]).describe('Header fields of the response to add.'),
  query: z.boolean().default(true).describe('Write the query of the request target and of Referer.'),
  redact: redact.prefault({}).describe('What nobody is to read.'),
  sampleShare: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the exchanges that is written; errors and slow ones always are.'),
  errorStatus: z
    .int()
    .min(100)
    .max(600)
    .default(400)
    .describe('From this status on an exchange is an error, as is one that was ended early.'),
  skip: z.array(skipRule).default([]).describe('Exchanges that are not written: those that fit a rule.'),
  slowMs: z.int().positive().optional().describe('Total time from which on an exchange is marked as slow.'),
  maxDelayMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('Time that a line may wait to be written together with others; 0 for none.'),
  maxBufferedBytes: z
    .int()
    .min(65_536)
    .default(8_388_608)
    .describe('Bytes that may wait while the file or pipe takes none; then lines are dropped and counted.'),
};

type Raw = z.output<z.ZodObject<typeof shape>>;

export const isTemplate = (format: string): boolean => format.includes('{');

function unknownField(name: string): string | undefined {
  if (catalogue.find(name) !== undefined) return undefined;
  const known = `known are ${fieldNames.join(', ')}, request.header.NAME, response.header.NAME`;
  return closest(name, fieldNames) === undefined
    ? `is not known; ${known}`
    : `is not known${hint(name, fieldNames)}`;
}

function templateProblems(template: string): string[] {
  if (/[\r\n]/.test(template)) return ['must be one line'];
  try {
    return parseTemplate(template).flatMap((part) => {
      const problem = typeof part === 'string' ? undefined : unknownField(part.name);
      return problem === undefined ? [] : [`{${(part as { name: string }).name}} ${problem}`];
    });
  } catch (error) {
    return [(error as Error).message];
  }
}

type Report = (path: (string | number)[], message: string) => void;

function checkFields({ format, fields, requestHeaders, responseHeaders }: Raw, report: Report): void {
  if (isTemplate(format)) for (const each of templateProblems(format)) report(['format'], each);
  if (isTemplate(format) || format === 'combined') {
    const isChosen = fields !== undefined || requestHeaders.length + responseHeaders.length > 0;
    if (isChosen) report(['format'], 'has its own fields: leave out fields, requestHeaders, responseHeaders');
  }
  for (const [index, name] of (fields ?? []).entries()) {
    const problem = unknownField(name);
    if (problem !== undefined) report(['fields', index], `${JSON.stringify(name)} ${problem}`);
    if (fields!.indexOf(name) < index) report(['fields', index], `${JSON.stringify(name)} is there twice`);
  }
}

export const options = z.strictObject(shape).superRefine((raw, context) => {
  checkFields(raw, (path, message) => context.addIssue({ code: 'custom', path, message }));
});

export type Options = z.output<typeof options>;
