import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Backend } from 'hookway';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { get, post, requestText } from './wire.ts';

/** One connection as the recording origin sees it. */
interface Recorded {
  readonly socket: Socket;
  /** Pieces as they were read. */
  readonly pieces: string[];
  /** Targets of the requests, in order. */
  readonly targets: string[];
}

type OnRequests = (connection: Recorded, targets: readonly string[]) => void;

/** A backend that records how requests arrive and leaves the answers to the test. */
class RecordingOrigin {
  readonly connections: Recorded[] = [];
  readonly url: string;
  readonly #onRequests: OnRequests;

  private constructor(port: number, onRequests: OnRequests) {
    this.url = `http://127.0.0.1:${port}`;
    this.#onRequests = onRequests;
  }

  /** Starts one until the test is over; `onRequests` is told of the requests of every piece. */
  static async start(onRequests: OnRequests = () => {}): Promise<RecordingOrigin> {
    const server = createServer({ noDelay: true }, (socket) => origin.#accept(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = new RecordingOrigin((server.address() as AddressInfo).port, onRequests);
    onTestFinished(() => {
      for (const { socket } of origin.connections) socket.destroy();
      server.close();
    });
    return origin;
  }

  get targets(): string[] {
    return this.connections.flatMap(({ targets }) => targets);
  }

  async received(count: number): Promise<void> {
    await expect
      .poll(() => this.targets.length, { interval: 2, timeout: 5_000 })
      .toBeGreaterThanOrEqual(count);
  }

  #accept(socket: Socket): void {
    const connection: Recorded = { socket, pieces: [], targets: [] };
    this.connections.push(connection);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const piece = bytes.toString('latin1');
      connection.pieces.push(piece);
      const targets = [...piece.matchAll(/^[A-Z]+ (\S+) HTTP\/1.1\r$/gm)].map((match) => match[1]!);
      connection.targets.push(...targets);
      this.#onRequests(connection, targets);
    });
  }
}

const answer = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const answerAll = ({ socket }: Recorded, targets: readonly string[]): void => {
  if (!socket.destroyed) socket.write(targets.map(answer).join(''));
};

function startGateway(origin: RecordingOrigin, limits: object): Promise<TestGateway> {
  return startTestGateway({ upstreams: { app: { backends: [origin.url], ...limits } } });
}

const paths = (count: number): string[] => Array.from({ length: count }, (_, i) => `/${i + 1}`);

async function bodiesOf(gateway: TestGateway, targets: readonly string[]): Promise<string[]> {
  const answers = await Promise.all(targets.map((target) => gateway.fetch(target)));
  return answers.map(({ body }) => body);
}

test('requests of several clients travel on one connection in one segment', async () => {
  const origin = await RecordingOrigin.start();
  await using gateway = await startGateway(origin, { maxConnections: 1, pipelining: 3 });
  const exclusive = gateway.fetch('/post', { method: 'POST', body: 'x' });
  await origin.received(1);
  const answers = paths(3).map((path) => gateway.fetch(path));
  const { pool } = await waitingBackend(gateway, 3);
  expect(pool.size).toBe(1);
  const [connection] = origin.connections;
  connection!.socket.write(answer('posted'));
  expect((await exclusive).body).toBe('posted');
  await origin.received(4);
  expect(connection!.pieces.at(-1)!.match(/^GET /gm)).toHaveLength(3);
  answerAll(connection!, connection!.targets.slice(1));
  expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(paths(3));
  expect(origin.connections).toHaveLength(1);
});

/** Resolves with the backend once so many requests wait for a connection to it. */
async function waitingBackend({ gateway }: TestGateway, count: number): Promise<Backend> {
  const backend = gateway.control.upstreams.get('app')!.backends[0]!;
  await expect.poll(() => backend.pool.queueLength, { interval: 2 }).toBe(count);
  return backend;
}

test('hundreds of answers find the right client, however they are cut', async () => {
  let cut = 0;
  const origin = await RecordingOrigin.start(({ socket }, targets) => {
    const kinds = [
      (body: string) => answer(body),
      (body: string) =>
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
      (body: string) => `HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n${answer(body)}`,
    ];
    const text = targets
      .map((target) => kinds[cut++ % kinds.length]!(`${target}${'.'.repeat(cut)}`))
      .join('');
    const middle = cut % text.length;
    socket.write(text.slice(0, middle));
    setImmediate(() => socket.write(text.slice(middle)));
  });
  await using gateway = await startGateway(origin, { maxConnections: 2, pipelining: 8 });
  const targets = paths(400);
  const bodies = await bodiesOf(gateway, targets);
  expect(bodies.map((body) => body.replaceAll('.', ''))).toEqual(targets);
  expect(origin.connections.length).toBeLessThanOrEqual(2);
  expect(
    Math.max(
      ...origin.connections.flatMap(({ pieces }) => pieces.map((piece) => piece.split('GET ').length - 1)),
    ),
  ).toBeGreaterThan(1);
});

