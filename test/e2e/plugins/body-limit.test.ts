import { expect, test } from 'vitest';
import { definePlugin, only } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import bodyLimit from 'hookway/plugins/body-limit';

const startGateway = (maxBytes: number) => startTestGateway({ plugins: [bodyLimit({ maxBytes })] });

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunkedHead = 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n';

test('a body up to the limit passes, to the byte', async () => {
  await using gateway = await startGateway(10);
  expect((await gateway.fetch('/', { body: 'x'.repeat(10) })).status).toBe(200);
  expect((await gateway.fetch('/', { body: 'x'.repeat(11) })).status).toBe(413);
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('a body that is announced too long is refused before it is read, and no backend is asked', async () => {
  await using gateway = await startGateway(10);
  const client = await gateway.connect();
  client.send('POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n');
  const response = await client.readResponse();
  expect(response.status).toBe(413);
  expect(JSON.parse(response.text)).toMatchObject({ code: 'body_too_large' });
  expect(gateway.origin.requests).toHaveLength(0);
});

test('a chunked body is counted as it comes', async () => {
  await using gateway = await startGateway(10);
  const client = await gateway.connect();
  client.send(`${chunkedHead}${chunk('12345')}${chunk('67890')}0\r\n\r\n`);
  expect((await client.readResponse()).status).toBe(200);
  client.send(`${chunkedHead}${chunk('12345')}${chunk('678901')}0\r\n\r\n`);
  const response = await client.readResponse();
  expect(response.status).toBe(413);
  expect(JSON.parse(response.text)).toMatchObject({ code: 'body_too_large' });
  const { outcome } = await gateway.waitForExchange(2);
  expect(outcome).toMatchObject({ endedBy: 'client', code: 'body_too_large' });
});

test('with 0 no request may have a body', async () => {
  await using gateway = await startGateway(0);
  expect((await gateway.fetch('/')).status).toBe(200);
  expect((await gateway.fetch('/', { body: 'x' })).status).toBe(413);
});

test('routes have limits of their own, and of several the lowest counts', async () => {
  await using gateway = await startTestGateway({
    routes: [
      { name: 'upload', path: '/upload/*', upstream: 'origin' },
      { name: 'rest', upstream: 'origin' },
    ],
    plugins: [
      bodyLimit({ maxBytes: 100 }),
      only({ routes: ['rest'] }, bodyLimit({ maxBytes: 10 })),
      only({ routes: ['upload'] }, bodyLimit({ maxBytes: 1_000 })),
    ],
  });
  const statusOf = async (path: string, bytes: number): Promise<number> =>
    (await gateway.fetch(path, { body: 'x'.repeat(bytes) })).status;
  expect([await statusOf('/', 10), await statusOf('/', 11)]).toEqual([200, 413]);
  expect([await statusOf('/upload/a', 100), await statusOf('/upload/a', 101)]).toEqual([200, 413]);
});

test('a plugin that reads the body gets no more than the limit', async () => {
  const reader = definePlugin({
    name: 'reader',
    setup: ({ hooks }) =>
      hooks.onRequest.tapPromise(async ({ outbound }) => {
        await outbound.body.buffer(1_000_000);
      }),
  });
  await using gateway = await startTestGateway({ plugins: [reader(), bodyLimit({ maxBytes: 10 })] });
  const client = await gateway.connect();
  client.send(`${chunkedHead}${chunk('x'.repeat(11))}0\r\n\r\n`);
  expect((await client.readResponse()).status).toBe(413);
  expect(gateway.origin.requests).toHaveLength(0);
});
