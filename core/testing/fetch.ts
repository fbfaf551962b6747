import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';

export interface FetchInit {
  /** Default: GET, or POST when there is a body. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Cuts the connection when it is aborted. */
  readonly signal?: AbortSignal;
}

/** A whole response. */
export interface FetchedResponse {
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case; repeated fields are joined, Set-Cookie is a list. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** The body as UTF-8. */
  readonly body: string;
  readonly bytes: Buffer;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  /** Status of each interim (1xx) response. */
  readonly interim: readonly number[];
  /** The body parsed as JSON. */
  json(): unknown;
}

async function readResponse(message: IncomingMessage, interim: readonly number[]): Promise<FetchedResponse> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const { statusCode = 0, statusMessage = '', headers, rawHeaders, trailers } = message;
  const body = bytes.toString();
  return {
    status: statusCode,
    statusText: statusMessage,
    headers,
    rawHeaders,
    body,
    bytes,
    trailers,
    interim,
    json: () => JSON.parse(body) as unknown,
  };
}

/** Sends one request and reads the whole response; rejects when it breaks off. Redirects are not followed. */
export function fetchFrom(
  port: number,
  path: string,
  agent: Agent,
  init: FetchInit,
): Promise<FetchedResponse> {
  const { body, method = body === undefined ? 'GET' : 'POST', signal } = init;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(init.headers ?? {})) {
    headers[name] = typeof value === 'string' ? value : [...value];
  }
  if (body !== undefined) headers['content-length'] ??= String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const interim: number[] = [];
    const options = { host: '127.0.0.1', port, path, method, headers, agent, ...(signal && { signal }) };
    const outgoing = (agent instanceof TlsAgent ? requestTls : request)(options, (message) => {
      readResponse(message, interim).then(resolve, reject);
    });
    outgoing.on('information', ({ statusCode }) => interim.push(statusCode));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
