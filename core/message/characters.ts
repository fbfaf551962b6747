const TOKEN = 1;
const FIELD_VALUE = 2;
const TARGET = 4;
const HOST = 8;

/** One byte of flags per character code 0-255: which grammars it belongs to. */
const classes = new Uint8Array(256);

function mark(flag: number, characters: string): void {
  for (let i = 0; i < characters.length; i++) classes[characters.charCodeAt(i)]! |= flag;
}

function markRange(flag: number, first: number, last: number): void {
  for (let code = first; code <= last; code++) classes[code]! |= flag;
}

const alphanumeric = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
mark(TOKEN, `${alphanumeric}!#$%&'*+-.^_\`|~`); // RFC 9110 5.6.2
mark(FIELD_VALUE, '\t'); // RFC 9110 5.5
markRange(FIELD_VALUE, 0x20, 0x7e);
markRange(FIELD_VALUE, 0x80, 0xff);
markRange(TARGET, 0x21, 0x7e);
for (const refused of '#\\') classes[refused.charCodeAt(0)]! &= ~TARGET;
mark(HOST, `${alphanumeric}-._~!$&'()*+,;=%:[]`); // RFC 3986 3.2.2

export const isTokenCode = (code: number): boolean => (classes[code]! & TOKEN) !== 0;
export const isFieldValueCode = (code: number): boolean => (classes[code]! & FIELD_VALUE) !== 0;
export const isTargetCode = (code: number): boolean => (classes[code]! & TARGET) !== 0;

function isMadeOf(text: string, flag: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff || (classes[code]! & flag) === 0) return false;
  }
  return true;
}

/** True when `text` is a token (RFC 9110 5.6.2), as methods and field names must be. */
export function isToken(text: string): boolean {
  return text.length > 0 && isMadeOf(text, TOKEN);
}

/** True when `text` may stand in a field value: no CR, LF, NUL or other control, nothing above U+00FF. */
export function isFieldValue(text: string): boolean {
  return isMadeOf(text, FIELD_VALUE);
}

/** True when `text` may stand in a request target: visible ASCII without `#` and backslash. */
export function isTargetText(text: string): boolean {
  return text.length > 0 && isMadeOf(text, TARGET);
}

/** True when every character may stand in a host with port. */
export function isHostText(text: string): boolean {
  return isMadeOf(text, HOST);
}

/** Compares `text` from `at` on with all of `lower` without regard to case; `lower` must be lower-case ASCII. */
export function matchesAt(text: string, at: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const a = text.charCodeAt(at + i);
    const b = lower.charCodeAt(i);
    if (a !== b && ((a | 0x20) !== b || a < 0x41 || a > 0x5a)) return false;
  }
  return true;
}

/** As `matchesAt` for a name, where `_` stands for `-` as well: CGI and WSGI backends take them for the same. */
export function spellsAt(text: string, at: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const a = text.charCodeAt(at + i);
    const b = lower.charCodeAt(i);
    if (a === b || ((a | 0x20) === b && a >= 0x41 && a <= 0x5a)) continue;
    if (b !== 0x2d || a !== 0x5f) return false;
  }
  return true;
}

/** Compares ASCII text without regard to case; `lower` must be lower case already. */
export function equalsIgnoreCase(text: string, lower: string): boolean {
  return text === lower || (text.length === lower.length && matchesAt(text, 0, lower));
}

/** Calls `each` for every trimmed, non-empty member of a comma-separated list (RFC 9110 5.6.1). */
export function forEachListMember(list: string, each: (member: string) => void): void {
  for (const part of list.split(',')) {
    const member = part.trim();
    if (member !== '') each(member);
  }
}

/** True when a comma-separated list has `lower` among its members, without regard to case. */
export function listHas(list: string, lower: string): boolean {
  if (list.length <= lower.length || list.indexOf(',') < 0) return equalsIgnoreCase(list.trim(), lower);
  return list.split(',').some((part) => equalsIgnoreCase(part.trim(), lower));
}
