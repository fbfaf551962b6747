/** What is wrong with the bytes of some messages, one behind the other; the last one may be cut off in its body. */
export function violationsOf(
  bytes: Buffer,
  kind: 'request' | 'response',
  methods: readonly string[] = [],
): string[] {
  const reader = new StrictReader(bytes.toString('latin1'), kind, methods);
  reader.readAll();
  return reader.violations;
}

const startLine = {
  request: /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP\/1\.1$/,
  response: /^HTTP\/1\.1 [1-9][0-9]{2} [\t\x20-\x7e\x80-\xff]*$/,
};
const fieldLine =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ((?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?)$/;

/** Reads as RFC 9112 says and not a bit more leniently; written apart from the core so as not to share its mistakes. */
class StrictReader {
  readonly violations: string[] = [];
  readonly #text: string;
  readonly #kind: 'request' | 'response';
  readonly #methods: string[];
  #at = 0;

  constructor(text: string, kind: 'request' | 'response', methods: readonly string[]) {
    this.#text = text;
    this.#kind = kind;
    this.#methods = [...methods];
  }

  readAll(): void {
    while (this.#at < this.#text.length && this.violations.length === 0) this.#readMessage();
  }

  #refuse(what: string): void {
    this.violations.push(
      `${what} at ${this.#at}: ${JSON.stringify(this.#text.slice(this.#at, this.#at + 80))}`,
    );
    this.#at = this.#text.length;
  }

  #readMessage(): void {
    const end = this.#text.indexOf('\r\n\r\n', this.#at);
    if (end < 0) return this.#refuse('a head without an end');
    const [first = '', ...lines] = this.#text.slice(this.#at, end).split('\r\n');
    if (!startLine[this.#kind].test(first)) return this.#refuse('a malformed first line');
    const fields = this.#readFields(lines);
    if (fields === undefined) return;
    if (this.#kind === 'request' && (fields.get('host') ?? []).length !== 1)
      return this.#refuse('not one Host');
    this.#at = end + 4;
    this.#readBody(fields, first);
  }

  #readFields(lines: readonly string[]): Map<string, string[]> | undefined {
    const fields = new Map<string, string[]>();
    for (const line of lines) {
      const [, name, value] = fieldLine.exec(line) ?? [];
      if (name === undefined || /^(content_length|transfer_encoding)$/i.test(name)) {
        this.#refuse(`a malformed field ${JSON.stringify(line)}`);
        return undefined;
      }
      const lower = name.toLowerCase();
      fields.set(lower, [...(fields.get(lower) ?? []), value!]);
    }
    return fields;
  }

  #readBody(fields: Map<string, string[]>, first: string): void {
    const lengths = fields.get('content-length') ?? [];
    const codings = fields.get('transfer-encoding') ?? [];
    if (lengths.length + codings.length > 1) return this.#refuse('more than one framing');
    if (lengths.length > 0 && !/^[0-9]+$/.test(lengths[0]!)) return this.#refuse('a malformed length');
    if (codings.length > 0 && codings[0] !== 'chunked') return this.#refuse('another coding');
    if (this.#isBodiless(first)) return;
    if (codings.length > 0) this.#readChunks();
    else if (lengths.length > 0) this.#at += Number(lengths[0]);
    else if (this.#kind === 'response') this.#at = this.#text.length;
  }

  #isBodiless(first: string): boolean {
    if (this.#kind === 'request') return false;
    const status = Number(first.slice(9, 12));
    if (status < 200) return true;
    return this.#methods.shift() === 'HEAD' || status === 204 || status === 304;
  }

  #readChunks(): void {
    for (;;) {
      const rest = this.#text.slice(this.#at);
      if (rest === '') return; // cut off
      const size = /^([0-9a-fA-F]+)\r\n/.exec(rest);
      if (size === null) return this.#refuse('a malformed chunk size');
      const length = Number.parseInt(size[1]!, 16);
      this.#at += size[0].length;
      if (length === 0) break;
      this.#at += length;
      if (this.#at >= this.#text.length) return; // cut off
      if (!this.#text.startsWith('\r\n', this.#at)) return this.#refuse('a chunk without a line end');
      this.#at += 2;
    }
    const end = this.#text.startsWith('\r\n', this.#at)
      ? this.#at
      : this.#text.indexOf('\r\n\r\n', this.#at) + 2;
    if (end < 2) return this.#refuse('trailers without an end');
    if (end > this.#at && this.#readFields(this.#text.slice(this.#at, end - 2).split('\r\n')) === undefined)
      return;
    this.#at = end + 2;
  }
}
