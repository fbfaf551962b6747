import { parseRequestHead, parseResponseHead } from '../../core/http1/head-parser.ts';
import type { FieldList } from '../../core/message/field-list.ts';
import type { RequestHead, ResponseHead } from '../../core/message/head.ts';

export const headLimits = { maxHeadBytes: 4_096, maxTargetBytes: 256, maxFieldCount: 16 };

/** The head of a GET request with these field lines, each without its line end. */
export function requestHead(...lines: string[]): RequestHead {
  const text = `GET / HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  return parseRequestHead(text, 0, headLimits).head;
}

/** The head of a 200 response with these field lines, each without its line end. */
export function responseHead(...lines: string[]): ResponseHead {
  const text = `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
  return parseResponseHead(text, 0, headLimits).head;
}

/** Fields as the parser makes them. */
export function parsedFields(...lines: string[]): FieldList {
  return requestHead(...lines).fields;
}
