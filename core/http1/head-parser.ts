import { GatewayError } from '../errors.ts';
import { isFieldValueCode, isTargetCode, isTokenCode } from '../message/characters.ts';
import { FieldList } from '../message/field-list.ts';
import { HeadFacts, type RequestHead, type ResponseHead } from '../message/head.ts';
import { removeConnectionOptions } from '../message/hop-by-hop.ts';
import { claimField } from './claimed-fields.ts';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

export interface HeadLimits {
  readonly maxHeadBytes: number;
  readonly maxTargetBytes: number;
  readonly maxFieldCount: number;
}

function malformed(detail: string): never {
  throw new GatewayError('malformed_head', detail);
}

/** Parses the text of one head; the text must hold it completely, up to and with the empty line. */
class HeadParser {
  readonly #text: string;
  readonly #limits: HeadLimits;
  readonly facts = new HeadFacts();
  at: number;
  #nameStart = 0;
  #nameEnd = 0;
  #valueStart = 0;
  #valueEnd = 0;

  constructor(text: string, at: number, limits: HeadLimits) {
    this.#text = text;
    this.at = at;
    this.#limits = limits;
  }

  /** Reads the field lines and the empty line (RFC 9112 5). */
  readFields(): FieldList {
    const text = this.#text;
    const { facts } = this;
    const offsets: number[] = [];
    let lines = '';
    let runStart = this.at;
    let room = this.#limits.maxFieldCount;
    let isCanonical = true;
    while (text.charCodeAt(this.at) !== CR) {
      this.#scanLine();
      if (--room < 0) throw new GatewayError('head_too_large', 'The head has too many fields.');
      if (claimField(facts, text, this.#nameStart, this.#nameEnd, this.#valueStart, this.#valueEnd)) {
        if (runStart < this.#nameStart) lines += text.slice(runStart, this.#nameStart);
        runStart = this.at;
      } else {
        offsets.push(this.#nameStart, this.#nameEnd, this.#valueEnd);
        isCanonical &&= this.#isCanonical;
      }
    }
    if (runStart < this.at) lines += text.slice(runStart, this.at);
    if (text.charCodeAt(this.at + 1) !== LF) malformed('The head ends with a bare CR.');
    this.at += 2;
    const fields = isCanonical ? new FieldList([], { text, offsets, lines }) : normalized(text, offsets);
    if (facts.connection !== undefined) removeConnectionOptions(fields, facts);
    return fields;
  }

  #scanLine(): void {
    const text = this.#text;
    let i = this.at;
    this.#nameStart = i;
    while (isTokenCode(text.charCodeAt(i))) i++;
    // RFC 9112 5.1, 5.2: no white space before the colon, no folded lines
    if (i === this.#nameStart || text.charCodeAt(i) !== COLON) malformed('A field name is malformed.');
    this.#nameEnd = i++;
    while (isBlank(text.charCodeAt(i))) i++;
    this.#valueStart = i;
    while (isFieldValueCode(text.charCodeAt(i))) i++;
    if (text.charCodeAt(i) !== CR || text.charCodeAt(i + 1) !== LF) {
      malformed('A field value has a control character or a bare line end.');
    }
    this.at = i + 2;
    while (i > this.#valueStart && isBlank(text.charCodeAt(i - 1))) i--;
    this.#valueEnd = i;
  }

  /** One blank behind the colon and none at the end: the line can be written again as it is. */
  get #isCanonical(): boolean {
    const hasBlank =
      this.#valueStart === this.#nameEnd + 2 && this.#text.charCodeAt(this.#nameEnd + 1) === SP;
    return hasBlank && this.#valueEnd === this.at - 2;
  }

  readMethod(): string {
    const start = this.at;
    let i = start;
    while (isTokenCode(this.#text.charCodeAt(i))) i++;
    if (i === start || this.#text.charCodeAt(i) !== SP) malformed('The method is malformed.');
    this.at = i + 1;
    return this.#text.slice(start, i);
  }

  readTarget(): string {
    const start = this.at;
    let i = start;
    while (isTargetCode(this.#text.charCodeAt(i))) i++;
    if (i - start > this.#limits.maxTargetBytes) throw new GatewayError('target_too_long');
    if (i === start || this.#text.charCodeAt(i) !== SP) {
      throw new GatewayError('malformed_target', 'The request target has a character that is not allowed.');
    }
    this.at = i + 1;
    return this.#text.slice(start, i);
  }

  /** Reads `HTTP/1.0` or `HTTP/1.1` and gives the minor version. */
  readVersion(): number {
    const text = this.#text;
    const at = this.at;
    this.at = at + 8;
    if (text.startsWith('HTTP/1.1', at)) return 1;
    if (text.startsWith('HTTP/1.0', at)) return 0;
    if (/^HTTP\/[0-9]\.[0-9](\r\n| )/.test(text.slice(at, at + 10)))
      throw new GatewayError('unsupported_version');
    return malformed('The protocol version is malformed.');
  }

  readStatus(): number {
    const text = this.#text;
    const at = this.at;
    const status = text.slice(at + 1, at + 4);
    if (text.charCodeAt(at) !== SP || !/^[1-9][0-9]{2}$/.test(status)) malformed('The status is malformed.');
    this.at = at + 4;
    return Number(status);
  }

  readReason(): string {
    const text = this.#text;
    if (text.charCodeAt(this.at) === CR) return ''; // RFC 9112 4: the blank may be missing with the phrase
    if (text.charCodeAt(this.at) !== SP) malformed('The status line is malformed.');
    const start = ++this.at;
    while (isFieldValueCode(text.charCodeAt(this.at))) this.at++;
    return text.slice(start, this.at);
  }

  readLineEnd(): void {
    if (this.#text.charCodeAt(this.at) !== CR || this.#text.charCodeAt(this.at + 1) !== LF) {
      malformed('The first line is malformed.');
    }
    this.at += 2;
  }
}

function isBlank(code: number): boolean {
  return code === SP || code === HTAB;
}

/** Lines with unusual white space are written anew instead of as they came. */
function normalized(text: string, offsets: readonly number[]): FieldList {
  const flat: string[] = [];
  for (let at = 0; at < offsets.length; at += 3) {
    const [nameStart, nameEnd, valueEnd] = offsets.slice(at, at + 3) as [number, number, number];
    flat.push(text.slice(nameStart, nameEnd), text.slice(nameEnd + 1, valueEnd).replace(/^[ \t]+/, ''));
  }
  return new FieldList(flat);
}

export interface Parsed<Head> {
  readonly head: Head;
  /** Index behind the head. */
  readonly end: number;
}

/**
 * Parses a complete request head (RFC 9112 3, 5) that starts at `at`.
 * @throws GatewayError whose status is the answer; the connection must then be closed.
 */
export function parseRequestHead(text: string, at: number, limits: HeadLimits): Parsed<RequestHead> {
  const parser = new HeadParser(text, at, limits);
  const method = parser.readMethod();
  const target = parser.readTarget();
  const minorVersion = parser.readVersion();
  parser.readLineEnd();
  const fields = parser.readFields();
  return { head: { method, target, minorVersion, fields, facts: parser.facts }, end: parser.at };
}

/**
 * Parses a complete response head (RFC 9112 4, 5) that starts at `at`.
 * @throws GatewayError when it is malformed; the connection must then be closed.
 */
export function parseResponseHead(text: string, at: number, limits: HeadLimits): Parsed<ResponseHead> {
  const parser = new HeadParser(text, at, limits);
  const minorVersion = parser.readVersion();
  const status = parser.readStatus();
  const reason = parser.readReason();
  parser.readLineEnd();
  const fields = parser.readFields();
  return { head: { status, reason, minorVersion, fields, facts: parser.facts }, end: parser.at };
}

/** Parses a trailer section that starts at `at`; fields of framing and routing in it are dropped (RFC 9110 6.5.1). */
export function parseTrailers(text: string, at: number, limits: HeadLimits): FieldList {
  return new HeadParser(text, at, limits).readFields();
}
