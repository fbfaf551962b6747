import { expect, test } from 'vitest';
import { startOrigin, startTestGateway } from 'hookway/testing';
import via from 'hookway/plugins/via';

test('names the gateway to backends, behind those who came before', async () => {
  await using gateway = await startTestGateway({ plugins: [via({ name: 'edge-1' })] });
  await gateway.fetch('/', { headers: { via: '1.0 fred' } });
  const client = await gateway.connect();
  client.send('GET / HTTP/1.0\r\n\r\n');
  await client.readResponse();
  const [first, second] = gateway.origin.requests;
  expect(first!.header('via')).toMatch(/^1\.0 fred, ?1\.1 edge-1$/);
  expect(second!.header('via')).toBe('1.0 edge-1');
});

test('names the gateway to clients when a backend answered', async () => {
  await using gateway = await startTestGateway({
    plugins: [via({ name: 'edge-1' })],
    origin: { headers: { Via: '1.1 inner' } },
  });
  const response = await gateway.fetch('/');
  expect(response.headers['via']).toMatch(/^1\.1 inner, ?1\.1 edge-1$/);
});

test('an answer of the gateway itself has passed nobody', async () => {
  await using gateway = await startTestGateway({ plugins: [via({ name: 'edge-1' })], routes: [] });
  const response = await gateway.fetch('/');
  expect([response.status, response.headers['via']]).toEqual([404, undefined]);
});

test('a gateway that is its own backend answers 508 after one round', async () => {
  await using origin = await startOrigin();
  const plugins = [via()];
  await using gateway = await startTestGateway({ plugins, origin });
  origin.script = async (request) => {
    const response = await gateway.fetch('/', { headers: { via: request.header('via')! } });
    return { status: response.status, body: response.body };
  };
  const response = await gateway.fetch('/');
  expect(response.status).toBe(508);
  expect(JSON.parse(response.body)).toMatchObject({
    code: 'loop_detected',
    detail: 'The request has passed this gateway before.',
  });
  expect(origin.requests).toHaveLength(1);
  expect((await gateway.waitForExchange(1)).outcome).toMatchObject({
    code: 'loop_detected',
    plugin: 'via',
    hook: 'onRequest',
  });
});

test('two gateways in a row do not take each other for a loop', async () => {
  await using inner = await startTestGateway({ plugins: [via()] });
  await using outer = await startTestGateway({
    plugins: [via()],
    upstreams: { inner: { backends: [inner.url] } },
  });
  expect((await outer.fetch('/')).status).toBe(200);
  expect(inner.origin.requests[0]!.header('via')).toMatch(
    /^1\.1 hookway-[0-9a-f]{8}, ?1\.1 hookway-[0-9a-f]{8}$/,
  );
});

test('the own name in a comment of another is no loop', async () => {
  await using gateway = await startTestGateway({ plugins: [via({ name: 'edge-1' })] });
  const response = await gateway.fetch('/', { headers: { via: '1.1 fred (not 1.1 edge-1, 1.1 edge-1)' } });
  expect(response.status).toBe(200);
});

test('each part can be switched off', async () => {
  const off = { name: 'edge-1', request: false, response: false, detectLoops: false };
  await using gateway = await startTestGateway({ plugins: [via(off)] });
  const response = await gateway.fetch('/', { headers: { via: '1.1 edge-1' } });
  expect([response.status, response.headers['via']]).toEqual([200, undefined]);
  expect(gateway.origin.requests[0]!.header('via')).toBe('1.1 edge-1');
});
