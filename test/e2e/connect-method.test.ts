import { startOrigin, startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { get } from './wire.ts';

const connectTo = (authority: string): string =>
  `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;

test('CONNECT is for routes that name the method only', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  client.send(connectTo('b.example:443'));
  const response = await client.readResponse({ to: 'CONNECT' });
  expect([response.status, JSON.parse(response.text)]).toEqual([
    404,
    expect.objectContaining({ code: 'no_route' }),
  ]);
  client.send(get());
  expect((await client.readResponse()).text).toBe('ok');
  expect(gateway.origin.requests.map(({ method }) => method)).toEqual(['GET']);
});

test('CONNECT opens a tunnel through a backend that agrees', async () => {
  await using proxy = await startOrigin(({ connection }) => {
    connection.write('HTTP/1.1 200 Connected\r\n\r\nwelcome ');
    const socket = connection.takeOver();
    socket.pipe(socket);
  });
  await using gateway = await startTestGateway({
    origin: proxy,
    routes: [{ methods: ['CONNECT'], hosts: ['b.example'], upstream: 'origin' }],
  });
  using client = await gateway.connect();
  client.send(connectTo('b.example:443'));
  const response = await client.readResponse({ to: 'CONNECT' });
  expect([response.status, response.header('content-length'), response.header('transfer-encoding')]).toEqual([
    200,
    undefined,
    undefined,
  ]);
  client.send('hello');
  await client.waitForText('welcome hello');
  const [request] = proxy.requests;
  expect([request!.startLine, request!.header('host')]).toEqual([
    'CONNECT b.example:443 HTTP/1.1',
    'b.example:443',
  ]);
  client.close();
  await proxy.waitForNoConnections();
});

test('a refused CONNECT passes the refusal back', async () => {
  await using gateway = await startTestGateway({
    origin: { status: 403, body: 'not there' },
    routes: [{ methods: ['CONNECT', 'GET'], upstream: 'origin' }],
  });
  using client = await gateway.connect();
  client.send(connectTo('b.example:443'));
  const response = await client.readResponse({ to: 'CONNECT' });
  expect([response.status, response.text]).toEqual([403, 'not there']);
  client.send(get());
  expect((await client.readResponse()).status).toBe(403);
});
