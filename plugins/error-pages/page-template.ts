import { joinParts, type TemplatePart } from '../../core/index.ts';

/** What a page can say. */
export interface PageFacts {
  readonly status: number;
  readonly reason: string;
  /** By which the exchange is found in logs. */
  readonly id: string;
  readonly host: string;
  readonly path: string;
  readonly method: string;
}

/** Writes a page. */
export type PageWriter = (facts: PageFacts) => string;

const values: ReadonlyMap<string, (facts: PageFacts) => string> = new Map([
  ['status', ({ status }: PageFacts) => String(status)],
  ['reason', ({ reason }: PageFacts) => reason],
  ['request-id', ({ id }: PageFacts) => id],
  ['host', ({ host }: PageFacts) => host],
  ['path', ({ path }: PageFacts) => path],
  ['method', ({ method }: PageFacts) => method],
]);

const names = [...values.keys()].join('|');
const placeholder = new RegExp(`(\\{(?:${names})\\})`);

/** Only names that are known are places, because braces stand in styles and scripts as well. */
function partsOf(template: string): TemplatePart[] {
  return template
    .split(placeholder)
    .filter((piece) => piece !== '')
    .map((piece) => (placeholder.test(piece) ? { name: piece.slice(1, -1) } : piece));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text for HTML, between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** The text for the inside of a JSON string. */
function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function writerOf(parts: readonly TemplatePart[], escape: (text: string) => string): PageWriter {
  return joinParts<PageFacts>(parts, (name) => {
    const value = values.get(name)!;
    return (facts) => escape(value(facts));
  });
}

export function htmlPage(template: string): PageWriter {
  return writerOf(partsOf(template), escapeHtml);
}

function jsonParts(value: unknown): TemplatePart[] {
  if (value === '{status}') return [{ name: 'status' }];
  if (typeof value === 'string') {
    const inner = partsOf(value).map((part) => (typeof part === 'string' ? escapeJson(part) : part));
    return ['"', ...inner, '"'];
  }
  if (Array.isArray(value)) return ['[', ...separated(value.map(jsonParts)), ']'];
  if (typeof value !== 'object' || value === null) return [JSON.stringify(value)];
  const members = Object.entries(value).map(([name, member]) => [
    `${JSON.stringify(name)}:`,
    ...jsonParts(member),
  ]);
  return ['{', ...separated(members), '}'];
}

function separated(lists: readonly TemplatePart[][]): TemplatePart[] {
  return lists.flatMap((parts, at) => (at === 0 ? parts : [',', ...parts]));
}

/** A JSON value in whose strings stand names; a string that is `{status}` becomes a number. */
export function jsonPage(value: unknown): PageWriter {
  return writerOf(jsonParts(value), escapeJson);
}
