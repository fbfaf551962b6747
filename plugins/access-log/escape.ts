/** Which characters stand for themselves, and what the others become: ASCII that cannot be mistaken for anything else. */
export interface Escaping {
  /** 1 at the code of each character that stands for itself. */
  readonly isPlain: Uint8Array;
  /** Finds a character that does not. */
  readonly special: RegExp;
  /** At most six characters. */
  readonly escape: (code: number) => string;
}

/** All of printable ASCII but these: nothing else can end a line or steer a terminal. */
function printableBut(others: string): Uint8Array {
  const isPlain = new Uint8Array(0x100).fill(1, 0x20, 0x7f);
  for (const other of others) isPlain[other.charCodeAt(0)] = 0;
  return isPlain;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
const unicode = (code: number): string => `\\u${hex(code, 4)}`;
const isQuote = (code: number): boolean => code === 0x22 || code === 0x5c;

function escaping(others: string, escape: (code: number) => string): Escaping {
  const isPlain = printableBut(others);
  const plain = Array.from(isPlain.keys()).filter((code) => isPlain[code] === 1);
  const special = new RegExp(`[^${plain.map((code) => `\\x${hex(code, 2)}`).join('')}]`);
  return { isPlain, special, escape };
}

/** Between the quotes of a JSON string. */
export const json = escaping('"\\', (code) =>
  isQuote(code) ? `\\${String.fromCharCode(code)}` : unicode(code),
);

/** As Apache escapes what clients sent; `others` are escaped, too. */
export function apache(others = ''): Escaping {
  return escaping(`"\\${others}`, (code) => {
    if (isQuote(code)) return `\\${String.fromCharCode(code)}`;
    return code > 0xff ? unicode(code) : `\\x${hex(code, 2)}`;
  });
}

const isBare = printableBut('"\\= ');

/** Whether a logfmt value needs no quotes. */
export function needsNoQuotes(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isBare[text.charCodeAt(i)] !== 1) return false;
  return text !== '';
}
