import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { definePlugin, type Exchange, type ResponseDraft } from '../../core/index.ts';
import { clientHostOf } from '../forwarded-headers/tokens.ts';
import { addVary, combinedValue, oneOrMore, rangeOf, statusTest } from '../headers/index.ts';
import { RequestId } from '../request-id/index.ts';
import { type PageKind, preferredKind } from './page-kind.ts';
import { htmlPage, jsonPage, type PageFacts, type PageWriter } from './page-template.ts';

const notStatus = 'must be an error status like 404, "4xx" or "502-504"';
const status = z
  .union([z.int(), z.string()], notStatus)
  .refine((range) => (rangeOf(range)?.[0] ?? 0) >= 400, notStatus);
const file = z.string().min(1, 'must be the name of a file');

const page = z
  .strictObject({
    status: oneOrMore(status).describe('Statuses that the page is for.'),
    html: z.string().optional().describe('The page as HTML.'),
    htmlFile: file.optional().describe('File with the page as HTML, read at start.'),
    json: z.json().optional().describe('The page as a JSON value.'),
    jsonFile: file.optional().describe('File with the page as JSON, read at start.'),
  })
  .superRefine((given, issues) => {
    const refuse = (message: string, path: string[] = []): void =>
      issues.addIssue({ code: 'custom', message, path });
    if (given.html !== undefined && given.htmlFile !== undefined)
      refuse('cannot be given together with html', ['htmlFile']);
    if (given.json !== undefined && given.jsonFile !== undefined)
      refuse('cannot be given together with json', ['jsonFile']);
    const { html, htmlFile, json, jsonFile } = given;
    if ([html, htmlFile, json, jsonFile].every((each) => each === undefined))
      refuse('needs html, htmlFile, json or jsonFile');
  });

const options = z.strictObject({
  pages: z.array(page).min(1).describe('The first page that is for the status is sent.'),
  sources: z
    .array(z.enum(['gateway', 'backend']))
    .min(1)
    .default(['gateway'])
    .describe('Whose errors are replaced.'),
});

interface Page {
  readonly isFor: (status: number) => boolean;
  readonly kinds: readonly PageKind[];
  readonly writers: ReadonlyMap<PageKind, PageWriter>;
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function load({
  status: statuses,
  html,
  htmlFile,
  json,
  jsonFile,
}: z.output<typeof page>): Promise<Page> {
  const markup = htmlFile === undefined ? html : await readFile(htmlFile, 'utf8');
  const value = jsonFile === undefined ? json : await readJson(jsonFile);
  const writers = new Map<PageKind, PageWriter>();
  // programs that take anything get JSON; browsers ask for HTML
  if (value !== undefined) writers.set('json', jsonPage(value));
  if (markup !== undefined) writers.set('html', htmlPage(markup));
  return { isFor: statusTest(statuses), kinds: [...writers.keys()], writers };
}

const contentTypes: Readonly<Record<PageKind, string>> = {
  json: 'application/json',
  html: 'text/html; charset=utf-8',
};

// what is said of the body that goes
const ofContent = [
  'content-encoding',
  'content-language',
  'content-range',
  'content-location',
  'content-disposition',
  'content-digest',
  'repr-digest',
  'digest',
  'content-md5',
  'etag',
  'last-modified',
  'accept-ranges',
  'trailer',
];

function factsOf(exchange: Exchange, { status: code, reason }: ResponseDraft): PageFacts {
  const { inbound } = exchange;
  return {
    status: code,
    reason,
    id: exchange.get(RequestId) ?? exchange.id,
    host: clientHostOf(exchange),
    path: inbound.path,
    method: inbound.method,
  };
}

function send({ fields, body }: ResponseDraft, kind: PageKind, text: string): void {
  for (const name of ofContent) fields.delete(name);
  fields.set('Content-Type', contentTypes[kind]);
  body.replace(text);
}

export default definePlugin({
  name: 'error-pages',
  options,
  async setup({ hooks }, { pages: given, sources }) {
    const pages = await Promise.all(given.map(load));
    const isMeant = { gateway: sources.includes('gateway'), backend: sources.includes('backend') };
    hooks.onResponse.tap((exchange) => {
      const response = exchange.response!;
      if (response.status < 400 || !isMeant[response.source]) return;
      const found = pages.find(({ isFor }) => isFor(response.status));
      if (found === undefined) return;
      addVary(response.fields, 'Accept');
      const kind = preferredKind(combinedValue(exchange.inbound.fields, 'accept'), found.kinds);
      if (kind !== undefined) send(response, kind, found.writers.get(kind)!(factsOf(exchange, response)));
    });
  },
});
