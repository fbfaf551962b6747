import { type OriginAnswer, startOrigin, startTestGateway, unusedPort } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { startUnansweredListener } from './peers.ts';
import { get, requestText } from './wire.ts';

/** Where the head of an answer with these properties ends. */
function headLength(answer: OriginAnswer): number {
  const framing =
    answer.chunked === undefined
      ? `Content-Length: ${String(answer.body).length}`
      : 'Transfer-Encoding: chunked';
  return `HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`.length;
}

const whole = { body: 'x'.repeat(1_000) } as const;
const chunks = { body: 'x'.repeat(1_000), chunked: 100 } as const;

test.each([
  ['closes', 'with a length', { ...whole, cutAt: headLength(whole) + 500, ending: 'close' }],
  ['resets', 'with a length', { ...whole, cutAt: headLength(whole) + 500, ending: 'reset' }],
  ['closes', 'with a length, right behind the head', { ...whole, cutAt: headLength(whole), ending: 'close' }],
  ['closes', 'in a chunk', { ...chunks, cutAt: headLength(chunks) + 150, ending: 'close' }],
  ['closes', 'between chunks', { ...chunks, cutAt: headLength(chunks) + 106, ending: 'close' }],
  [
    'closes',
    'before the last chunk is whole',
    { ...chunks, cutAt: headLength(chunks) + 10 * 106 + 3, ending: 'close' },
  ],
  ['resets', 'before the last chunk', { ...chunks, cutAt: headLength(chunks) + 10 * 106, ending: 'reset' }],
] as const)('a backend that %s in a body (%s) resets the client’s connection', async (_, _where, answer) => {
  await using gateway = await startTestGateway({ origin: answer });
  using client = await gateway.connect();
  client.send(get());
  expect((await client.readUntilClose()).toString()).not.toContain('\r\n0\r\n\r\n');
  expect(client.wasReset).toBe(true);
  await expect(gateway.fetch('/')).rejects.toThrow();
  const { outcome, attempts } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ endedBy: 'backend', phase: 'relay', code: 'response_truncated' });
  expect(attempts).toHaveLength(1);
});

test('an HTTP/1.0 client is reset as well, since the end of its connection would say that all was sent', async () => {
  await using gateway = await startTestGateway({
    origin: { ...chunks, cutAt: headLength(chunks) + 150, ending: 'close' },
  });
  using client = await gateway.connect();
  client.send('GET / HTTP/1.0\r\n\r\n');
  await client.readUntilClose();
  expect(client.wasReset).toBe(true);
});

test('a reset of a response that ends with the connection is not taken for its end', async () => {
  await using origin = await startOrigin(({ connection }) => {
    connection.write('HTTP/1.1 200 OK\r\n\r\nhalf of it');
  });
  await using gateway = await startTestGateway({ origin });
  using client = await gateway.connect();
  client.send(get());
  await client.waitForText('half of it');
  origin.connections[0]!.reset();
  expect((await client.readUntilClose()).toString()).not.toContain('\r\n0\r\n\r\n');
  expect(client.wasReset).toBe(true);
});

test('bytes beyond the announced length are not passed on', async () => {
  await using gateway = await startTestGateway({
    origin: { raw: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nevil' },
  });
  using client = await gateway.connect();
  client.send(get());
  expect((await client.readResponse()).text).toBe('ok');
  client.send(get());
  expect((await client.readResponse()).text).toBe('ok');
  expect(gateway.origin.connections).toHaveLength(2);
});

test.each([
  ['garbage', 'SSH-2.0-server\r\n\r\n'],
  ['a status that is no number', 'HTTP/1.1 2x0 OK\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
  [
    'a length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a folded line', 'HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\nContent-Length: 0\r\n\r\n'],
  ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`],
  [
    'a switch nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  ],
])('a backend that answers with %s gives 502', async (_, raw) => {
  await using gateway = await startTestGateway({ origin: { raw } });
  const response = await gateway.fetch('/');
  expect(response.status).toBe(502);
  expect(response.json()).toMatchObject({ code: 'malformed_response' });
  await gateway.origin.waitForNoConnections();
});

test('a refused connection gives 502', async () => {
  const backends = [`http://127.0.0.1:${await unusedPort()}`];
  await using gateway = await startTestGateway({ upstreams: { app: { backends } } });
  const response = await gateway.fetch('/');
  expect(response.status).toBe(502);
  expect(response.json()).toMatchObject({ status: 502, code: 'connect_failed' });
});

test('a POST whose connection was refused may be retried, and answers 502 otherwise', async () => {
  const backends = [`http://127.0.0.1:${await unusedPort()}`];
  await using gateway = await startTestGateway({ upstreams: { app: { backends } } });
  using client = await gateway.connect();
  client.send(requestText('POST', '/', 'Content-Length: 5') + 'hello' + get('/next'));
  expect((await client.readResponse()).status).toBe(502);
  expect((await client.readResponse()).status).toBe(502);
});

test('a connection that is not accepted in time gives 504', async () => {
  const backends = [await startUnansweredListener()];
  await using gateway = await startTestGateway({ upstreams: { app: { backends, connectTimeoutMs: 100 } } });
  const response = await gateway.fetch('/');
  expect(response.status).toBe(504);
  expect(response.json()).toMatchObject({ code: 'connect_timeout' });
});

test('a response head that does not come in time gives 504', async () => {
  await using origin = await startOrigin({ cutAt: 0 });
  await using gateway = await startTestGateway({
    upstreams: { app: { backends: [origin.url], responseHeadTimeoutMs: 100 } },
  });
  const response = await gateway.fetch('/');
  expect(response.status).toBe(504);
  expect(response.json()).toMatchObject({ code: 'response_head_timeout' });
  await origin.waitForNoConnections();
});

test('a response body that stops arriving resets the client’s connection', async () => {
  await using origin = await startOrigin({ ...whole, cutAt: 500 });
  await using gateway = await startTestGateway({
    upstreams: { app: { backends: [origin.url], idleTimeoutMs: 100 } },
  });
  await expect(gateway.fetch('/')).rejects.toThrow();
  expect((await gateway.waitForExchange()).outcome?.code).toBe('response_idle_timeout');
  await origin.waitForNoConnections();
});

test('a request beyond the queue gets 503 queue_full, one that waits too long 503 queue_timeout', async () => {
  const gate = new Gate();
  await using origin = await startOrigin({ after: gate.opened, body: 'first' });
  const limits = { maxConnections: 1, maxQueued: 1, queueTimeoutMs: 150 };
  await using gateway = await startTestGateway({ upstreams: { app: { backends: [origin.url], ...limits } } });
  const first = gateway.fetch('/1');
  await origin.waitForRequest();
  const second = gateway.fetch('/2');
  const third = await Promise.race([gateway.fetch('/3'), second]);
  expect([third.status, third.json()]).toEqual([503, expect.objectContaining({ code: 'queue_full' })]);
  const waited = await second;
  expect([waited.status, waited.json()]).toEqual([503, expect.objectContaining({ code: 'queue_timeout' })]);
  gate.open();
  expect((await first).body).toBe('first');
  expect((await gateway.fetch('/4')).body).toBe('first');
  expect(origin.connections).toHaveLength(1);
});

test('after a failure the backend is asked anew', async () => {
  await using gateway = await startTestGateway({
    origin: [{ raw: 'garbage\r\n\r\n' }, { cutAt: 0, ending: 'close' }, { body: 'well again' }],
  });
  expect((await gateway.fetch('/')).status).toBe(502);
  expect((await gateway.fetch('/')).status).toBe(502);
  expect((await gateway.fetch('/')).body).toBe('well again');
});
