import { STATUS_CODES } from 'node:http';
import type { ConfigurationProblem } from '../../core/index.ts';

/** A request to the API, whoever received it. */
export interface ApiRequest {
  readonly method: string;
  /** Below the place where the API is mounted, percent-encoded. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  /** Where the API is mounted; empty for a listener of its own. */
  readonly base: string;
  /** Host with port, as the client asked for it. */
  readonly authority: string;
  /** Address of the client. */
  readonly client: string;
  /** Value of a header field, by its name in lower case. */
  readonly field: (name: string) => string | undefined;
  /** Reads the body. Rejects with ApiProblem when it is longer. */
  readonly readBody: (maxBytes: number) => Promise<Buffer>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/** On every answer: it is of this moment and for this client only, and no browser is to make a page of it. */
const commonFields = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

export function answerText(status: number, contentType: string, body: string): ApiAnswer {
  return { status, fields: { 'Content-Type': contentType, ...commonFields }, body };
}

export function answerJson(status: number, value: unknown): ApiAnswer {
  return answerText(status, 'application/json', `${JSON.stringify(value)}\n`);
}

interface ProblemParts {
  readonly fields?: Readonly<Record<string, string>>;
  readonly problems?: readonly ConfigurationProblem[] | undefined;
}

/** Why a request is not done, to be thrown. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Everything that is wrong, where it is more than one thing. */
  readonly problems: readonly ConfigurationProblem[] | undefined;

  constructor(status: number, code: string, detail: string, { fields = {}, problems }: ProblemParts = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.problems = problems;
  }

  /** As problem details (RFC 9457). */
  get answer(): ApiAnswer {
    const { status, code, message: detail, problems } = this;
    const body = { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail, code, problems };
    const fields = { 'Content-Type': 'application/problem+json', ...commonFields, ...this.fields };
    return { status, fields, body: `${JSON.stringify(body)}\n` };
  }
}
