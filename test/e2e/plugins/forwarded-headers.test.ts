import { expect, test } from 'vitest';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from 'hookway/testing';
import forwardedHeaders, { ClientAddress, ClientHost, ClientScheme } from 'hookway/plugins/forwarded-headers';

type Options = Parameters<typeof forwardedHeaders>[0];
type Sent = readonly (readonly [string, string])[];

const startGateway = (options?: Options, more: TestGatewayOptions = {}): Promise<TestGateway> =>
  startTestGateway({ ...more, plugins: [forwardedHeaders(options)] });

/** Sends one request with these fields; gives the forwarding fields that the origin got, sorted. */
async function forwardedBy(gateway: TestGateway, sent: Sent, host = 'a.example'): Promise<string[]> {
  const client = await gateway.connect();
  const lines = sent.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`);
  expect((await client.readResponse()).status).toBe(200);
  const { raw } = await gateway.origin.waitForRequest(gateway.origin.requests.length);
  const fields = raw
    .toString('latin1')
    .split('\r\n')
    .filter((line) => /^(x[-_]|forwarded)/i.test(line));
  return fields.sort();
}

const forged: Sent = [
  ['X-Forwarded-For', '198.51.100.1'],
  ['x-forwarded-for', '198.51.100.2'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Host', 'forged.example'],
  ['X-Forwarded-Port', '8443'],
  ['X-Forwarded-Prefix', '/forged'],
  ['X-Real-IP', '198.51.100.1'],
  ['Forwarded', 'for=198.51.100.1'],
  ['X_Forwarded_For', '198.51.100.1'],
  ['X_Real-IP', '198.51.100.1'],
];

const own = [
  'X-Forwarded-For: 127.0.0.1',
  'X-Forwarded-Host: a.example',
  'X-Forwarded-Port: 80',
  'X-Forwarded-Proto: http',
  'X-Real-IP: 127.0.0.1',
];

test('backends are told of the client', async () => {
  await using gateway = await startGateway();
  expect(await forwardedBy(gateway, [])).toEqual(own);
});

test('whatever a client that nobody trusts says of itself is replaced', async () => {
  await using gateway = await startGateway();
  expect(await forwardedBy(gateway, forged)).toEqual(own);
  await using other = await startGateway({ trust: ['203.0.113.0/24', 'private'], fields: ['forwarded'] });
  expect(await forwardedBy(other, forged)).toEqual(['Forwarded: for=127.0.0.1;host="a.example";proto=http']);
});

test('fields of other plugins and other names of the client pass', async () => {
  await using gateway = await startGateway();
  expect(await forwardedBy(gateway, [['X-Forwardedness', '1']])).toContain('X-Forwardedness: 1');
});

test('what a trusted proxy says is passed on, and the proxy added', async () => {
  await using gateway = await startGateway({ trust: ['loopback', '10.0.0.0/8'] });
  const sent: Sent = [
    ['X-Forwarded-For', '198.51.100.1, 203.0.113.7'],
    ['X-Forwarded-For', '10.0.0.2'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Host', 'public.example'],
    ['X-Forwarded-Prefix', '/app'],
    ['X-Real-IP', '198.51.100.1'],
    ['Forwarded', 'for=198.51.100.1'],
  ];
  expect(await forwardedBy(gateway, sent)).toEqual([
    'X-Forwarded-For: 198.51.100.1, 203.0.113.7, 10.0.0.2, 127.0.0.1',
    'X-Forwarded-Host: public.example',
    'X-Forwarded-Port: 443',
    'X-Forwarded-Prefix: /app',
    'X-Forwarded-Proto: https',
    'X-Real-IP: 203.0.113.7',
  ]);
  const exchange = await gateway.waitForExchange();
  expect(exchange.get(ClientAddress)).toBe('203.0.113.7');
  expect(exchange.get(ClientScheme)).toBe('https');
  expect(exchange.get(ClientHost)).toBe('public.example');
});

test('a trusted proxy that says nothing is the client itself', async () => {
  await using gateway = await startGateway({ trust: ['loopback'] });
  expect(await forwardedBy(gateway, [])).toEqual(own);
});

test('what a trusted proxy says is checked', async () => {
  await using gateway = await startGateway({ trust: ['loopback'] });
  const sent: Sent = [
    ['X-Forwarded-For', '203.0.113.7, not-an-address'],
    ['X-Forwarded-Proto', 'gopher'],
    ['X-Forwarded-Host', 'a b'],
    ['X-Forwarded-Port', '99999'],
  ];
  expect(await forwardedBy(gateway, sent)).toEqual([
    'X-Forwarded-For: 203.0.113.7, not-an-address, 127.0.0.1',
    ...own.slice(1),
  ]);
});

test('Forwarded can be what is believed and sent', async () => {
  await using gateway = await startGateway({
    trust: ['loopback'],
    source: 'forwarded',
    fields: ['forwarded', 'x-real-ip'],
  });
  const sent: Sent = [
    ['Forwarded', 'for="[2001:db8::1]:4711";proto=https;host=public.example'],
    ['X-Forwarded-For', '198.51.100.1'],
  ];
  expect(await forwardedBy(gateway, sent)).toEqual([
    'Forwarded: for="[2001:db8::1]:4711";proto=https;host=public.example, for=127.0.0.1;host="a.example";proto=http',
    'X-Real-IP: 2001:db8::1',
  ]);
});

test('from the list that is believed the other one is begun', async () => {
  await using gateway = await startGateway({ trust: ['loopback'], fields: ['forwarded'] });
  const sent: Sent = [
    ['X-Forwarded-For', '2001:DB8::1'],
    ['X-Forwarded-Proto', 'https'],
    ['Forwarded', 'for=198.51.100.1'],
  ];
  expect(await forwardedBy(gateway, sent)).toEqual([
    'Forwarded: for="[2001:db8::1]";host="a.example";proto=https',
  ]);
  await using other = await startGateway({
    trust: ['loopback'],
    source: 'forwarded',
    fields: ['x-forwarded'],
  });
  expect(await forwardedBy(other, [['Forwarded', 'for=203.0.113.7;proto=https']])).toContain(
    'X-Forwarded-For: 203.0.113.7',
  );
});

test('the port is the one that the client named', async () => {
  await using gateway = await startGateway();
  expect(await forwardedBy(gateway, [], 'a.example:8080')).toContain('X-Forwarded-Port: 8080');
  expect(await forwardedBy(gateway, [], '[2001:db8::1]:81')).toContain('X-Forwarded-Host: [2001:db8::1]:81');
});

test('an HTTP/1.0 request without host gets no X-Forwarded-Host', async () => {
  await using gateway = await startGateway();
  const client = await gateway.connect();
  client.send('GET / HTTP/1.0\r\n\r\n');
  expect((await client.readResponse()).status).toBe(200);
  const request = await gateway.origin.waitForRequest();
  expect(request.header('x-forwarded-host')).toBeUndefined();
  expect(request.header('x-forwarded-for')).toBe('127.0.0.1');
});

test('with no fields to send, backends get none at all', async () => {
  await using gateway = await startGateway({ fields: [] });
  expect(await forwardedBy(gateway, forged)).toEqual([]);
});
