/** A text that is not JSON, and where it stops being it. */
export class JsonSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, text: string, offset: number) {
    super(message);
    const before = text.slice(0, offset).split('\n');
    this.line = before.length;
    this.column = before.at(-1)!.length + 1;
  }
}

const space = /[ \t\r\n]*/y;
const stringLiteral = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const plainLiteral = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Reads a JSON text only to find its first mistake; the engine's own messages name no line. */
class Scanner {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value();
    if (this.#peek() !== undefined) this.#fail('expected the end of the file');
  }

  #value(): void {
    const next = this.#peek();
    if (next === '{') this.#members('}', this.#property(new Set()));
    else if (next === '[') this.#members(']', () => this.#value());
    else if (this.#take(next === '"' ? stringLiteral : plainLiteral) === undefined)
      this.#fail('expected a value');
  }

  #members(end: string, member: () => void): void {
    this.#at++;
    if (this.#peek() === end) {
      this.#at++;
      return;
    }
    for (;;) {
      member();
      const next = this.#peek();
      if (next !== end && next !== ',') this.#fail(`expected , or ${end}`);
      this.#at++;
      if (next === end) return;
    }
  }

  #property(seen: Set<string>): () => void {
    return () => {
      this.#peek();
      const start = this.#at;
      const key = this.#take(stringLiteral);
      if (key === undefined) return this.#fail('expected a key in double quotes');
      if (seen.has(key)) this.#fail(`the key ${key} is there twice`, start);
      seen.add(key);
      if (this.#peek() !== ':') this.#fail('expected :');
      this.#at++;
      this.#value();
    };
  }

  #peek(): string | undefined {
    this.#take(space);
    return this.#text[this.#at];
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(message: string, at = this.#at): never {
    const found = this.#text[at];
    const what = at === this.#at ? `, found ${found === undefined ? 'the end' : JSON.stringify(found)}` : '';
    throw new JsonSyntaxError(message + what, this.#text, at);
  }
}

/**
 * Parses JSON of which no key may be lost to a second one of the same name.
 * @throws JsonSyntaxError with line and column.
 */
export function parseJson(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  new Scanner(json).document();
  return JSON.parse(json);
}
