import { createServer } from 'node:net';
import { once } from 'node:events';
import { createGateway, definePlugin } from 'hookway';
import admin from 'hookway/plugins/admin';
import { RawClient, startTestGateway, unusedPort } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { Gate } from '../gate.ts';
import { AdminClient, bearer, startWithAdmin, token } from './admin-client.ts';

const get = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';

async function startAt(port: number, settings: object = {}) {
  const gateway = await startTestGateway({ plugins: [admin({ port, ...settings })] });
  onTestFinished(() => gateway.close());
  return gateway;
}

test('a reload refuses no connection and keeps those that are open', async () => {
  const port = await unusedPort();
  const gateway = await startAt(port);
  using kept = await RawClient.connect(port);
  let isReloading = true;
  let answered = 0;
  const asking = (async () => {
    while (isReloading) {
      using client = await RawClient.connect(port);
      client.send(get);
      expect((await client.readResponse()).status).toBe(200);
      answered++;
    }
  })();
  for (let i = 0; i < 20; i++) await gateway.reload({ plugins: [admin({ port })] });
  isReloading = false;
  await asking;
  expect(answered).toBeGreaterThan(0);
  kept.send(get);
  expect((await kept.readResponse()).status).toBe(200);
  expect(gateway.logLines.filter(({ msg }) => msg === 'admin listening')).toHaveLength(1);
});

test('a token that a reload brings is asked for at once, on connections that are open', async () => {
  const port = await unusedPort();
  const gateway = await startAt(port);
  const api = new AdminClient(port);
  expect((await api.fetch('/version')).status).toBe(200);
  await gateway.reload({ plugins: [admin({ port, token })] });
  expect((await api.fetch('/version')).status).toBe(401);
  expect((await api.fetch('/version', { headers: bearer })).status).toBe(200);
});

test('an address that a configuration leaves is closed, and one that it brings is open', async () => {
  const [first, second] = [await unusedPort(), await unusedPort()];
  const gateway = await startAt(first);
  await gateway.reload({ plugins: [admin({ port: second })] });
  expect((await new AdminClient(second).fetch('/version')).json()).toMatchObject({ generation: 2 });
  await expect(RawClient.connect(first)).rejects.toThrow('ECONNREFUSED');
  await gateway.reload({ plugins: [] });
  await expect(RawClient.connect(second)).rejects.toThrow('ECONNREFUSED');
  await gateway.reload({ plugins: [admin({ port: first })] });
  expect((await new AdminClient(first).fetch('/version')).json()).toMatchObject({ generation: 4 });
});

test('an address that is left is closed at once, also while exchanges of its configuration run', async () => {
  const [first, second] = [await unusedPort(), await unusedPort()];
  const gate = new Gate();
  const gateway = await startTestGateway({
    plugins: [admin({ port: first })],
    origin: { after: gate.opened },
  });
  onTestFinished(() => gateway.close());
  const response = gateway.fetch('/');
  await gateway.origin.waitForRequest();
  await gateway.reload({ plugins: [admin({ port: second })] });
  await expect(RawClient.connect(first)).rejects.toThrow('ECONNREFUSED');
  await gateway.reload({ plugins: [admin({ port: first })] });
  expect((await new AdminClient(first).fetch('/version')).json()).toMatchObject({ retiredGenerations: 1 });
  gate.open();
  expect((await response).status).toBe(200);
});

test('a configuration that is refused does not answer, not even with its token', async () => {
  const port = await unusedPort();
  const gateway = await startAt(port);
  const api = new AdminClient(port);
  let during: number | undefined;
  const failing = definePlugin({
    name: 'failing',
    setup: ({ onStart }) =>
      onStart(async () => {
        during = (await api.fetch('/version')).status;
        throw new Error('no');
      }),
  });
  await expect(gateway.reload({ plugins: [admin({ port, token }), failing()] })).rejects.toThrow(
    'failing: no',
  );
  expect([during, (await api.fetch('/version')).status]).toEqual([200, 200]);
});

test('the answer to a reload that closes the listener arrives', async () => {
  const port = await unusedPort();
  const config = {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
    routes: [{ upstream: 'app' }],
    log: { level: 'silent' },
  } as const;
  const gateway = createGateway({ ...config, plugins: [admin({ port })] }, { load: () => config });
  await gateway.listen();
  onTestFinished(() => gateway.close());
  const answer = await new AdminClient(port).post('/config/reload');
  expect([answer.status, answer.json()]).toEqual([200, { generation: 2 }]);
  await expect(RawClient.connect(port)).rejects.toThrow('ECONNREFUSED');
});

test('an address in use refuses the configuration, and says so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  await expect(startTestGateway({ plugins: [admin({ port })] })).rejects.toThrow(
    `admin: cannot listen on 127.0.0.1:${port}: the address is in use`,
  );
});

test('every answer is for one client only, and no page', async () => {
  const { api } = await startWithAdmin();
  for (const path of ['/health', '/nowhere']) {
    expect((await api.fetch(path)).headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  }
});

test('HEAD is answered as GET without a body', async () => {
  const { gateway, api } = await startWithAdmin({ mount: '/config' });
  const own = await api.fetch('/health', { method: 'HEAD' });
  const mounted = await gateway.fetch('/config/health', { method: 'HEAD' });
  for (const { status, body, headers } of [own, mounted])
    expect([status, body, headers['content-length']]).toEqual([200, '', '16']);
});

test('a head that is too long or no HTTP is refused', async () => {
  const { api } = await startWithAdmin();
  for (const [bytes, status] of [
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['nonsense\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\n\r\n', 400],
  ] as const) {
    using client = await RawClient.connect(api.port);
    client.send(bytes);
    expect((await client.readResponse()).status).toBe(status);
  }
});

test('more connections than there may be are closed, and the others are served', async () => {
  const { api } = await startWithAdmin();
  const clients: RawClient[] = [];
  onTestFinished(() => {
    for (const client of clients) client[Symbol.dispose]();
  });
  for (let i = 0; i < 64; i++) {
    const client = await RawClient.connect(api.port);
    clients.push(client);
    client.send(get);
    expect((await client.readResponse()).status).toBe(200);
  }
  using superfluous = await RawClient.connect(api.port);
  await superfluous.readUntilClose();
  clients[0]!.send(get);
  expect((await clients[0]!.readResponse()).status).toBe(200);
});
