import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { readJsonLines } from '../support/jsonl.ts';

/** What the cases of uNetworking/h1spec ask, in our own words: the status must be in one of the ranges. */
interface SpecCase {
  readonly name: string;
  readonly send: string;
  /** What makes a whole request of it: until then there must be no answer. */
  readonly rest?: string;
  /** What a backend that echoes answers. */
  readonly body?: string;
  readonly statuses: readonly (readonly [from: number, to: number])[];
}

const cases = readJsonLines<SpecCase>(new URL('suites/h1spec.jsonl', import.meta.url));

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({
    origin: async (request) => ({ body: (await request.completed()).body }),
  });
});

afterAll(() => gateway.close());

test('h1spec has the cases that its author counts', () => {
  expect(cases).toHaveLength(33);
});

test.each(cases)('h1spec: $name', async ({ send, rest, body, statuses }) => {
  using client = await gateway.connect();
  client.send(send);
  if (rest !== undefined) {
    await gateway.fetch('/'); // what was sent has been read by now
    expect([client.received.toString(), client.hasEnded]).toEqual(['', false]);
    client.send(rest);
  }
  const { status, text } = await client.readOne();
  expect(statuses.some(([from, to]) => status >= from && status <= to)).toBe(true);
  if (body !== undefined && status === 200) expect(text).toBe(body);
});
