import type { RawClient, RawResponse } from 'hookway/testing';
import { get, post, requestText } from '../wire.ts';

/** What a client does, and what it sees of the answer. */
export interface RequestKind {
  /** Sends all there is to send; resolves with what came back, or `cut`. */
  send(client: RawClient, moment: ClientMoment): Promise<string>;
  readonly method: string;
  /** Requests of one client. */
  readonly count?: number;
  /** The fault does not wait for the end of the request, which never comes. */
  readonly isUnfinished?: boolean;
  /** The client is gone before the fault strikes. */
  readonly leaves?: boolean;
}

/** Moments that clients wait for. */
interface ClientMoment {
  /** The request, or a part of it, has come to the backend, or is on its way to where none will come. */
  readonly reached: Promise<unknown>;
  /** The exchange is over. */
  readonly settled: Promise<unknown>;
}

/** The status of a whole response; a reset behind a body that ends with the connection breaks it off. */
async function see(client: RawClient, method: string): Promise<string> {
  try {
    const response = await client.readResponse({ to: method });
    return endsWithConnection(response) && client.wasReset ? 'cut' : String(response.status);
  } catch {
    return 'cut';
  }
}

function endsWithConnection(response: RawResponse): boolean {
  return (
    response.header('content-length') === undefined && response.header('transfer-encoding') === undefined
  );
}

function simple(method: string, text: string): RequestKind {
  return {
    method,
    send(client) {
      client.send(text);
      return see(client, method);
    },
  };
}

function leaving(method: string, text: string, isUnfinished: boolean): RequestKind {
  return {
    method,
    isUnfinished,
    leaves: true,
    async send(client, { reached, settled }) {
      client.send(text);
      await reached;
      client.reset();
      await settled;
      return 'gone';
    },
  };
}

const upload = 'u'.repeat(2_000);
const chunkedUpload = `7d0\r\n${upload}\r\n0\r\n\r\n`;
const half = requestText('POST', '/', 'Content-Length: 2000') + upload.slice(0, 1_000);

/** Kinds of requests, by the names that they have in docs/faults.md. */
export const kinds: Readonly<Record<string, RequestKind>> = {
  GET: simple('GET', get()),
  'GETs sent ahead': {
    method: 'GET',
    count: 3,
    async send(client) {
      client.send(get().repeat(3));
      const seen = new Set<string>();
      for (let i = 0; i < 3; i++) {
        seen.add(await see(client, 'GET'));
        if (seen.has('cut')) break;
      }
      return [...seen].join();
    },
  },
  HEAD: simple('HEAD', requestText('HEAD', '/')),
  'GET of HTTP/1.0': simple('GET', 'GET / HTTP/1.0\r\nHost: a.example\r\n\r\n'),
  PUT: simple('PUT', requestText('PUT', '/', 'Content-Length: 2000') + upload),
  POST: simple('POST', post('/', upload)),
  'POST in chunks': simple('POST', requestText('POST', '/', 'Transfer-Encoding: chunked') + chunkedUpload),
  'POST in part': {
    method: 'POST',
    isUnfinished: true,
    send(client) {
      client.send(half);
      return see(client, 'POST');
    },
  },
  'POST that expects 100': {
    method: 'POST',
    isUnfinished: true,
    async send(client) {
      client.send(requestText('POST', '/', 'Content-Length: 2000', 'Expect: 100-continue'));
      try {
        const first = await client.readOne({ to: 'POST' });
        if (first.status !== 100)
          return first.status < 200 ? await see(client, 'POST') : String(first.status);
        client.send(upload);
        return await see(client, 'POST');
      } catch {
        return 'cut';
      }
    },
  },
  upgrade: simple('GET', get('/', 'Connection: Upgrade', 'Upgrade: echo')),
  'GET and leaves': leaving('GET', get(), false),
  'POST in part and leaves': leaving('POST', half, true),
};
