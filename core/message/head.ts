import type { FieldList } from './field-list.ts';

/**
 * What the fields said about the connection and the length of the message. The parser moves these fields out of the
 * list, so that nothing after it can see or forward a hop-by-hop field.
 */
export class HeadFacts {
  /** Value of Host; undefined when absent. */
  host: string | undefined = undefined;
  contentLength: string | undefined = undefined;
  transferEncoding: string | undefined = undefined;
  /** Content-Length appeared more than once. */
  isLengthRepeated = false;
  isHostRepeated = false;
  /** Members of Connection, joined by commas. */
  connection: string | undefined = undefined;
  upgrade: string | undefined = undefined;
  te: string | undefined = undefined;
  expectsContinue = false;
  hasDate = false;
}

/** A request head as the wire protocol read it, hop-by-hop fields already taken out. */
export interface RequestHead {
  readonly method: string;
  /** The request target as it came (RFC 9112 3.2). */
  readonly target: string;
  readonly minorVersion: number;
  readonly fields: FieldList;
  readonly facts: HeadFacts;
}

/** A response head as the wire protocol read it, hop-by-hop fields already taken out. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly minorVersion: number;
  readonly fields: FieldList;
  readonly facts: HeadFacts;
}
