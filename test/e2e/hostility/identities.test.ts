import { createHmac } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { definePlugin } from 'hookway';
import { startOrigin, startTestGateway, type TestGateway } from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import ipFilter from 'hookway/plugins/ip-filter';
import rateLimit from 'hookway/plugins/rate-limit';
import stickySession from 'hookway/plugins/sticky-session';

const hourMs = 3_600_000;

async function startSticky(): Promise<TestGateway> {
  const origins = await Promise.all(['a', 'b'].map((body) => startOrigin({ body })));
  onTestFinished(async () => void (await Promise.all(origins.map((origin) => origin.close()))));
  const backends = origins.map(({ url }, index) => ({ url, name: 'ab'[index]! }));
  return startTestGateway({
    upstreams: { app: { backends } },
    plugins: [stickySession({ secret: 'a secret for tests only' }), last()],
  });
}

/** Sends who is free to the last backend, so that only a ticket leads to the first. */
const last = definePlugin({
  name: 'last',
  setup: ({ hooks }) => hooks.selectBackend.tap((candidates) => candidates.toReversed()),
});

function flipped(ticket: string, at: number): string {
  return ticket.slice(0, at) + (ticket[at] === 'A' ? 'B' : 'A') + ticket.slice(at + 1);
}

test('no change of a session’s ticket is believed', async () => {
  await using gateway = await startSticky();
  const ask = async (cookie: string): Promise<{ body: string; isRenewed: boolean }> => {
    const { body, headers } = await gateway.fetch('/', { headers: { cookie } });
    return { body, isRenewed: headers['set-cookie'] !== undefined };
  };
  const issued = (await gateway.fetch('/')).headers['set-cookie']![0]!.split(';')[0]!;
  expect(await ask(issued)).toEqual({ body: 'b', isRenewed: false });
  const [selector = '', , signature = ''] = issued.slice('hw_backend='.length).split('.');
  const unsigned = createHmac('sha256', '').update('ticket\napp\nb\n0').digest('base64url').slice(0, 22);
  const forged = [
    ...Array.from({ length: issued.length - 11 }, (_, at) => flipped(issued, at + 11)),
    `hw_backend=${selector}.0.`,
    `hw_backend=${selector}.0.${unsigned}`,
    `hw_backend=${selector}.zzzzzz.${signature}`,
    `hw_backend=${selector}.0.${signature}.0`,
    `hw_backend=${selector}.00.${signature}`,
    'hw_backend=b',
    'hw_backend=__proto__',
    `hw_backend=${'A'.repeat(5_000)}`,
    'hw_backend=',
    'hw_backend',
  ];
  for (const cookie of forged) expect((await ask(cookie)).isRenewed, cookie).toBe(true);
});

test('no forwarding field of a client that nobody trusts moves it out of its limit', async () => {
  await using gateway = await startTestGateway({
    plugins: [forwardedHeaders(), rateLimit({ requests: 1, windowMs: hourMs })],
  });
  const statusOf = async (headers: Record<string, string>): Promise<number> =>
    (await gateway.fetch('/', { headers })).status;
  expect(await statusOf({})).toBe(200);
  for (const name of [
    'x-forwarded-for',
    'x-real-ip',
    'forwarded',
    'client-ip',
    'true-client-ip',
    'x_forwarded_for',
  ]) {
    expect(await statusOf({ [name]: '203.0.113.7' }), name).toBe(429);
    expect(await statusOf({ [name]: 'for=203.0.113.7' }), name).toBe(429);
  }
});

test.each([
  'far, 203.0.113.7',
  '203.0.113.1,203.0.113.7',
  '"203.0.113.1", 203.0.113.7',
  ', ,203.0.113.7,',
  '203.0.113.7:1234',
  '::ffff:203.0.113.7',
  `${'203.0.113.1, '.repeat(500)}203.0.113.7`,
])('what a client puts before its address in X-Forwarded-For (%j) makes it nobody else', async (forged) => {
  await using gateway = await startTestGateway({
    plugins: [forwardedHeaders({ trust: ['loopback'] }), ipFilter({ deny: ['203.0.113.7'] })],
  });
  const { status } = await gateway.fetch('/', { headers: { 'x-forwarded-for': forged } });
  expect(status).toBe(403);
});

test.each([
  ['another case of the name', 'key: k', 'KEY: k'],
  ['blanks around the value', 'key: k', 'key:   k  '],
  ['another field beside it', 'key: k', 'key_: other\r\nkey: k'],
])('a key that is limited is the same with %s', async (_, first, second) => {
  await using gateway = await startTestGateway({
    plugins: [rateLimit({ requests: 1, windowMs: hourMs, key: { header: 'key' } })],
  });
  const statusOf = async (line: string): Promise<number> => {
    using client = await gateway.connect();
    client.send(`GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`);
    return (await client.readResponse()).status;
  };
  expect(await statusOf(first)).toBe(200);
  expect(await statusOf(second)).toBe(429);
});

test('a key that is sent twice counts for the client, and costs it', async () => {
  await using gateway = await startTestGateway({
    plugins: [rateLimit({ requests: 1, windowMs: hourMs, key: { header: 'key' } })],
  });
  using client = await gateway.connect();
  const request = (a: string, b: string): string =>
    `GET / HTTP/1.1\r\nHost: a\r\nkey: ${a}\r\nkey: ${b}\r\n\r\n`;
  client.send(request('1', '2') + request('3', '4'));
  expect((await client.readResponse()).status).toBe(200);
  expect((await client.readResponse()).status).toBe(429);
});
