/** How a reader of messages departs from RFC 9112; each setting stands for a habit of some server, proxy or library. */
export interface Leniency {
  /** What ends a line: CR LF; LF with or without CR; any of CR, LF, CR LF. */
  readonly lineEnd: 'CRLF' | 'LF' | 'any';
  /** Blanks between a name and its colon. */
  readonly blanksBeforeColon: 'refused' | 'dropped';
  /** Lines that begin with a blank: refused, joined to the one before, taken for fields of their own, skipped. */
  readonly fold: 'refused' | 'joined' | 'field' | 'skipped';
  /** Lines that are no fields. */
  readonly junk: 'refused' | 'skipped';
  /** Names as they are; `_` taken for `-`; everything that is no letter or digit taken for `-`. */
  readonly names: 'exact' | 'underscore' | 'punctuation';
  /** Values end at a NUL, or control characters around them are trimmed. */
  readonly values: 'exact' | 'untilNul' | 'trimmed';
  /** Which field wins when both are there. */
  readonly precedence: 'refused' | 'length' | 'coding';
  readonly coding: 'exact' | 'substring' | 'prefix' | 'first' | 'last' | 'any';
  /** Several lengths, or a list of them. */
  readonly lengths: 'one' | 'first' | 'last' | 'least';
  /** Digits; signs, 0x, blanks, underscores, quotes and what follows tolerated; leading zeros are octal; 32 bits. */
  readonly numbers: 'digits' | 'loose' | 'octal' | 'wrapping';
  readonly chunkSize: 'strict' | 'loose';
  readonly chunkExtension: 'refused' | 'ignored' | 'untilLF';
  /** What follows the data of a chunk: checked; LF will do; two bytes of any kind. */
  readonly chunkEnd: 'CRLF' | 'LF' | 'anyTwo';
  /** Transfer-Encoding in HTTP/1.0. */
  readonly codingInHttp10: 'refused' | 'used' | 'ignored';
  /** Methods whose content is not read. */
  readonly withoutContent: readonly string[];
  /** Trailer fields are merged into the head. */
  readonly mergesTrailers: boolean;
  /** The first line: single blanks; any white space between three words; the version is optional. */
  readonly firstLine: 'strict' | 'blanks' | 'words';
  /** Line ends before a first line. */
  readonly emptyLines: 'refused' | 'skipped';
}

export const strict: Leniency = {
  lineEnd: 'CRLF',
  blanksBeforeColon: 'refused',
  fold: 'refused',
  junk: 'refused',
  names: 'exact',
  values: 'exact',
  precedence: 'refused',
  coding: 'exact',
  lengths: 'one',
  numbers: 'digits',
  chunkSize: 'strict',
  chunkExtension: 'refused',
  chunkEnd: 'CRLF',
  codingInHttp10: 'refused',
  withoutContent: [],
  mergesTrailers: false,
  firstLine: 'strict',
  emptyLines: 'refused',
};

const withDefaults = (departure: Partial<Leniency>): Leniency => ({ ...strict, ...departure });

const everything: Partial<Leniency> = {
  lineEnd: 'LF',
  blanksBeforeColon: 'dropped',
  fold: 'joined',
  junk: 'skipped',
  names: 'punctuation',
  values: 'trimmed',
  numbers: 'loose',
  chunkSize: 'loose',
  chunkExtension: 'ignored',
  chunkEnd: 'LF',
  codingInHttp10: 'used',
  firstLine: 'words',
  emptyLines: 'skipped',
};

/** Lenient readings, each by what it does; the last ones combine many habits. */
export const readings: Readonly<Record<string, Leniency>> = {
  'Content-Length wins over Transfer-Encoding': withDefaults({ precedence: 'length' }),
  'Transfer-Encoding wins over Content-Length': withDefaults({ precedence: 'coding' }),
  'chunked anywhere in Transfer-Encoding': withDefaults({ coding: 'substring', precedence: 'coding' }),
  'Transfer-Encoding that begins with chunked': withDefaults({ coding: 'prefix', precedence: 'coding' }),
  'the first coding counts': withDefaults({ coding: 'first', precedence: 'coding' }),
  'the last coding counts': withDefaults({ coding: 'last', precedence: 'coding' }),
  'any Transfer-Encoding means chunked': withDefaults({ coding: 'any', precedence: 'coding' }),
  'Transfer-Encoding is not known in HTTP/1.0': withDefaults({
    codingInHttp10: 'ignored',
    precedence: 'coding',
  }),
  'Transfer-Encoding counts in HTTP/1.0': withDefaults({ codingInHttp10: 'used', precedence: 'coding' }),
  'LF ends a line': withDefaults({ lineEnd: 'LF' }),
  'CR, LF or both end a line': withDefaults({ lineEnd: 'any' }),
  'numbers with signs, prefixes, blanks and tails': withDefaults({ numbers: 'loose', chunkSize: 'loose' }),
  'leading zeros make a number octal': withDefaults({ numbers: 'octal' }),
  'numbers wrap at 32 bits': withDefaults({ numbers: 'wrapping' }),
  'the first length counts': withDefaults({ lengths: 'first' }),
  'the last length counts': withDefaults({ lengths: 'last' }),
  'the least length counts': withDefaults({ lengths: 'least' }),
  'blanks before a colon are dropped': withDefaults({ blanksBeforeColon: 'dropped' }),
  'folded lines are joined': withDefaults({ fold: 'joined' }),
  'folded lines are fields': withDefaults({ fold: 'field' }),
  'folded lines are skipped': withDefaults({ fold: 'skipped' }),
  'lines that are no fields are skipped': withDefaults({ junk: 'skipped' }),
  'underscores are hyphens': withDefaults({ names: 'underscore' }),
  'all punctuation in names is a hyphen': withDefaults({ names: 'punctuation' }),
  'values end at NUL': withDefaults({ values: 'untilNul' }),
  'control characters around values are trimmed': withDefaults({ values: 'trimmed' }),
  'chunk extensions are ignored': withDefaults({ chunkExtension: 'ignored' }),
  'chunk extensions end at LF': withDefaults({ chunkExtension: 'untilLF' }),
  'LF ends the data of a chunk': withDefaults({ chunkEnd: 'LF' }),
  'two bytes behind the data of a chunk are skipped': withDefaults({ chunkEnd: 'anyTwo' }),
  'trailers are merged into the head': withDefaults({ mergesTrailers: true }),
  'white space separates the words of a first line': withDefaults({ firstLine: 'blanks' }),
  'words of a first line may be missing': withDefaults({ firstLine: 'words' }),
  'empty lines before a message are skipped': withDefaults({ emptyLines: 'skipped' }),
  'content of GET, HEAD, DELETE and TRACE is not read': withDefaults({
    withoutContent: ['GET', 'HEAD', 'DELETE', 'TRACE'],
  }),
  'everything goes, Transfer-Encoding wins': withDefaults({
    ...everything,
    precedence: 'coding',
    coding: 'substring',
    lengths: 'first',
  }),
  'everything goes, Content-Length wins': withDefaults({
    ...everything,
    precedence: 'length',
    coding: 'last',
    lengths: 'last',
    fold: 'field',
    lineEnd: 'any',
  }),
};
