import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type OriginRequest,
  type RawClient,
  type RawResponse,
  startTestGateway,
  type TestGateway,
} from 'hookway/testing';
import { readCases } from '../support/jsonl.ts';

/** What a client sends, and what must come of it. */
interface RequestCase {
  readonly name: string;
  /** Bytes, one a character. */
  readonly send: string;
  /** Status of the response, or of each of several. */
  readonly status: number | readonly number[];
  /** Whether the gateway then closes the connection. */
  readonly closes: boolean;
  /** Bytes of every request that reaches the backend completely. */
  readonly forwarded: readonly string[];
  /** Code of the problem that the last response tells. */
  readonly code?: string;
  /** Method of each request, where it decides how the response is read. */
  readonly to?: readonly string[];
  readonly bodies?: readonly string[];
  /** Fields of the last response, and fields it must not have. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly absent?: readonly string[];
}

const limits = {
  maxHeadBytes: 2_048,
  maxTargetBytes: 256,
  maxFieldCount: 16,
  maxTrailerBytes: 256,
  maxBodyBytes: 100,
  lingerTimeoutMs: 100,
};

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ limits, origin: ({ target }: OriginRequest) => ({ body: target }) });
});

afterAll(() => gateway.close());

async function readResponses(client: RawClient, { status, to = [] }: RequestCase): Promise<RawResponse[]> {
  const responses: RawResponse[] = [];
  for (const [at] of [status].flat().entries()) {
    responses.push(await client.readResponse({ to: to[at] ?? 'GET' }));
  }
  return responses;
}

/** The connection is where it should be: the next request on it gets its own answer. */
async function expectInStep(client: RawClient, target: string): Promise<void> {
  client.send(`GET ${target} HTTP/1.1\r\nHost: clean.example\r\n\r\n`);
  expect(await client.readResponse()).toMatchObject({
    status: 200,
    text: target,
    startLine: 'HTTP/1.1 200 OK',
  });
}

/** Nothing is left behind for somebody else: a clean request of another client gets its own answer. */
async function expectNothingPoisoned(): Promise<void> {
  using client = await gateway.connect();
  await expectInStep(client, '/clean');
}

function expectLast(response: RawResponse, { code, fields = {}, absent = [] }: RequestCase): void {
  if (code !== undefined) expect(JSON.parse(response.text)).toMatchObject({ code, status: response.status });
  for (const [name, value] of Object.entries(fields)) expect(response.header(name)).toBe(value);
  for (const name of absent) expect(response.header(name)).toBeUndefined();
}

async function run(example: RequestCase): Promise<void> {
  const { send, status, closes, bodies } = example;
  const { requests, authority } = gateway.origin;
  const before = requests.length;
  using client = await gateway.connect();
  client.send(send);
  const responses = await readResponses(client, example);
  expect(responses.map((response) => response.status)).toEqual([status].flat());
  if (bodies !== undefined) expect(responses.map(({ text }) => text)).toEqual(bodies);
  expectLast(responses.at(-1)!, example);
  if (closes) {
    const all = await client.readUntilClose();
    expect(all.length).toBe(responses.reduce((sum, { raw }) => sum + raw.length, 0));
    expect(responses.at(-1)!.header('connection')).toBe('close');
  } else await expectInStep(client, '/in-step');
  await expectNothingPoisoned();
  const forwarded = requests
    .slice(before)
    .filter(({ isComplete, headers }) => isComplete && headers[0]![1] !== 'clean.example');
  const expected = example.forwarded.map((text) => text.replace('{origin}', authority));
  expect(forwarded.map(({ raw }) => raw.toString('latin1'))).toEqual(expected);
}

describe.each(readCases<RequestCase>(new URL('requests/', import.meta.url)))(
  'requests: %s',
  (_file, cases) => {
    test.each(cases)('$name', run);
  },
);
