import { definePlugin } from 'hookway';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import retry from 'hookway/plugins/retry';
import { type RawClient, startOrigin, startTestGateway } from 'hookway/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Authority } from '../support/authority.ts';
import { temporaryFolder } from './peers.ts';
import { get, post, requestText } from './wire.ts';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const upgrade = get('/', 'Connection: Upgrade', 'Upgrade: echo');
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

// what users of other Node.js proxies suffered from, by the issue where they tell of it; larger tests of the same stand
// in upgrade, abort-leak, early-response and the others
describe('a bug of another proxy that is none here:', () => {
  test.each(['client', 'backend'])(
    'the process dies of an ECONNRESET of the %s behind an upgrade (node-http-proxy 1286 and 1468, redbird 188)',
    async (side) => {
      await using origin = await startOrigin(({ connection }) => {
        connection.write(switching);
        connection.takeOver().resume();
      });
      await using gateway = await startTestGateway({ origin });
      using client = await gateway.connect();
      client.send(upgrade);
      await client.waitForText('\r\n\r\n');
      if (side === 'client') client.reset();
      else origin.connections[0]!.reset();
      expect((await gateway.waitForExchange()).outcome!.phase).toBe('tunnel');
      origin.script = { body: 'alive' };
      expect((await gateway.fetch('/')).body).toBe('alive');
    },
  );

  test('sockets leak when clients abort (http-proxy-middleware 782, reply-from 424, httpxy 85)', async () => {
    await using gateway = await startTestGateway({ origin: { body: 'x'.repeat(100_000), cutAt: 50_000 } });
    for (let i = 0; i < 50; i++) {
      using client = await gateway.connect();
      client.send(get());
      await client.waitForText('xxx');
      if (i % 2 === 0) client.reset();
    }
    await gateway.waitForExchange(50);
    await gateway.origin.waitForNoConnections();
    await expect.poll(() => gateway.gateway.control.openConnections, { interval: 5 }).toBe(0);
  });

  test('a POST hangs when its body was read before (node-http-proxy 180 and 530, http-proxy-middleware 40)', async () => {
    const reader = definePlugin({
      name: 'reader',
      setup: ({ hooks }) =>
        hooks.onRequest.tapPromise(async ({ outbound }) => void (await outbound.body.buffer(1_000))),
    });
    await using gateway = await startTestGateway({ plugins: [reader()] });
    expect((await gateway.fetch('/', { body: 'was read' })).status).toBe(200);
    expect((await (await gateway.origin.waitForRequest()).completed()).text).toBe('was read');
    await gateway.reload({ plugins: [reader(), reader()] });
    const second = await gateway.fetch('/', { body: 'read twice' });
    expect(second.json()).toMatchObject({ status: 500, code: 'body_taken' });
  });

  test('backends get a new connection for every request (node-http-proxy 929 and 1272)', async () => {
    await using gateway = await startTestGateway();
    for (let i = 0; i < 5; i++) await gateway.fetch('/');
    expect(gateway.origin.connections).toHaveLength(1);
  });

  test.each(['DELETE', 'OPTIONS'])(
    'a %s loses its Content-Length, and its body becomes a request (CVE-2026-29057)',
    async (method) => {
      await using gateway = await startTestGateway();
      using client = await gateway.connect();
      const body = 'GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n';
      client.send(requestText(method, '/', `Content-Length: ${body.length}`) + body);
      expect((await client.readResponse()).status).toBe(200);
      expect(gateway.origin.requests).toHaveLength(1);
      const request = await gateway.origin.requests[0]!.completed();
      expect([request.header('content-length'), request.text]).toEqual([String(body.length), body]);
    },
  );

  test('certificates of backends are not verified (reply-from)', async () => {
    const { cert, key } = new Authority(temporaryFolder()).issue('127.0.0.1');
    const server = createServer({ cert, key }, (_, response) => response.end('secret')).listen(
      0,
      '127.0.0.1',
    );
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const backends = [`https://127.0.0.1:${(server.address() as AddressInfo).port}`];
    await using gateway = await startTestGateway({ upstreams: { app: { backends } } });
    expect((await gateway.fetch('/')).json()).toMatchObject({ status: 502, code: 'tls_failed' });
  });

  test('503 is retried ten times by everybody at once (reply-from)', async () => {
    await using gateway = await startTestGateway({
      origin: { status: 503 },
      plugins: [retry({ attempts: 10, backoffMs: 0, budget: { share: 0, minConcurrent: 1 } })],
    });
    const answers = await Promise.all(Array.from({ length: 10 }, () => gateway.fetch('/')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 503));
    expect(gateway.origin.requests.length).toBeLessThan(10 * 10);
  });

  test('101 is sent before the backend has agreed (fastify-http-proxy)', async () => {
    await using gateway = await startTestGateway({ origin: { status: 403, body: 'no' } });
    using client = await gateway.connect();
    client.send(upgrade);
    expect(await client.readResponse()).toMatchObject({ status: 403, text: 'no', interim: [] });
  });

  test('a forged X-Forwarded-For is kept (httpxy, http-proxy-3)', async () => {
    await using gateway = await startTestGateway({ plugins: [forwardedHeaders({})] });
    await gateway.fetch('/', { headers: { 'x-forwarded-for': '203.0.113.7', 'x-real-ip': '203.0.113.7' } });
    const request = await gateway.origin.waitForRequest();
    expect(request.header('x-forwarded-for')).toBe('127.0.0.1');
    expect(request.header('x-real-ip')).toBe('127.0.0.1');
  });

  test('Expect: 100-continue is broken (node-http-proxy 1219)', async () => {
    await using origin = await startOrigin(async (request) => {
      request.connection.write('HTTP/1.1 100 Continue\r\n\r\n');
      return { body: (await request.completed()).text };
    });
    await using gateway = await startTestGateway({ origin });
    using client = await gateway.connect();
    client.send(requestText('POST', '/', 'Content-Length: 4', 'Expect: 100-continue'));
    expect((await client.readOne()).status).toBe(100);
    client.send('body');
    expect((await client.readResponse()).text).toBe('body');
  });

  test('fields of the connection are passed on (http-proxy-3 28)', async () => {
    await using gateway = await startTestGateway({
      origin: { headers: { 'Keep-Alive': 'timeout=5', Connection: 'X-Named', 'X-Named': '1' }, body: 'ok' },
    });
    using client = await gateway.connect();
    const fields = [
      'Connection: X-Named, keep-alive',
      'X-Named: 1',
      'Keep-Alive: 1',
      'Proxy-Connection: close',
      'TE: gzip',
    ];
    client.send(get('/', ...fields));
    const response = await client.readResponse();
    expect([response.header('x-named'), response.header('keep-alive')]).toEqual([undefined, undefined]);
    const { headers } = await gateway.origin.waitForRequest();
    expect(headers.map(([name]) => name.toLowerCase())).toEqual(['host']);
  });

  test('the path is changed on the way (http-proxy-middleware 1168)', async () => {
    await using gateway = await startTestGateway();
    using client = await gateway.connect();
    const target = '/a%2Fb//c%7E;x=%41/%C3%A4?q=%20&r=a+b';
    client.send(get(target));
    await client.readResponse();
    expect((await gateway.origin.waitForRequest()).target).toBe(target);
    client.send(get('/%2e/secret'));
    expect((await client.readResponse()).status).toBe(400);
    expect(gateway.origin.requests).toHaveLength(1);
  });

  test('trailers and 103 are lost, so that gRPC and Early Hints cannot work (all of them)', async () => {
    await using gateway = await startTestGateway({
      origin: {
        interim: [{ status: 103, headers: { Link: '</a.css>; rel=preload' } }],
        body: 'x',
        trailers: { 'grpc-status': '0' },
      },
    });
    using client = await gateway.connect();
    client.send(get('/', 'TE: trailers', 'Connection: TE'));
    const { interim, trailers } = await client.readResponse();
    expect(interim.map(({ status, headers }) => [status, headers])).toEqual([
      [103, [['Link', '</a.css>; rel=preload']]],
    ]);
    expect(trailers).toEqual([['grpc-status', '0']]);
  });

  test.each([
    ['a length', { body: 'x'.repeat(1_000), cutAt: 500, ending: 'close' }],
    ['chunks', { body: 'x'.repeat(1_000), chunked: 100, cutAt: 500, ending: 'close' }],
  ] as const)(
    'a body with %s that breaks off looks complete (node-http-proxy, http-proxy-3)',
    async (_, answer) => {
      await using gateway = await startTestGateway({ origin: answer });
      using client = await gateway.connect();
      client.send(get());
      await client.readUntilClose();
      expect(client.wasReset).toBe(true);
      expect(client.received.toString()).not.toMatch(/\r\n0\r\n\r\n$/);
    },
  );

  test('an error that nobody handles ends the process (node-http-proxy, http-proxy-3)', async () => {
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    process.on('uncaughtExceptionMonitor', onError);
    onTestFinished(() => void process.off('uncaughtExceptionMonitor', onError));
    const throwing = definePlugin({
      name: 'throwing',
      setup: ({ hooks }) => {
        hooks.onComplete.tap(() => {
          throw new Error('of a plugin');
        });
      },
    });
    await using gateway = await startTestGateway({
      origin: [{ raw: 'garbage\r\n\r\n' }, { cutAt: 0, ending: 'reset' }, { cutAt: 5, ending: 'reset' }, {}],
      plugins: [throwing()],
    });
    for (const request of [get(), get(), post('/', 'x'), 'no HTTP\r\n\r\n'])
      await sendAndReset(await gateway.connect(), request);
    expect((await gateway.fetch('/')).status).toBe(200);
    expect(errors).toEqual([]);
  });
});

async function sendAndReset(client: RawClient, request: string): Promise<void> {
  client.send(request);
  await client.readResponse().catch(() => {});
  client.reset();
}
