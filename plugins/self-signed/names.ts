import { isIP } from 'node:net';

const label = '[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?';
export const namePattern = new RegExp(`^(\\*\\.)?(${label}\\.)*${label}$`, 'i');

/** The names that certificates may be made for. */
export class NameList {
  /** Without wildcards: what the certificate for clients that ask for no name is made for. */
  readonly plain: readonly string[];
  readonly #hosts: ReadonlySet<string>;
  readonly #wildcards: readonly string[];

  constructor(names: readonly string[]) {
    const lower = names.map((name) => name.toLowerCase());
    this.plain = lower.filter((name) => !name.startsWith('*.'));
    this.#hosts = new Set(this.plain.filter((name) => isIP(name) === 0));
    this.#wildcards = lower.filter((name) => name.startsWith('*.')).map((name) => name.slice(1));
  }

  /** Whether a server name in lower case is listed; a wildcard stands for one or more labels. */
  includes(name: string): boolean {
    if (this.#hosts.has(name)) return true;
    return (
      namePattern.test(name) && this.#wildcards.some((end) => name.endsWith(end) && name.length > end.length)
    );
  }
}