test('answers without body are told from those with one', async () => {
  const origin = await RecordingOrigin.start(({ socket }, targets) => {
    for (const target of targets) {
      if (target === '/head') socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n');
      else if (target === '/304') socket.write('HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n');
      else if (target === '/204') socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      else socket.write(answer(target));
    }
  });
  await using gateway = await startGateway(origin, { maxConnections: 1, pipelining: 8 });
  const [head, notModified, noContent, ...others] = await Promise.all([
    gateway.fetch('/head', { method: 'HEAD' }),
    gateway.fetch('/304'),
    gateway.fetch('/204'),
    gateway.fetch('/a'),
    gateway.fetch('/b'),
  ]);
  expect([head.status, notModified.status, noContent.status]).toEqual([200, 304, 204]);
  expect(others.map(({ body }) => body)).toEqual(['/a', '/b']);
  expect(origin.connections).toHaveLength(1);
});

test.each([0, 1, 3])(
  'when the client of request %i of four goes away, the others get their own answers',
  async (gone) => {
    const origin = await RecordingOrigin.start();
    await using gateway = await startGateway(origin, { maxConnections: 1, pipelining: 4 });
    const clients = await Promise.all(paths(4).map(() => gateway.connect()));
    for (const [index, client] of clients.entries()) {
      client.send(get(`/${index}`));
      await origin.received(index + 1);
    }
    clients[gone]!.reset();
    await gateway.waitForExchange();
    answerAll(origin.connections[0]!, origin.connections[0]!.targets);
    for (const [index, client] of clients.entries()) {
      if (index !== gone) expect((await client.readResponse()).text).toBe(`/${index}`);
      client.close();
    }
    expect(origin.connections).toHaveLength(1);
    expect(origin.targets).toEqual(['/0', '/1', '/2', '/3']);
  },
);

test('when the client of a long download goes away, those behind it are sent again', async () => {
  const origin = await RecordingOrigin.start((connection, targets) => {
    for (const target of targets) {
      if (target === '/long')
        connection.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nbegin');
      else answerAll(connection, connection.targets.includes('/long') ? [] : [target]);
    }
  });
  await using gateway = await startGateway(origin, { maxConnections: 1, pipelining: 4 });
  using client = await gateway.connect();
  client.send(get('/long'));
  await client.waitForText('begin');
  const behind = bodiesOf(gateway, ['/a', '/b']);
  await origin.received(3);
  client.close();
  expect(await behind).toEqual(['/a', '/b']);
  expect(origin.connections.length).toBeGreaterThan(1);
});

test.each([
  [1, 'silently', ''],
  [1, 'and says so', 'Connection: close\r\n'],
  [2, 'silently', ''],
  [3, 'and says so', 'Connection: close\r\n'],
])('a backend that closes every connection behind %i answers, %s, fails nobody', async (count, _, field) => {
  const origin = await RecordingOrigin.start(({ socket, targets: all }, targets) => {
    for (const [index, target] of targets.entries()) {
      const number = all.length - targets.length + index + 1;
      if (number > count) return;
      const isLast = number === count;
      const text = answer(target);
      socket.write(isLast ? text.replace('\r\n\r\n', `\r\n${field}\r\n`) : text);
      if (isLast) socket.end();
    }
  });
  await using gateway = await startGateway(origin, { maxConnections: 2, pipelining: 8 });
  const targets = paths(40);
  expect(await bodiesOf(gateway, targets)).toEqual(targets);
});

test('a malformed answer fails its own request, and those behind it are sent again', async () => {
  let isFirst = true;
  const origin = await RecordingOrigin.start((connection, targets) => {
    if (!isFirst) return answerAll(connection, targets);
    if (connection.targets.length < 3) return;
    isFirst = false;
    connection.socket.write('garbage\r\n\r\n');
  });
  await using gateway = await startGateway(origin, { maxConnections: 1, pipelining: 4 });
  const answers = await Promise.all(paths(3).map((path) => gateway.fetch(path)));
  const [failed, ...more] = answers.filter(({ status }) => status !== 200);
  expect([failed!.status, failed!.json(), more]).toEqual([
    502,
    expect.objectContaining({ code: 'malformed_response' }),
    [],
  ]);
  for (const { status, body } of answers) if (status === 200) expect(paths(3)).toContain(body);
});

test('an answer that does not come fails its own request, and those behind it are sent again', async () => {
  const origin = await RecordingOrigin.start((connection, targets) => {
    if (!connection.targets.includes('/hangs')) answerAll(connection, targets);
  });
  await using gateway = await startGateway(origin, {
    maxConnections: 1,
    pipelining: 4,
    responseHeadTimeoutMs: 200,
  });
  const hanging = gateway.fetch('/hangs');
  await origin.received(1);
  const behind = bodiesOf(gateway, ['/a', '/b']);
  expect((await hanging).status).toBe(504);
  expect(await behind).toEqual(['/a', '/b']);
});

test('requests with a body, unsafe ones and upgrades are alone on their connection', async () => {
  const origin = await RecordingOrigin.start();
  await using gateway = await startGateway(origin, { pipelining: 8 });
  const requests = [
    get('/get'),
    post('/post', 'x'),
    requestText('DELETE', '/delete'),
    get('/upgrade', 'Connection: Upgrade', 'Upgrade: echo'),
    requestText('GET', '/get-with-body', 'Content-Length: 1') + 'x',
    get('/another-get'),
  ];
  for (const [index, request] of requests.entries()) {
    const client = await gateway.connect();
    onTestFinished(() => client.close());
    client.send(request);
    await origin.received(index + 1);
  }
  expect(origin.connections.map(({ targets }) => targets)).toEqual([
    ['/get', '/another-get'],
    ['/post'],
    ['/delete'],
    ['/upgrade'],
    ['/get-with-body'],
  ]);
});
