import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startOrigin, startTestGateway } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { Gate } from './gate.ts';
import { curl, temporaryFolder } from './peers.ts';
import { requestText } from './wire.ts';

const expecting = (length: number): string =>
  requestText('POST', '/', `Content-Length: ${length}`, 'Expect: 100-continue');

const continued = 'HTTP/1.1 100 Continue\r\n\r\n';

test('Expect reaches the backend, and its 100 the client, before the body is sent', async () => {
  await using origin = await startOrigin(({ connection }) => connection.write(continued));
  await using gateway = await startTestGateway({ origin });
  using client = await gateway.connect();
  client.send(expecting(4));
  const request = await origin.waitForRequest();
  expect(request.header('expect')).toBe('100-continue');
  expect((await client.readOne()).status).toBe(100);
  client.send('body');
  expect((await request.completed()).text).toBe('body');
  origin.connections[0]!.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  expect((await client.readResponse()).text).toBe('ok');
});

test('the gateway gives no 100 of its own', async () => {
  const gate = new Gate();
  await using gateway = await startTestGateway({
    origin: { isEarly: true, after: gate.opened, status: 403, body: 'no' },
  });
  using client = await gateway.connect();
  client.send(expecting(1_000_000));
  await gateway.origin.waitForRequest();
  gate.open();
  const response = await client.readResponse();
  expect([response.status, response.interim]).toEqual([403, []]);
  expect(response.header('connection')).toBe('close');
});

test('a client that does not wait for the 100 gets its answer', async () => {
  await using gateway = await startTestGateway({
    origin: ({ connection }) => {
      connection.write(continued);
      return { body: 'ok' };
    },
  });
  using client = await gateway.connect();
  client.send(`${expecting(4)}body`);
  expect((await client.readResponse()).text).toBe('ok');
  expect(gateway.origin.requests[0]!.text).toBe('body');
});

test('curl uploads a large file with Expect, and a server of node:http answers it', async () => {
  const file = join(temporaryFolder(), 'upload');
  const bytes = randomBytes(3_000_000);
  writeFileSync(file, bytes);
  const received: Buffer[] = [];
  const server = createServer((request, response) => {
    request.on('data', (piece: Buffer) => received.push(piece));
    request.on('end', () => response.end('taken'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using gateway = await startTestGateway({ upstreams: { app: { backends: [url] } } });
  const args = ['--verbose', '--header', 'Expect: 100-continue', '--expect100-timeout', '10'];
  const { code, status, body, log } = await curl(...args, '--upload-file', file, gateway.url);
  expect([code, status, body.toString()]).toEqual([0, 200, 'taken']);
  expect(log).toContain('< HTTP/1.1 100 Continue');
  expect(Buffer.concat(received).equals(bytes)).toBe(true);
});
