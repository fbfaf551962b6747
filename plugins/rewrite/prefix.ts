const escaped = /%([0-9a-fA-F]{2})/g;
const unreserved = /[A-Za-z0-9._~-]/;

/** A segment as routes compare it: unreserved characters decoded, parameters left out. */
function comparable(segment: string): string {
  const parameter = segment.indexOf(';');
  const name = parameter < 0 ? segment : segment.slice(0, parameter);
  if (!name.includes('%')) return name;
  return name.replace(escaped, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return unreserved.test(character) ? character : escape.toUpperCase();
  });
}

/** A prefix of whole segments that paths are compared with, in the way that routes compare. */
export class PathPrefix {
  /** Without a slash at its end; empty for `/`. */
  readonly text: string;
  readonly #segments: readonly string[];

  constructor(prefix: string) {
    this.text = prefix.replace(/\/+$/, '');
    this.#segments = this.text
      .split('/')
      .filter((segment) => segment !== '')
      .map(comparable);
  }

  /** Where the rest of the path begins; -1 when the path does not have the prefix. */
  endIn(path: string): number {
    const { length } = this.text;
    if (path.startsWith(this.text) && (path.length === length || path.charCodeAt(length) === 0x2f))
      return length;
    return this.#compare(path);
  }

  #compare(path: string): number {
    let at = 0;
    for (const wanted of this.#segments) {
      while (path.charCodeAt(at) === 0x2f) at++;
      const slash = path.indexOf('/', at);
      const end = slash < 0 ? path.length : slash;
      if (comparable(path.slice(at, end)) !== wanted) return -1;
      at = end;
    }
    return at;
  }
}

/** A path that begins with exactly one slash: `//host/x` would be read as a host by many. */
export function withOneSlash(path: string): string {
  if (path.charCodeAt(0) === 0x2f && path.charCodeAt(1) !== 0x2f) return path;
  return `/${path.replace(/^\/+/, '')}`;
}

/** The path with `replacement`, which has no slash at its end, in the place of the prefix; undefined without it. */
export function replacePrefix(path: string, prefix: PathPrefix, replacement: string): string | undefined {
  const end = prefix.endIn(path);
  if (end < 0) return undefined;
  const rest = path.slice(end);
  return rest === '' && replacement !== '' ? replacement : replacement + withOneSlash(rest);
}
