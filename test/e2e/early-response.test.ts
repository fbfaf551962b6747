import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { curl, temporaryFolder } from './peers.ts';
import { get, post, requestText } from './wire.ts';

const tooLarge = { status: 413, isEarly: true, body: 'too large' } as const;

test('an answer before the end of a long upload reaches the client, whose connection then ends', async () => {
  await using gateway = await startTestGateway({ origin: tooLarge });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Content-Length: 10000000'));
  client.send(Buffer.alloc(100_000));
  const response = await client.readResponse();
  expect([response.status, response.text]).toEqual([413, 'too large']);
  expect(response.header('connection')).toBe('close');
  await client.readUntilClose();
  expect(client.wasReset).toBe(false);
  await gateway.origin.waitForNoConnections();
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ endedBy: undefined, phase: 'done' });
});

test('an answer before the end of a short upload keeps the client’s connection', async () => {
  await using gateway = await startTestGateway({ origin: [tooLarge, { body: 'next' }] });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Content-Length: 10') + 'half ');
  expect((await client.readResponse()).status).toBe(413);
  client.send(`whole${get('/next')}`);
  expect((await client.readResponse()).text).toBe('next');
  expect(gateway.origin.requests[1]!.target).toBe('/next');
  expect(gateway.origin.connections).toHaveLength(2);
});

test('an answer to a backend’s refusal in the middle of a chunked upload ends the client’s connection', async () => {
  await using gateway = await startTestGateway({ origin: tooLarge });
  using client = await gateway.connect();
  client.send(`${requestText('POST', '/', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`);
  const response = await client.readResponse();
  expect([response.status, response.header('connection')]).toEqual([413, 'close']);
  await client.readUntilClose();
});

test('curl sees the 413 that comes while it uploads', async () => {
  const file = join(temporaryFolder(), 'upload');
  writeFileSync(file, Buffer.alloc(5_000_000));
  await using gateway = await startTestGateway({ origin: { ...tooLarge, ending: 'close' } });
  const { status, body } = await curl('--header', 'Expect:', '--data-binary', `@${file}`, gateway.url);
  expect([status, body.toString()]).toEqual([413, 'too large']);
});

test('a long early answer and the rest of the upload pass each other', async () => {
  const body = 'x'.repeat(2_000_000);
  await using gateway = await startTestGateway({ origin: { isEarly: true, body } });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Content-Length: 3000000'));
  client.send(Buffer.alloc(3_000_000));
  expect((await client.readResponse()).text).toBe(body);
});

test('maxBodyBytes refuses a longer body with 413: by its length at once, chunked when it is exceeded', async () => {
  await using gateway = await startTestGateway({ limits: { maxBodyBytes: 10 } });
  using declared = await gateway.connect();
  declared.send(requestText('POST', '/', 'Content-Length: 11'));
  expect((await declared.readResponse()).status).toBe(413);
  await declared.readUntilClose();
  expect(gateway.origin.requests).toHaveLength(0);
  using chunked = await gateway.connect();
  chunked.send(`${requestText('POST', '/', 'Transfer-Encoding: chunked')}a\r\n0123456789\r\n`);
  await gateway.origin.waitForRequest();
  chunked.send('1\r\nx\r\n');
  expect((await chunked.readResponse()).status).toBe(413);
  await gateway.origin.waitForNoConnections();
  expect(gateway.origin.requests[0]!.isComplete).toBe(false);
});

test('a request body that stops arriving is answered with 408', async () => {
  await using gateway = await startTestGateway({ limits: { requestIdleTimeoutMs: 100 } });
  using client = await gateway.connect();
  client.send(post('/', 'half').replace('Content-Length: 4', 'Content-Length: 8'));
  const response = await client.readResponse();
  expect([response.status, response.header('connection')]).toEqual([408, 'close']);
  await gateway.origin.waitForNoConnections();
});

test('a backend that takes a request body slowly is not held against the client', async () => {
  const length = 12_000_000;
  await using gateway = await startTestGateway({
    limits: { requestIdleTimeoutMs: 150 },
    origin: ({ connection }) => {
      connection.socket.pause();
      setTimeout(() => connection.socket.resume(), 600);
      return { body: 'taken' };
    },
  });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', `Content-Length: ${length}`));
  client.send(Buffer.alloc(length));
  const response = await client.readResponse();
  expect([response.status, response.text]).toEqual([200, 'taken']);
  expect(gateway.origin.requests[0]!.body).toHaveLength(length);
});
