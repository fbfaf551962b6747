import { createHash, type Hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { definePlugin, respond } from 'hookway';
import {
  type Origin,
  type OriginRequest,
  type OriginScript,
  RawClient,
  startOrigin,
  startTestGateway,
} from 'hookway/testing';
import { expect, test } from 'vitest';
import { get, turn } from './wire.ts';

const upgradeTo = (protocol: string): string => get('/', 'Connection: Upgrade', `Upgrade: ${protocol}`);
const switched =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Mine: 1\r\n\r\n';

/** Agrees to every upgrade and sends back what comes. */
const echoing: OriginScript = ({ connection }) => {
  connection.write(switched);
  const socket = connection.takeOver();
  socket.on('error', () => {});
  socket.pipe(socket);
};

/** Agrees to an upgrade and leaves the rest to the test. */
const switching = ({ connection }: OriginRequest): undefined => {
  connection.write(switched);
  connection
    .takeOver()
    .on('error', () => {})
    .resume();
};

async function openTunnel(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  client.send(upgradeTo('echo'));
  await client.waitForText('\r\n\r\n');
  return client;
}

test('another protocol than WebSocket is switched to, with the backend’s own 101', async () => {
  await using gateway = await startTestGateway({ origin: echoing });
  using client = await gateway.connect();
  client.send(upgradeTo('other/2, echo'));
  const response = await client.readResponse();
  expect(response.startLine).toBe('HTTP/1.1 101 Switching Protocols');
  expect([response.header('connection'), response.header('upgrade'), response.header('x-mine')]).toEqual([
    'Upgrade',
    'echo',
    '1',
  ]);
  const [request] = gateway.origin.requests;
  expect([request!.header('connection'), request!.header('upgrade')]).toEqual(['Upgrade', 'other/2, echo']);
  client.send('\0any bytes\xff');
  await client.waitForText('\0any bytes\xff');
});

test('the client hears nothing of a switch before the backend agreed', async () => {
  await using origin = await startOrigin(() => {});
  await using gateway = await startTestGateway({ origin });
  using client = await gateway.connect();
  client.send(`${upgradeTo('echo')}sent ahead`);
  const { connection } = await origin.waitForRequest();
  await new Promise(setImmediate);
  expect(client.received).toHaveLength(0);
  connection.write(`${switched}in the same breath`);
  const socket = connection.takeOver();
  await client.waitForText('in the same breath');
  const [bytes] = (await once(socket.resume(), 'data')) as [Buffer];
  expect(bytes.toString()).toBe('sent ahead');
});

test.each([
  [403, 'no'],
  [200, 'ignored'],
  [426, 'something else'],
])(
  'an upgrade that is answered with %i passes the answer back and keeps the connections',
  async (status, body) => {
    await using gateway = await startTestGateway({ origin: [{ status, body }, { body: 'next' }] });
    using client = await gateway.connect();
    client.send(upgradeTo('echo'));
    const response = await client.readResponse();
    expect([response.status, response.text]).toEqual([status, body]);
    client.send(get());
    expect((await client.readResponse()).text).toBe('next');
    expect(gateway.origin.connections).toHaveLength(1);
  },
);

test('a plugin may refuse an upgrade in onUpgrade, and other requests do not pass there', async () => {
  let asked = 0;
  const plugin = definePlugin({
    name: 'no-upgrades',
    setup({ hooks }) {
      hooks.onUpgrade.tap(({ inbound }) => {
        asked++;
        return respond(403, {}, `no ${inbound.upgrade}`);
      });
    },
  });
  await using gateway = await startTestGateway({ plugins: [plugin()] });
  using client = await gateway.connect();
  client.send(upgradeTo('echo') + get());
  expect((await client.readResponse()).text).toBe('no echo');
  expect((await client.readResponse()).text).toBe('ok');
  expect(asked).toBe(1);
});

test('h2c is not offered to the backend, and neither are its settings', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  const settings = 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA';
  client.send(get('/', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', settings));
  expect((await client.readResponse()).text).toBe('ok');
  client.send(get('/', 'Connection: Upgrade', 'Upgrade: H2C, websocket'));
  expect((await client.readResponse()).text).toBe('ok');
  const { requests } = gateway.origin;
  expect(requests.map((request) => request.header('upgrade'))).toEqual([undefined, 'websocket']);
  expect(requests[0]!.headers.map(([name]) => name)).toEqual(['Host']);
});

test('Upgrade without Connection, or in HTTP/1.0, is not passed on', async () => {
  await using gateway = await startTestGateway();
  using client = await gateway.connect();
  client.send(get('/', 'Upgrade: echo'));
  await client.readResponse();
  client.send('GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  await client.readResponse();
  expect(gateway.origin.requests.map((request) => request.header('upgrade'))).toEqual([undefined, undefined]);
});

test('either side may end its direction and still be sent to', async () => {
  await using origin = await startOrigin(switching);
  await using gateway = await startTestGateway({ origin });
  using client = await openTunnel(gateway.port);
  const { socket } = origin.connections[0]!;
  client.end();
  await once(socket, 'end');
  socket.write('after your end');
  await client.waitForText('after your end');
  expect(client.hasEnded).toBe(false);
  socket.end();
  await client.readUntilClose();
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ endedBy: undefined, code: undefined });
  using other = await openTunnel(gateway.port);
  const upstream = (await origin.waitForConnection(2)).socket;
  upstream.end('all there is');
  await other.waitForText('all there is');
  await other.readUntilClose();
  other.send('but I have more');
  other.end();
  let received = '';
  for await (const bytes of upstream) received += String(bytes);
  expect(received).toBe('but I have more');
});

const noise = randomBytes(2_000_000);

/**
 * Writes pieces, no two of them alike, until the socket has taken no more for a while; returns how many bytes it was
 * given, and adds them to the digest.
 */
async function fill(socket: Socket, pieceLength: number, digest: Hash): Promise<number> {
  let written = 0;
  for (;;) {
    const start = (written / pieceLength) % (noise.length - pieceLength);
    const piece = noise.subarray(start, start + pieceLength);
    digest.update(piece);
    written += pieceLength;
    const mayGoOn = socket.write(piece);
    if (pieceLength < 10_000) await turn(); // so that it is read by itself
    if (mayGoOn) continue;
    const isStuck = await Promise.race([
      once(socket, 'drain').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(resolve, 100, true)),
    ]);
    if (isStuck) return written;
  }
}

