import { definePlugin } from 'hookway';
import { type OriginScript, RawClient, startOrigin, startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { get, post, requestText } from './wire.ts';

const echoing: OriginScript = ({ connection }) => {
  connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  const socket = connection.takeOver();
  socket.on('error', () => {});
  socket.pipe(socket);
};

test('close() lets a running exchange finish, and ends its connection behind it', async () => {
  const gate = new Gate();
  await using gateway = await startTestGateway({ origin: { after: gate.opened, body: 'in the end' } });
  using client = await gateway.connect();
  client.send(get());
  await gateway.origin.waitForRequest();
  let isClosed = false;
  const { port } = gateway;
  const closing = gateway.gateway.close().then(() => (isClosed = true));
  await expect(RawClient.connect(port)).rejects.toThrow('ECONNREFUSED');
  expect(gateway.gateway.addresses).toEqual([]);
  expect(isClosed).toBe(false);
  gate.open();
  const response = await client.readResponse();
  expect([response.text, response.header('connection')]).toEqual(['in the end', 'close']);
  await client.readUntilClose();
  expect(client.wasReset).toBe(false);
  client.end();
  await closing;
  await gateway.origin.waitForNoConnections();
});

test('close() lets an upload and a download in progress finish', async () => {
  const gate = new Gate();
  await using origin = await startOrigin(({ method, connection }) => {
    if (method === 'POST') return { body: 'taken' };
    connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf ');
    void gate.opened.then(() => connection.write('whole'));
    return undefined;
  });
  await using gateway = await startTestGateway({ origin });
  using up = await gateway.connect();
  using down = await gateway.connect();
  up.send(post('/', 'some ').replace('Content-Length: 5', 'Content-Length: 10'));
  down.send(get());
  await down.waitForText('half');
  await origin.waitForRequest(2);
  const closing = gateway.gateway.close();
  up.send('bytes');
  gate.open();
  expect((await up.readResponse()).text).toBe('taken');
  expect((await down.readResponse()).text).toBe('half whole');
  up.close();
  down.close();
  await closing;
});

test('close() ends idle connections at once, also those that have not sent a byte', async () => {
  await using gateway = await startTestGateway({ drainTimeoutMs: 60_000 });
  using idle = await gateway.connect();
  using silent = await gateway.connect();
  idle.send(get());
  const { raw } = await idle.readResponse();
  await gateway.gateway.close();
  expect(await idle.readUntilClose()).toEqual(raw);
  expect(await silent.readUntilClose()).toHaveLength(0);
  await gateway.origin.waitForNoConnections();
});

test('close() cuts what runs for longer than drainTimeoutMs, and undoes the set-up then', async () => {
  const ended: string[] = [];
  const plugin = definePlugin({
    name: 'watching',
    setup(host) {
      host.hooks.onComplete.tap(({ outcome }) => void ended.push(String(outcome?.code)));
      host.defer(() => void ended.push('undone'));
    },
  });
  await using gateway = await startTestGateway({
    plugins: [plugin()],
    origin: { cutAt: 0 },
    drainTimeoutMs: 100,
  });
  using client = await gateway.connect();
  client.send(get());
  await gateway.origin.waitForRequest();
  await gateway.gateway.close();
  await client.readUntilClose();
  expect(ended).toEqual(['drain_timeout', 'undone']);
  await gateway.origin.waitForNoConnections();
  await gateway.waitForLog(({ msg, connections }) => msg === 'closing what still runs' && connections === 1);
});

test('close({ now: true }) cuts at once, also while a close() waits', async () => {
  await using gateway = await startTestGateway({ origin: { cutAt: 0 }, drainTimeoutMs: 60_000 });
  using client = await gateway.connect();
  client.send(get());
  await gateway.origin.waitForRequest();
  const closing = gateway.gateway.close();
  await gateway.gateway.close({ now: true });
  await closing;
  await client.readUntilClose();
});

test('a request that a client sent ahead of its answer is not begun while closing', async () => {
  const gate = new Gate();
  await using gateway = await startTestGateway({ origin: { after: gate.opened, body: 'first' } });
  using client = await gateway.connect();
  client.send(get('/1') + get('/2'));
  await gateway.origin.waitForRequest();
  const closing = gateway.gateway.close();
  gate.open();
  expect((await client.readResponse()).header('connection')).toBe('close');
  await client.readUntilClose();
  client.close();
  await closing;
  expect(gateway.origin.requests).toHaveLength(1);
});

test('a head that has begun to arrive is still served while closing', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  client.send(requestText('GET', '/').slice(0, 10));
  using other = await gateway.connect();
  other.send(get());
  await other.readResponse();
  const closing = gateway.gateway.close();
  await other.readUntilClose();
  client.send(requestText('GET', '/').slice(10));
  const response = await client.readResponse();
  expect([response.text, response.header('connection')]).toEqual(['ok', 'close']);
  client.close();
  await closing;
});

test('a tunnel may go on while closing, for as long as drainTimeoutMs', async () => {
  await using gateway = await startTestGateway({ origin: echoing, drainTimeoutMs: 600 });
  using client = await gateway.connect();
  client.send(get('/', 'Connection: Upgrade', 'Upgrade: echo'));
  await client.waitForText('\r\n\r\n');
  const closing = gateway.gateway.close();
  client.send('still here');
  await client.waitForText('still here');
  await closing;
  await client.readUntilClose();
  await gateway.origin.waitForNoConnections();
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ phase: 'tunnel' });
});

test('a gateway that never listened, and one that is closed twice, close', async () => {
  await using gateway = await startTestGateway();
  await Promise.all([gateway.gateway.close(), gateway.gateway.close()]);
  await gateway.gateway.close({ now: true });
});
