import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OriginAnswer, type RawClient, startTestGateway, type TestGateway } from 'hookway/testing';
import { readCases } from '../support/jsonl.ts';

/** What a backend answers, and what must come of it. */
interface ResponseCase {
  readonly name: string;
  /** Bytes of the answer, one a character. */
  readonly respond: string;
  /** What the backend does then; default: keep the connection. */
  readonly ending?: OriginAnswer['ending'];
  /** Default: a plain GET. */
  readonly request?: string;
  /** Bytes that the client receives, `Date: *` for a date that the gateway made; null for any beginning. */
  readonly receives?: string | null;
  /** The client's connection is then reset. */
  readonly cutOff?: boolean;
  /** Or: status and code of the gateway's own answer, behind that many interim responses. */
  readonly status?: number;
  readonly code?: string;
  readonly interim?: number;
  /** Whether the client's connection is closed; default: when it is reset. */
  readonly closes?: boolean;
  /** Whether the connection to the backend serves the next request. */
  readonly reuses: boolean;
}

const limits = { maxHeadBytes: 2_048, maxFieldCount: 16, maxTrailerBytes: 256, lingerTimeoutMs: 100 };
const clean = 'GET /clean HTTP/1.1\r\nHost: a.example\r\n\r\n';
const cleanAnswer: OriginAnswer = { body: 'clean' };

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ limits });
});

afterAll(() => gateway.close());

const withoutOwnDate = (text: string): string =>
  text.replace(/\r\nDate: (?!Sun, 06 Nov 1994)[^\r]*/, '\r\nDate: *');

async function expectRelayed(
  client: RawClient,
  { receives, cutOff = false, closes = cutOff }: ResponseCase,
): Promise<void> {
  if (closes) await client.readUntilClose();
  else await client.waitForText(receives!.slice(-8));
  const received = withoutOwnDate(client.received.toString('latin1'));
  if (receives !== null) expect(received).toBe(receives);
  expect(client.wasReset).toBe(cutOff);
}

async function expectAnswered(
  client: RawClient,
  { status, code, interim = 0, request = '' }: ResponseCase,
): Promise<void> {
  const response = await client.readResponse({ to: request.split(' ')[0] || 'GET' });
  expect(response.status).toBe(status);
  expect(response.interim).toHaveLength(interim);
  if (response.text !== '') expect(JSON.parse(response.text)).toMatchObject({ code });
}

/** The next request of the same client is answered by a backend, and neither side is out of step. */
async function expectInStep(client: RawClient): Promise<void> {
  const before = client.received.length;
  client.send(clean);
  const text = await client.waitForText('clean');
  expect(text.slice(before)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nclean$/);
}

async function run(example: ResponseCase): Promise<void> {
  const { origin } = gateway;
  const {
    request = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    status,
    closes = example.cutOff === true,
  } = example;
  const first = origin.requests.length;
  const answer: OriginAnswer = { raw: example.respond, ending: example.ending ?? 'keep' };
  origin.script = (each) => (each.target === '/clean' ? cleanAnswer : answer);
  using client = await gateway.connect();
  client.send(request);
  if (status === undefined) await expectRelayed(client, example);
  else await expectAnswered(client, example);
  // a failed connection is replaced where that can do no harm: the last one is what counts
  const used = origin.requests.slice(first).at(-1)!.connection;
  if (!example.reuses) await used.closed();
  using next = closes ? await gateway.connect() : undefined;
  await expectInStep(next ?? client);
  expect(origin.requests.at(-1)!.connection === used).toBe(example.reuses);
}

describe.each(readCases<ResponseCase>(new URL('responses/', import.meta.url)))(
  'responses: %s',
  (_file, cases) => {
    test.each(cases)('$name', run);
  },
);
