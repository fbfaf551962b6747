import type { FieldList, ReadonlyFieldList } from '../../core/index.ts';
import { equalsIgnoreCase } from '../../core/index.ts';
import { readPort } from './chain.ts';

/** Fields that are written together. */
export type Family = 'x-forwarded' | 'x-real-ip' | 'forwarded';

/** What a backend is told of the client. */
export interface Announcement {
  /** Value of X-Forwarded-For. */
  readonly chain: string;
  /** Value of Forwarded. */
  readonly elements: string;
  readonly address: string;
  readonly scheme: string;
  /** Empty when the client named none. */
  readonly host: string;
  readonly port: string;
}

/** The fields of these families. */
export function fieldsOf(
  families: ReadonlySet<Family>,
  { chain, elements, address, scheme, host, port }: Announcement,
): (readonly [name: string, value: string])[] {
  const fields: (readonly [string, string])[] = [];
  if (families.has('x-forwarded')) {
    fields.push(['X-Forwarded-For', chain], ['X-Forwarded-Proto', scheme]);
    if (host !== '') fields.push(['X-Forwarded-Host', host]);
    fields.push(['X-Forwarded-Port', port]);
  }
  if (families.has('x-real-ip')) fields.push(['X-Real-IP', address]);
  if (families.has('forwarded')) fields.push(['Forwarded', elements]);
  return fields;
}

/** The port that the client named in its host, or the scheme's. */
export function portOf(host: string, scheme: 'http' | 'https'): string {
  const standard = scheme === 'https' ? '443' : '80';
  const colon = host.lastIndexOf(':');
  if (colon < 0 || host.endsWith(']')) return standard;
  return readPort(host.slice(colon + 1)) ?? standard;
}

// Whole names at the start of lines; CGI and WSGI backends read `_` as `-`.
const end = '(?=:)';
const everyField = `x[-_]forwarded(?:[-_][^:]*)?${end}|x[-_]real[-_]ip${end}|forwarded${end}`;
const spellings: Readonly<Record<Family, string>> = {
  'x-forwarded': 'x-forwarded-[a-z0-9-]*',
  'x-real-ip': 'x-real-ip',
  forwarded: 'forwarded',
};

/** Matches the names that must not reach a backend when only these families are kept. */
export function foreignFields(kept: readonly Family[]): RegExp {
  const names = kept.map((family) => spellings[family]).join('|');
  const unless = kept.length === 0 ? '' : `(?!(?:${names})${end})`;
  return new RegExp(`^${unless}(?:${everyField})`, 'gim');
}

/** Removes the fields whose names match. */
export function strip(fields: FieldList, names: RegExp): void {
  const found = fields.lines.match(names);
  if (found !== null) for (const name of found) fields.delete(name);
}

/** What the fields of a trusted proxy say; lines of the same name joined. */
export class Claims {
  for: string | undefined = undefined;
  proto: string | undefined = undefined;
  host: string | undefined = undefined;
  port: string | undefined = undefined;
  forwarded: string | undefined = undefined;

  constructor(fields: ReadonlyFieldList) {
    for (const [name, value] of fields) {
      const length = name.length;
      if (length === 9 && equalsIgnoreCase(name, 'forwarded')) this.forwarded = joined(this.forwarded, value);
      if (length < 15 || length > 17 || (name.charCodeAt(0) | 0x20) !== 0x78) continue;
      if (equalsIgnoreCase(name, 'x-forwarded-for')) this.for = joined(this.for, value);
      else if (equalsIgnoreCase(name, 'x-forwarded-proto')) this.proto = joined(this.proto, value);
      else if (equalsIgnoreCase(name, 'x-forwarded-host')) this.host = joined(this.host, value);
      else if (equalsIgnoreCase(name, 'x-forwarded-port')) this.port = joined(this.port, value);
    }
  }
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}
