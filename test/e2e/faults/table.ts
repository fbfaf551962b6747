import { sectionOf } from '../../unit/docs/pages.ts';

/** What a kind of request is to meet with, as docs/faults.md says it. */
export interface Expectation {
  readonly alone: string;
  readonly withRetry: string;
}

const everyPost = ['POST', 'POST in chunks', 'POST in part', 'POST that expects 100'];
const gone = 'gone client_aborted CH x1';

interface Row {
  readonly fault: string;
  readonly requests: string;
  readonly expected: Expectation | undefined;
}

/** The rows of a table with these columns; a fault is named in its first row only. */
function rowsOf(section: string): Row[] {
  const lines = section.matchAll(/^\| (.*?) ?\| (.+?) \| (.+?) \| (.+?) \|$/gm);
  let fault = '';
  return [...lines].slice(2).map(([, name = '', requests = '', alone = '', withRetry = '']) => {
    fault = name === '' ? fault : name;
    const [first, second] = [alone, withRetry].map((cell) => /^`(.+)`$/.exec(cell)?.[1]);
    const expected = first === undefined ? undefined : { alone: first, withRetry: second! };
    return { fault, requests, expected };
  });
}

function kindsOf(requests: string, left: ReadonlySet<string>): string[] {
  if (requests === 'all' || requests === 'others')
    return [...left].filter((kind) => !kind.endsWith('leaves'));
  if (requests === 'every POST') return everyPost;
  if (requests === 'other POSTs') return everyPost.filter((kind) => left.has(kind));
  return requests.split(', ');
}

/**
 * Expectations by fault and kind of request, undefined where there is none to be had.
 * @throws Error for a row of a kind that is not known, or that has had its row.
 */
export function readFaultTable(kinds: readonly string[]): Map<string, Map<string, Expectation | undefined>> {
  const table = new Map<string, Map<string, Expectation | undefined>>();
  const rows = rowsOf(sectionOf('docs/faults.md', '## Faults'));
  for (const { fault } of rows) table.set(fault, new Map());
  for (const { fault, requests, expected } of rows) {
    const ofFault = table.get(fault)!;
    const left = new Set(kinds.filter((kind) => !ofFault.has(kind)));
    for (const kind of kindsOf(requests, left)) {
      if (!left.has(kind)) throw new Error(`docs/faults.md: ${fault}: ${kind} is unknown or there twice`);
      ofFault.set(kind, expected);
    }
  }
  for (const ofFault of table.values()) {
    for (const kind of kinds) {
      if (!ofFault.has(kind) && kind.endsWith('leaves')) ofFault.set(kind, { alone: gone, withRetry: gone });
    }
  }
  return table;
}
