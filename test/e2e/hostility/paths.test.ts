import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { only, type PluginEntry, type RouteConfig } from 'hookway';
import { RawClient, startTestGateway, type TestGateway } from 'hookway/testing';
import basicAuth, { hashPassword } from 'hookway/plugins/basic-auth';
import ipFilter from 'hookway/plugins/ip-filter';
import { startNginx, temporaryFolder } from '../peers.ts';

const users = { ada: await hashPassword('a password that nobody guesses') };

const guards: readonly [name: string, status: number, guard: PluginEntry][] = [
  ['ip-filter', 403, ipFilter({ deny: ['loopback'] })],
  ['basic-auth', 401, basicAuth({ users })],
];

/** Ways to say /admin/secret.txt; with each, some server serves that file. */
const tricks = [
  '/admin/secret.txt',
  '/%61dmin/secret.txt',
  '/%61%64%6D%69%6e/secret.txt',
  '//admin/secret.txt',
  '///admin//secret.txt',
  '/admin//secret.txt',
  '/admin;x/secret.txt',
  '/admin;x=/../y/secret.txt',
  '/;/admin/secret.txt',
  '/admin%3bx/secret.txt',
  '/admin%2fsecret.txt',
  '/admin%2Fsecret.txt',
  '/%2fadmin/secret.txt',
  '/%2f/admin%2fsecret.txt',
  '/admin%5csecret.txt',
  '/admin\\secret.txt',
  '/./admin/secret.txt',
  '/.//admin/secret.txt',
  '/x/../admin/secret.txt',
  '/x/..%2fadmin/secret.txt',
  '/x%2f..%2fadmin/secret.txt',
  '/x/%2e%2e/admin/secret.txt',
  '/x/.%2e/admin/secret.txt',
  '/x/..;/admin/secret.txt',
  '/%2e/admin/secret.txt',
  '/admin/./secret.txt',
  '/admin/%2e/secret.txt',
  '/admin/secret.txt?x',
  '/admin/secret.txt#x',
  '/admin%00/secret.txt',
  '/admin%/secret.txt',
  '/ad%6',
  'http://a.example/admin/secret.txt',
  'HTTP://a.example//admin/secret.txt',
  'http://a.example/%61dmin%2fsecret.txt',
  'https://a.example/admin/secret.txt',
  'http://a.example:80/admin/secret.txt',
  'http://user@a.example/admin/secret.txt',
  'http://user:pass@a.example/admin/secret.txt',
  'http://b.example\\@a.example/admin/secret.txt',
  'ftp://a.example/admin/secret.txt',
  'admin/secret.txt',
  '?/admin/secret.txt',
] as const;

const statusOf = async (gateway: TestGateway, target: string, host = 'a.example'): Promise<number> => {
  using client = await RawClient.connect(gateway.port);
  client.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return (await client.readResponse()).status;
};

/** nginx with a file behind /admin, and the gateway with `routes` in front of it. */
async function startGuarded(guard: PluginEntry, admin: Omit<RouteConfig, 'upstream'>): Promise<TestGateway> {
  const root = temporaryFolder();
  mkdirSync(join(root, 'admin'));
  writeFileSync(join(root, 'admin', 'secret.txt'), 'secret');
  const nginx = await startNginx(root);
  return startTestGateway({
    upstreams: { files: { backends: [nginx] } },
    routes: [{ name: 'admin', ...admin, upstream: 'files' }, { upstream: 'files' }],
    plugins: [only({ routes: ['admin'] }, guard)],
  });
}

test.each(guards)('no spelling of a path leads past %s', async (_, refused, guard) => {
  await using gateway = await startGuarded(guard, { path: '/admin/*' });
  const seen = new Map<string, number>();
  for (const target of tricks) seen.set(target, await statusOf(gateway, target));
  for (const [target, status] of seen) expect([400, refused], target).toContain(status);
  expect(seen.get('/admin/secret.txt')).toBe(refused);
  expect(seen.get('/admin%2fsecret.txt')).toBe(refused);
});

test('nginx takes an encoded slash for a slash, which the test above rests on', async () => {
  await using gateway = await startGuarded(ipFilter({ deny: ['10.0.0.0/8'] }), { path: '/admin/*' });
  using client = await gateway.connect();
  client.send('GET /admin%2fsecret.txt HTTP/1.1\r\nHost: a.example\r\n\r\n');
  expect(await client.readResponse()).toMatchObject({ status: 200, text: 'secret' });
});

const hosts = [
  'a.example',
  'A.EXAMPLE',
  'a.example.',
  'a.example:80',
  'a.example:',
  'a.example.:8080',
  'A.Example.:443',
] as const;

test.each(hosts)('the Host %s meets the route of a.example', async (host) => {
  await using gateway = await startTestGateway({
    routes: [{ name: 'guarded', hosts: ['a.example'], upstream: 'origin' }, { upstream: 'origin' }],
    plugins: [only({ routes: ['guarded'] }, ipFilter({ deny: ['loopback'] }))],
  });
  expect(await statusOf(gateway, '/', host)).toBe(403);
  expect(await statusOf(gateway, `http://${host}/`, 'b.example')).toBe(403);
});

test.each([
  '',
  'a.example a.example',
  'a.example, b.example',
  'a.example..',
  'user@a.example',
  'a.example/x',
  'a.example#b.example',
  'a%2eexample',
  'a.example:80:80',
  'a.example:99999',
  '[::1',
  '[::1%25lo]',
  '::1',
  '[a.example]',
])('the Host %j is refused', async (host) => {
  await using gateway = await startTestGateway();
  expect(await statusOf(gateway, '/', host)).toBe(400);
  expect(gateway.origin.requests).toHaveLength(0);
});

test.each(['[::1]', '[::1]:80', '[0:0:0:0:0:0:0:1]:443'])(
  'the Host %s meets the route of [::1]',
  async (host) => {
    await using gateway = await startTestGateway({
      routes: [{ name: 'guarded', hosts: ['[0:0::1]'], upstream: 'origin' }, { upstream: 'origin' }],
      plugins: [only({ routes: ['guarded'] }, ipFilter({ deny: ['loopback'] }))],
    });
    expect(await statusOf(gateway, '/', host)).toBe(403);
  },
);

test.each(['get', 'GeT', 'GET-ADMIN', 'X'])(
  'the method %s meets no route of GET, and the one for all methods has its own guard',
  async (method) => {
    await using gateway = await startTestGateway({
      routes: [
        { name: 'read', path: '/admin/*', methods: ['GET'], upstream: 'origin' },
        { name: 'all', path: '/admin/*', upstream: 'origin' },
      ],
      plugins: [only({ routes: ['all'] }, ipFilter({ deny: ['loopback'] }))],
    });
    using client = await gateway.connect();
    client.send(`${method} /admin/x HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect((await client.readResponse()).status).toBe(403);
  },
);
