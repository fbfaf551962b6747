import { expect, test } from 'vitest';
import { only } from 'hookway';
import { startOrigin, startTestGateway } from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import redirect from 'hookway/plugins/redirect';

test('http is sent to https, with host, path and query', async () => {
  await using gateway = await startTestGateway({ plugins: [redirect({ to: 'https' })] });
  const response = await gateway.fetch('/a//b?c=%20', { headers: { host: 'shop.example:8080' } });
  expect([response.status, response.headers.location]).toEqual([308, 'https://shop.example/a//b?c=%20']);
  expect(gateway.origin.requests).toHaveLength(0);
  expect((await gateway.waitForExchange()).outcome).toMatchObject({ plugin: 'redirect', hook: 'onRequest' });
});

test('what came to a trusted proxy over https is there already', async () => {
  const plugins = [forwardedHeaders({ trust: ['loopback'] }), redirect({ to: 'https', port: 8443 })];
  await using gateway = await startTestGateway({ plugins });
  const over = (scheme: string): Promise<{ status: number; headers: { location?: string | undefined } }> =>
    gateway.fetch('/', { headers: { 'x-forwarded-proto': scheme, 'x-forwarded-host': 'shop.example' } });
  expect((await over('https')).status).toBe(200);
  expect((await over('http')).headers.location).toBe('https://shop.example:8443/');
});

test('a client cannot claim to use https', async () => {
  await using gateway = await startTestGateway({ plugins: [forwardedHeaders(), redirect({ to: 'https' })] });
  const response = await gateway.fetch('/', { headers: { 'x-forwarded-proto': 'https' } });
  expect(response.status).toBe(308);
});

test('without a host there is no https to go to, and http is not served', async () => {
  await using gateway = await startTestGateway({ plugins: [redirect({ to: 'https' })] });
  const client = await gateway.connect();
  client.send('GET / HTTP/1.0\r\n\r\n');
  const response = await client.readResponse();
  expect(response.status).toBe(400);
  expect(JSON.parse(response.text)).toMatchObject({ code: 'no_host' });
});

test.each([301, 302, 303, 307, 308] as const)('a route is redirected with %i', async (status) => {
  await using origin = await startOrigin();
  await using gateway = await startTestGateway({
    plugins: [only({ routes: ['old'] }, redirect({ to: '/new{path}?{query}', status }))],
    upstreams: { app: { backends: [origin.url] } },
    routes: [{ name: 'old', path: '/old/*', upstream: 'app' }, { upstream: 'app' }],
  });
  const response = await gateway.fetch('/old/x?y');
  expect([response.status, response.headers.location]).toEqual([status, '/new/old/x?y']);
  expect((await gateway.fetch('/new/old/x')).status).toBe(200);
});

test('a redirect to one host lets pass what is there already', async () => {
  const plugins = [redirect({ to: 'http://www.example{target}', status: 301 })];
  await using gateway = await startTestGateway({ plugins });
  const other = await gateway.fetch('/a?b', { headers: { host: 'example' } });
  expect(other.headers.location).toBe('http://www.example/a?b');
  expect((await gateway.fetch('/a?b', { headers: { host: 'WWW.example' } })).status).toBe(200);
});

test('no path leads to another host', async () => {
  await using gateway = await startTestGateway({
    plugins: [redirect({ to: '/x{path}' }), redirect({ to: '{path}' })],
  });
  const { headers } = await gateway.fetch('//evil.example/');
  expect(headers.location).toBe('/x/evil.example/');
});
