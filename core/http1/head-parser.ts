import { GatewayError } from '../errors.ts';
import { equalsIgnoreCase, isFieldValueCode, isTargetCode, isTokenCode } from '../message/characters.ts';
import { FieldList } from '../message/field-list.ts';
import { HeadFacts, type RequestHead, type ResponseHead } from '../message/head.ts';
import { removeConnectionOptions } from '../message/hop-by-hop.ts';

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

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}

/** Parses the text of one head; the text must hold it completely, up to and with the empty line. */
class HeadParser {
  readonly #text: string;
  readonly #limits: HeadLimits;
  readonly flat: string[] = [];
  readonly facts = new HeadFacts();
  at: number;

  constructor(text: string, at: number, limits: HeadLimits) {
    this.#text = text;
    this.at = at;
    this.#limits = limits;
  }

  /** Reads the field lines and the empty line (RFC 9112 5). */
  readFields(): FieldList {
    const text = this.#text;
    const { facts, flat } = this;
    const maxPlaces = this.#limits.maxFieldCount * 2;
    let i = this.at;
    while (text.charCodeAt(i) !== CR) {
      const nameStart = i;
      while (isTokenCode(text.charCodeAt(i))) i++;
      // RFC 9112 5.1, 5.2: no white space before the colon, no folded lines
      if (i === nameStart || text.charCodeAt(i) !== COLON) malformed('A field name is malformed.');
      const nameEnd = i++;
      while (text.charCodeAt(i) === SP || text.charCodeAt(i) === HTAB) i++;
      const valueStart = i;
      while (isFieldValueCode(text.charCodeAt(i))) i++;
      if (text.charCodeAt(i) !== CR || text.charCodeAt(i + 1) !== LF) {
        malformed('A field value has a control character or a bare line end.');
      }
      let valueEnd = i;
      while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
      i += 2;
      const name = text.slice(nameStart, nameEnd);
      const value = text.slice(valueStart, valueEnd);
      if (!claimed(facts, name, value)) flat.push(name, value);
      if (flat.length > maxPlaces) throw new GatewayError('head_too_large', 'The head has too many fields.');
    }
    if (text.charCodeAt(i + 1) !== LF) malformed('The head ends with a bare CR.');
    this.at = i + 2;
    const fields = new FieldList(flat);
    if (facts.connection !== undefined) removeConnectionOptions(fields, facts);
    return fields;
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

/** Moves a field that belongs to the connection or the framing into `facts`; true when it was one. */
function claimed(facts: HeadFacts, name: string, value: string): boolean {
  switch (name.length) {
    case 2:
      if (!equalsIgnoreCase(name, 'te')) return false;
      facts.te = joined(facts.te, value);
      return true;
    case 4:
      if (equalsIgnoreCase(name, 'date')) facts.hasDate = true;
      if (!equalsIgnoreCase(name, 'host')) return false;
      facts.isHostRepeated ||= facts.host !== undefined;
      facts.host = value;
      return true;
    case 6:
      if (!equalsIgnoreCase(name, 'expect') || !equalsIgnoreCase(value, '100-continue')) return false;
      facts.expectsContinue = true;
      return true;
    case 7:
      if (!equalsIgnoreCase(name, 'upgrade')) return false;
      facts.upgrade = joined(facts.upgrade, value);
      return true;
    case 10:
      if (equalsIgnoreCase(name, 'connection')) facts.connection = joined(facts.connection, value);
      else if (!equalsIgnoreCase(name, 'keep-alive')) return false;
      return true;
    case 14:
      return claimedLength(facts, name, value);
    case 16:
      return equalsIgnoreCase(name, 'proxy-connection');
    case 17:
      if (equalsIgnoreCase(name, 'transfer_encoding')) malformed('Transfer_Encoding looks like framing.');
      if (!equalsIgnoreCase(name, 'transfer-encoding')) return false;
      facts.transferEncoding = joined(facts.transferEncoding, value);
      return true;
    default:
      return false;
  }
}

function claimedLength(facts: HeadFacts, name: string, value: string): boolean {
  if (equalsIgnoreCase(name, 'content_length')) malformed('Content_Length looks like framing.');
  if (!equalsIgnoreCase(name, 'content-length')) return false;
  facts.isLengthRepeated ||= facts.contentLength !== undefined;
  facts.contentLength = value;
  return true;
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
