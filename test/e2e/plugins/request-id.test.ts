import { expect, test } from 'vitest';
import { startTestGateway } from 'hookway/testing';
import requestId, { RequestId } from 'hookway/plugins/request-id';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('backend, client and plugins see the same new identifier', async () => {
  await using gateway = await startTestGateway({ plugins: [requestId()] });
  const response = await gateway.fetch('/');
  const id = response.headers['x-request-id'];
  expect(id).toMatch(uuid);
  expect(gateway.origin.requests[0]!.header('x-request-id')).toBe(id);
  expect((await gateway.waitForExchange()).get(RequestId)).toBe(id);
});

test('every request gets another one', async () => {
  await using gateway = await startTestGateway({ plugins: [requestId()] });
  const responses = await Promise.all(Array.from({ length: 20 }, () => gateway.fetch('/')));
  expect(new Set(responses.map(({ headers }) => headers['x-request-id'])).size).toBe(20);
});

test('an identifier of the client is replaced', async () => {
  await using gateway = await startTestGateway({ plugins: [requestId()] });
  const response = await gateway.fetch('/', { headers: { 'X-Request-ID': 'mine' } });
  expect(response.headers['x-request-id']).toMatch(uuid);
  expect(gateway.origin.requests[0]!.raw.toString()).not.toContain('mine');
});

test('a trusted identifier is kept when it is well-formed', async () => {
  await using gateway = await startTestGateway({ plugins: [requestId({ trustInbound: true })] });
  const ask = async (id: string): Promise<unknown> =>
    (await gateway.fetch('/', { headers: { 'x-request-id': id } })).headers['x-request-id'];
  expect(await ask('edge.1:4711')).toBe('edge.1:4711');
  expect(await ask('<script>')).toMatch(uuid);
  expect(await ask('x'.repeat(129))).toMatch(uuid);
  expect(gateway.origin.requests[0]!.header('x-request-id')).toBe('edge.1:4711');
});

test('the identifier of the backend does not reach the client', async () => {
  await using gateway = await startTestGateway({
    plugins: [requestId()],
    origin: { headers: { 'X-Request-Id': 'of-the-backend' } },
  });
  expect((await gateway.fetch('/')).headers['x-request-id']).toMatch(uuid);
});

test('answers of the gateway itself carry it as well', async () => {
  await using gateway = await startTestGateway({ plugins: [requestId()], routes: [] });
  const response = await gateway.fetch('/');
  expect([response.status, response.headers['x-request-id']]).toEqual([404, expect.stringMatching(uuid)]);
});

test('the name of the field can be chosen, and the client kept out', async () => {
  const plugins = [requestId({ header: 'X-Correlation-ID', response: false })];
  await using gateway = await startTestGateway({ plugins });
  const response = await gateway.fetch('/');
  expect(response.headers['x-correlation-id']).toBeUndefined();
  expect(gateway.origin.requests[0]!.raw.toString()).toMatch(/\r\nX-Correlation-ID: [0-9a-f-]{36}\r\n/);
});
