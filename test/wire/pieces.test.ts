import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OriginRequest, startTestGateway, type TestGateway } from 'hookway/testing';

const request =
  'POST /a HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5;e\r\nhello\r\n0\r\nT: 1\r\n\r\n' +
  'PUT /b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nbye' +
  'GET /c HTTP/1.1\r\nHost: a.example\r\n\r\n';
const forwarded = [
  'POST /a HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n',
  'PUT /b HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nbye',
  'GET /c HTTP/1.1\r\nHost: a.example\r\n\r\n',
];

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ origin: ({ target }: OriginRequest) => ({ body: target }) });
});

afterAll(() => gateway.close());

/** The same message, whatever the chunks that its body came in. */
const withoutChunking = ({ startLine, headers, text, trailers }: OriginRequest) => ({
  startLine,
  headers,
  text,
  trailers,
});

test.each([1, 2, 3, 7, 64, 1_000])(
  'requests that arrive in pieces of %i bytes are the same requests',
  async (size) => {
    const before = gateway.origin.requests.length;
    using client = await gateway.connect();
    await client.sendInPieces(request, size);
    for (const target of ['/a', '/b', '/c']) expect((await client.readResponse()).text).toBe(target);
    const requests = gateway.origin.requests.slice(before);
    expect(requests.map(({ startLine }) => startLine)).toEqual(
      forwarded.map((text) => text.split('\r\n')[0]),
    );
    expect(withoutChunking(requests[0]!)).toMatchObject({ text: 'hello', trailers: [['T', '1']] });
    expect(requests.slice(1).map(({ raw }) => raw.toString())).toEqual(forwarded.slice(1));
  },
);

test('responses that arrive in pieces are the same responses', async () => {
  const heads =
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const raw = `${heads}5;e\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n`;
  const property = fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (size) => {
    gateway.origin.script = (each) => {
      if (each.target !== '/pieces') return { body: each.target };
      void sendInPieces(each, raw, size);
      return undefined;
    };
    using client = await gateway.connect();
    client.send(
      'GET /pieces HTTP/1.1\r\nHost: a.example\r\n\r\nGET /next HTTP/1.1\r\nHost: a.example\r\n\r\n',
    );
    expect(await client.readResponse()).toMatchObject({
      status: 200,
      text: 'hello world',
      trailers: [['T', '1']],
      interim: [{ status: 103 }],
    });
    expect((await client.readResponse()).text).toBe('/next');
  });
  await fc.assert(property, { seed: 11, numRuns: 25 });
});

async function sendInPieces({ connection }: OriginRequest, text: string, size: number): Promise<void> {
  for (let at = 0; at < text.length; at += size) {
    connection.write(text.slice(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test.each([0, 1, 100, 65_536, 1_000_000])(
  'a body of %i bytes comes through both ways, byte for byte',
  async (size) => {
    const body = Buffer.alloc(size, 'abcdefghijk');
    gateway.origin.script = async (each) => ({ body: (await each.completed()).body });
    const echoed = await gateway.fetch('/', { body });
    expect(echoed.status).toBe(200);
    expect(echoed.bytes.equals(body)).toBe(true);
    gateway.origin.script = async (each) => ({ body: (await each.completed()).body, chunked: 4_000 });
    const inChunks = await gateway.fetch('/', { body });
    expect(inChunks.bytes.equals(body)).toBe(true);
  },
);