test.each([
  ['to the client', 8_000],
  ['to the client', 100_000],
  ['to the backend', 8_000],
  ['to the backend', 100_000],
])(
  'a fast sender is held up by a slow receiver, %s, in pieces of %i bytes, and nothing is lost or changed',
  async (direction, pieceLength) => {
    await using origin = await startOrigin((request) =>
      request.header('upgrade') === undefined ? { body: 'ok' } : switching(request),
    );
    await using gateway = await startTestGateway({ origin });
    using client = await openTunnel(gateway.port);
    const { socket } = origin.connections[0]!;
    const [sender, receiver] =
      direction === 'to the client' ? [socket, client.socket] : [client.socket, socket];
    receiver.removeAllListeners('data').pause();
    const sent = createHash('sha1');
    const written = await fill(sender, pieceLength, sent);
    expect(written).toBeLessThan(40_000_000);
    // others are served meanwhile, from the same memory
    for (let i = 0; i < 20; i++) expect((await gateway.fetch(`/${'x'.repeat(i * 100)}`)).body).toBe('ok');
    sender.end();
    const received = createHash('sha1');
    for await (const bytes of receiver) received.update(bytes as Buffer);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  },
);

test('a tunnel that is silent in both directions is closed; one that is not stays', async () => {
  await using gateway = await startTestGateway({ origin: echoing, limits: { tunnelIdleTimeoutMs: 300 } });
  using silent = await openTunnel(gateway.port);
  using busy = await openTunnel(gateway.port);
  const timer = setInterval(() => busy.send('.'), 30);
  await silent.readUntilClose();
  clearInterval(timer);
  expect(busy.hasEnded).toBe(false);
  const { outcome } = await gateway.waitForExchange();
  expect(outcome).toMatchObject({ endedBy: 'gateway', phase: 'tunnel', code: 'tunnel_idle' });
  await gateway.origin.connections[0]!.closed();
});

test('the end of a tunnel tells how many bytes went each way', async () => {
  await using gateway = await startTestGateway({ origin: echoing });
  using client = await openTunnel(gateway.port);
  client.send('12345');
  await client.waitForText('12345');
  client.end();
  const { outcome, bodyBytesReceived, bodyBytesSent, response } = await gateway.waitForExchange();
  expect([bodyBytesReceived, bodyBytesSent, response!.status]).toEqual([5, 5, 101]);
  expect(outcome).toMatchObject({ endedBy: undefined, code: undefined });
});

const departures = ['close', 'reset'] as const;

/** Lets go of every connection that was made; the gateway must have done so too. */
async function settled(origin: Origin, port: number): Promise<void> {
  await origin.waitForNoConnections();
  using client = await RawClient.connect(port);
  client.send(upgradeTo('echo'));
  await client.waitForText('X-Mine');
  client.send('alive');
  await client.waitForText('alive');
}

test.each(departures)('a client may %s its connection behind any byte of an upgrade', async (departure) => {
  await using origin = await startOrigin(echoing);
  await using gateway = await startTestGateway({ origin });
  const bytes = `${upgradeTo('echo')}first bytes`;
  for (let cut = 0; cut <= bytes.length; cut++) {
    using client = await gateway.connect();
    client.send(bytes.slice(0, cut));
    if (cut % 2 === 0) await new Promise(setImmediate);
    client[departure]();
  }
  using late = await openTunnel(gateway.port);
  late[departure]();
  await settled(origin, gateway.port);
  for (const { outcome } of gateway.exchanges.slice(0, -1))
    expect(['client', undefined]).toContain(outcome!.endedBy);
});

test.each(departures)('a backend may %s its connection behind any byte of a 101', async (departure) => {
  let cut = 0;
  await using origin = await startOrigin(({ connection }) => {
    const bytes = `${switched}first bytes`;
    connection.write(bytes.slice(0, cut));
    if (departure === 'reset') setImmediate(() => connection.reset());
    else connection.end();
  });
  await using gateway = await startTestGateway({ origin });
  for (; cut <= switched.length + 11; cut++) {
    using client = await gateway.connect();
    client.send(get('/', 'Connection: Upgrade, close', 'Upgrade: echo'));
    const received = (await client.readUntilClose().then(String)).split('\r\n')[0];
    const isWhole = cut >= switched.length;
    if (departure === 'close') expect(received).toMatch(isWhole ? /^HTTP\/1.1 101/ : /^HTTP\/1.1 502/);
    client.close();
  }
  origin.script = echoing;
  await settled(origin, gateway.port);
});

test('both sides may vanish at once', async () => {
  await using origin = await startOrigin(echoing);
  await using gateway = await startTestGateway({ origin });
  for (let i = 0; i < 50; i++) {
    using client = await openTunnel(gateway.port);
    client.send('some bytes');
    (await origin.waitForConnection(i + 1)).reset();
    client.reset();
  }
  await settled(origin, gateway.port);
});
