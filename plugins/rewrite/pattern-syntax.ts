/** A regular expression taken apart, as far as it matters for the time that it takes. */
export type Node =
  /** One character of the set: bit n for the character of code n. */
  | { readonly kind: 'set'; readonly set: bigint }
  | { readonly kind: 'start' }
  | { readonly kind: 'group'; readonly branches: readonly (readonly Node[])[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number };

export type Group = Extract<Node, { kind: 'group' }>;

const highest = 127; // paths are ASCII
const everyCharacter = (1n << BigInt(highest + 1)) - 1n;
/** What `$` takes for a character: the end. */
export const endOfText = 1n << BigInt(highest + 1);

function range(first: number, last: number): bigint {
  let set = 0n;
  for (let code = first; code <= Math.min(last, highest); code++) set |= 1n << BigInt(code);
  return set;
}

const digits = range(0x30, 0x39);
const words = digits | range(0x41, 0x5a) | range(0x61, 0x7a) | range(0x5f, 0x5f);
const blanks = range(0x09, 0x0d) | range(0x20, 0x20);
const classes: Readonly<Record<string, bigint>> = {
  d: digits,
  w: words,
  s: blanks,
  D: everyCharacter & ~digits,
  W: everyCharacter & ~words,
  S: everyCharacter & ~blanks,
};

const quantifier = /(?:([*+?])|\{(\d+)(,)?(\d*)\})\??/y;
const groupStart = /\((?:\?:|\?<[A-Za-z_$][\w$]*>)?(?!\?)/y;

/** Reads what `new RegExp(source, 'u')` accepts already, except for what is not supported here. */
class Parser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** @throws Error naming what is not supported. */
  group(): Group {
    const branches: Node[][] = [[]];
    while (this.#at < this.#source.length && this.#next !== ')') {
      if (this.#next === '|') {
        this.#at++;
        branches.push([]);
      } else branches.at(-1)!.push(this.#quantified(this.#atom()));
    }
    return { kind: 'group', branches };
  }

  get #next(): string {
    return this.#source[this.#at]!;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #atom(): Node {
    if (this.#next === '(') return this.#inParentheses();
    if (this.#next === '[') return { kind: 'set', set: this.#class() };
    if (this.#next === '\\') return { kind: 'set', set: this.#escape() };
    const character = this.#source[this.#at++]!;
    if (character === '^') return { kind: 'start' };
    if (character === '$') return { kind: 'set', set: endOfText };
    if (character === '.') return { kind: 'set', set: everyCharacter };
    return { kind: 'set', set: range(character.charCodeAt(0), character.charCodeAt(0)) };
  }

  #inParentheses(): Node {
    if (this.#take(groupStart) === null) throw new Error('lookahead and lookbehind are not supported');
    const inner = this.group();
    this.#at++;
    return inner;
  }

  #escape(): bigint {
    const character = this.#source[this.#at + 1]!;
    this.#at += 2;
    const known = classes[character];
    if (known !== undefined) return known;
    if (/[A-Za-z0-9]/.test(character)) throw new Error(`\\${character} is not supported`);
    return range(character.charCodeAt(0), character.charCodeAt(0));
  }

  #class(): bigint {
    this.#at++;
    const isNegated = this.#next === '^';
    if (isNegated) this.#at++;
    let set = 0n;
    while (this.#next !== ']') set |= this.#classMember();
    this.#at++;
    return isNegated ? everyCharacter & ~set : set;
  }

  #classMember(): bigint {
    const first = this.#classCharacter();
    const isRange = this.#next === '-' && this.#source[this.#at + 1] !== ']';
    if (!isRange) return first;
    this.#at++;
    return range(lowestOf(first), lowestOf(this.#classCharacter()));
  }

  #classCharacter(): bigint {
    if (this.#next === '\\') return this.#escape();
    const code = this.#source.charCodeAt(this.#at++);
    return range(code, code);
  }

  #quantified(body: Node): Node {
    const match = this.#take(quantifier);
    if (match === null) return body;
    const [, sign, from, comma, to] = match;
    if (sign === '?') return { kind: 'repeat', body, min: 0, max: 1 };
    if (sign !== undefined) return { kind: 'repeat', body, min: sign === '+' ? 1 : 0, max: Infinity };
    const min = Number(from);
    const max = comma === undefined ? min : to === '' ? Infinity : Number(to);
    return { kind: 'repeat', body, min, max };
  }
}

function lowestOf(set: bigint): number {
  return set === 0n ? highest + 1 : set.toString(2).length - 1;
}

/** @throws Error for what is not supported; SyntaxError for what is no regular expression. */
export function parsePattern(source: string): Group {
  new RegExp(source, 'u');
  return new Parser(source).group();
}
