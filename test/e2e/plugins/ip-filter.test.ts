import { expect, test } from 'vitest';
import { only } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import ipFilter from 'hookway/plugins/ip-filter';

test('requests from a denied address get 403, and no backend is asked', async () => {
  await using gateway = await startTestGateway({ plugins: [ipFilter({ deny: ['127.0.0.0/8'] })] });
  const response = await gateway.fetch('/');
  expect(response.status).toBe(403);
  expect(response.json()).toMatchObject({ code: 'address_denied' });
  expect(gateway.origin.requests).toHaveLength(0);
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ plugin: 'ip-filter', hook: 'onRequest' });
});

test('requests are judged by the client that trusted proxies name', async () => {
  await using gateway = await startTestGateway({
    plugins: [
      ipFilter({ allow: ['203.0.113.0/24', '2001:db8::/32'] }),
      forwardedHeaders({ trust: ['loopback'] }),
    ],
  });
  const statusOf = async (address: string): Promise<number> =>
    (await gateway.fetch('/', { headers: { 'x-forwarded-for': address } })).status;
  expect(await statusOf('203.0.113.7')).toBe(200);
  expect(await statusOf('2001:DB8::7')).toBe(200);
  expect(await statusOf('198.51.100.7')).toBe(403);
  expect((await gateway.fetch('/')).status).toBe(403);
});

test('only the routes that it is scoped to are filtered', async () => {
  await using gateway = await startTestGateway({
    routes: [{ name: 'admin', path: '/admin/*', upstream: 'origin' }, { upstream: 'origin' }],
    plugins: [only({ routes: ['admin'] }, ipFilter({ allow: ['10.0.0.0/8'] }))],
  });
  expect((await gateway.fetch('/admin/users')).status).toBe(403);
  expect((await gateway.fetch('/')).status).toBe(200);
});

test.each(['connection', 'both'] as const)(
  'at %s a denied peer is cut off before a byte is read',
  async (at) => {
    await using gateway = await startTestGateway({ plugins: [ipFilter({ deny: ['loopback'], at })] });
    const client = await gateway.connect();
    expect(await client.readUntilClose()).toHaveLength(0);
    await gateway.waitForLog((line) => JSON.stringify(line).includes('address denied'));
    expect(gateway.exchanges).toHaveLength(0);
  },
);

test('at the connection the proxies count, not the clients that they name', async () => {
  await using gateway = await startTestGateway({
    plugins: [
      forwardedHeaders({ trust: ['loopback'] }),
      ipFilter({ deny: ['203.0.113.0/24'], at: 'connection' }),
    ],
  });
  const headers = { 'x-forwarded-for': '203.0.113.7' };
  expect((await gateway.fetch('/', { headers })).status).toBe(200);
});
