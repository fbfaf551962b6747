import { describe, expect, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { type OriginRequest, startTestGateway } from 'hookway/testing';

const ask =
  'GET /chat HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Key: 1\r\n\r\n';
const agreed =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Accept: 2\r\n\r\n';

/** Agrees, sends some bytes at once, and echoes what comes. */
function echo({ connection }: OriginRequest): undefined {
  connection.write(`${agreed}hello `);
  const socket = connection.takeOver();
  socket.pipe(socket);
}

const connect = 'CONNECT b.example:7 HTTP/1.1\r\nHost: b.example:7\r\n\r\n';
const tunnelRoutes = [{ upstream: 'origin', methods: ['CONNECT', 'GET'] }];

describe('an upgrade', () => {
  test('that the backend agrees to is a tunnel, and no early byte is lost on either side', async () => {
    await using gateway = await startTestGateway({ origin: echo });
    using client = await gateway.connect();
    client.send(`${ask}early `);
    const response = await client.readResponse();
    expect(response.status).toBe(101);
    expect(response.headers.filter(([name]) => name !== 'Date')).toEqual([
      ['X-Accept', '2'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'echo'],
    ]);
    client.send('late\r\n\0');
    expect(await client.waitForText('early late\r\n\0')).toContain('hello early late\r\n\0');
    client.end();
    await client.readUntilClose();
    const { outcome, bodyBytesReceived, bodyBytesSent } = await gateway.waitForExchange();
    expect(outcome).toMatchObject({ endedBy: undefined, code: undefined });
    expect([bodyBytesReceived, bodyBytesSent]).toEqual([13, 19]);
    await gateway.origin.waitForNoConnections();
  });

  test('that the backend refuses leaves HTTP as it is', async () => {
    await using gateway = await startTestGateway({ origin: ({ target }) => ({ status: 403, body: target }) });
    using client = await gateway.connect();
    client.send(`${ask}GET /next HTTP/1.1\r\nHost: a.example\r\n\r\n`);
    expect(await client.readResponse()).toMatchObject({ status: 403, text: '/chat' });
    expect(await client.readResponse()).toMatchObject({ status: 403, text: '/next' });
  });

  test.each([
    ['without saying to what', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n'],
    [
      'to what was not offered',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    ],
    ['with a length that is ambiguous', agreed.replace('X-Accept: 2', 'Content-Length: 2, 2')],
  ])('that the backend agrees to %s is a malformed response (RFC 9110 7.8)', async (_what, raw) => {
    await using gateway = await startTestGateway({ origin: { raw } });
    using client = await gateway.connect();
    client.send(ask);
    expect((await client.readResponse()).status).toBe(502);
    await gateway.origin.waitForNoConnections();
  });

  test('that the backend agrees to before the request is complete is a malformed response (RFC 9110 7.8)', async () => {
    await using gateway = await startTestGateway({ origin: { raw: agreed, isEarly: true } });
    using client = await gateway.connect();
    client.send(`${ask.replace('GET', 'POST').replace('X-Key: 1', 'Content-Length: 5')}he`);
    expect((await client.readResponse()).status).toBe(502);
    await gateway.origin.waitForNoConnections();
  });

  test.each(['client', 'backend'] as const)('that the %s resets ends on the other side too', async (side) => {
    await using gateway = await startTestGateway({ origin: echo });
    using client = await gateway.connect();
    client.send(ask);
    await client.waitForText('hello ');
    if (side === 'client') client.reset();
    else gateway.origin.connections[0]!.reset();
    await gateway.origin.waitForNoConnections();
    if (side === 'backend') await client.readUntilClose();
    const { outcome } = await gateway.waitForExchange();
    expect(outcome).toMatchObject({ endedBy: side, phase: 'tunnel' });
    expect((await gateway.fetch('/').catch(() => undefined))?.status).not.toBe(200);
  });

  test('passes a half-close on, and the other direction goes on', async () => {
    await using gateway = await startTestGateway({
      origin: ({ connection }) => {
        connection.write(agreed);
        const socket = connection.takeOver();
        socket.on('end', () => socket.end('goodbye'));
        socket.resume();
      },
    });
    using client = await gateway.connect();
    client.send(ask);
    await client.readResponse();
    client.end();
    expect((await client.readUntilClose()).toString()).toMatch(/goodbye$/);
    expect((await gateway.waitForExchange()).outcome?.code).toBeUndefined();
  });

  test('that says nothing for too long ends', async () => {
    await using gateway = await startTestGateway({ origin: echo, limits: { tunnelIdleTimeoutMs: 50 } });
    using client = await gateway.connect();
    client.send(ask);
    await client.readUntilClose();
    expect((await gateway.waitForExchange()).outcome?.code).toBe('tunnel_idle');
  });
});

describe('CONNECT', () => {
  test('with a route that asks for it is a tunnel', async () => {
    await using gateway = await startTestGateway({
      routes: tunnelRoutes,
      origin: ({ connection }) => {
        connection.write('HTTP/1.1 200 Connected\r\nContent-Length: 5\r\n\r\n');
        const socket = connection.takeOver();
        socket.pipe(socket);
      },
    });
    using client = await gateway.connect();
    client.send(connect);
    const response = await client.readResponse({ to: 'CONNECT' });
    expect([response.status, response.header('content-length')]).toEqual([200, undefined]);
    client.send('ping');
    await client.waitForText('ping');
    expect(gateway.origin.connections[0]!.received.toString()).toBe(connect);
  });

  test('that the backend refuses leaves HTTP as it is', async () => {
    await using gateway = await startTestGateway({
      routes: tunnelRoutes,
      origin: { status: 403, body: 'no' },
    });
    using client = await gateway.connect();
    client.send(`${connect}GET / HTTP/1.1\r\nHost: a.example\r\n\r\n`);
    expect((await client.readResponse({ to: 'CONNECT' })).text).toBe('no');
    expect((await client.readResponse()).text).toBe('no');
  });

  test.each(['onRequest', 'onResponse'] as const)(
    'that a plugin answers with 2xx in %s is its mistake: the client would take it for a tunnel (RFC 9110 9.3.6)',
    async (hook) => {
      const eager = definePlugin({
        name: 'eager',
        setup: ({ hooks }) => {
          if (hook === 'onRequest') hooks.onRequest.tap(() => respond(200, {}, 'welcome'));
          else hooks.onResponse.tap(({ response }) => void (response!.status = 200));
        },
      });
      await using gateway = await startTestGateway({
        routes: tunnelRoutes,
        plugins: [eager()],
        origin: { status: 403, body: 'no' },
      });
      using client = await gateway.connect();
      client.send(connect);
      const response = await client.readResponse({ to: 'CONNECT' });
      expect(JSON.parse(response.text)).toMatchObject({ status: 500, code: 'invalid_field' });
    },
  );
});
