import { ConfigurationError } from 'hookway';
import admin from 'hookway/plugins/admin';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import { startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { curl } from '../peers.ts';
import { bearer, type Problem, startWithAdmin, token } from './admin-client.ts';

const generationOf = ({ gateway }: Awaited<ReturnType<typeof startWithAdmin>>): number =>
  gateway.gateway.control.generation;

test('with a token nothing but the probes is told to who does not show it', async () => {
  const { api } = await startWithAdmin({ token });
  for (const path of ['/', '/config', '/version', '/nowhere', '/openapi.json']) {
    const answer = await api.fetch(path);
    expect([path, answer.status, (answer.json() as Problem).code]).toEqual([path, 401, 'unauthorized']);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="hookway admin"');
  }
  expect((await api.post('/config/reload')).status).toBe(401);
  expect((await api.fetch('/health')).status).toBe(200);
  expect((await api.fetch('/ready')).status).toBe(200);
  expect((await api.fetch('/version', { headers: bearer })).status).toBe(200);
  const lower = { authorization: `bearer ${token}` };
  expect((await api.fetch('/version', { headers: lower })).status).toBe(200);
});

test('probes need the token as well when they are not open', async () => {
  const { api } = await startWithAdmin({ token, openProbes: false });
  expect((await api.fetch('/health')).status).toBe(401);
  expect((await api.fetch('/health', { headers: bearer })).status).toBe(200);
});

test('why the gateway is not ready is told only to who shows the token', async () => {
  const upstreams = { app: { backends: [{ url: 'http://127.0.0.1:1', name: 'a' }] } };
  const { api } = await startWithAdmin({ token, requiredUpstreams: ['app'] }, { upstreams });
  await api.post('/upstreams/app/backends/a', { action: 'drain' }, bearer);
  expect((await api.fetch('/ready')).json()).toEqual({ status: 'unready', reasons: [] });
  const reasons = ['the upstream app has no usable backend'];
  expect((await api.fetch('/ready', { headers: bearer })).json()).toEqual({ status: 'unready', reasons });
});

test('after ten wrong tokens a client has to wait, also with the right one and over a reload', async () => {
  const { gateway, api } = await startWithAdmin({ token });
  const wrong = { authorization: `Bearer ${token}0` };
  for (let i = 0; i < 10; i++) {
    const answer = await api.fetch('/version', { headers: wrong });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  }
  await gateway.gateway.control.reload();
  const refused = await api.fetch('/version', { headers: bearer });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await api.fetch('/health')).status).toBe(200);
  expect(gateway.logLines.filter(({ msg }) => msg === 'wrong token')).toHaveLength(2);
});

test('without a token only names of this machine are answered, so that DNS rebinding does not work', async () => {
  const { api } = await startWithAdmin({ hosts: ['Gateway.internal'] });
  const statusFor = async (host: string): Promise<number> =>
    (await curl('-H', `Host: ${host}`, `${api.url}/config`)).status;
  for (const host of ['localhost', 'a.localhost:9901', '127.0.0.1', '127.9.9.9:1', '[::1]:9901'])
    expect([host, await statusFor(host)]).toEqual([host, 200]);
  expect(await statusFor('gateway.internal:9901')).toBe(200);
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1'])
    expect([host, await statusFor(host)]).toEqual([host, 403]);
});

test.each([
  [{ origin: 'https://evil.example' }],
  [{ origin: 'null' }],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
])('a page of another site changes nothing: %j', async (headers) => {
  const running = await startWithAdmin();
  for (const path of ['/config/reload', '/reload']) {
    const answer = await running.api.post(path, undefined, headers);
    expect([answer.status, (answer.json() as Problem).code]).toEqual([403, 'cross_site']);
  }
  expect((await running.api.post('/log-level', { level: 'fatal' }, headers)).status).toBe(403);
  expect(generationOf(running)).toBe(1);
});

test('a page of its own origin may change something', async () => {
  const running = await startWithAdmin();
  const headers = { origin: running.api.url, 'sec-fetch-site': 'same-origin' };
  expect((await running.api.post('/config/reload', undefined, headers)).status).toBe(200);
  expect(generationOf(running)).toBe(2);
});

test.each([
  [{ 'sec-fetch-site': 'none' }],
  [{ 'sec-fetch-site': 'same-origin' }],
  [{ referer: 'http://127.0.0.1/' }],
])('a browser reloads nothing by a GET: %j', async (headers) => {
  const running = await startWithAdmin();
  expect((await running.api.fetch('/reload', { headers })).status).toBe(403);
  expect(generationOf(running)).toBe(1);
});

test('neither HEAD nor OPTIONS reloads, and what a path takes is told', async () => {
  const running = await startWithAdmin();
  const { api } = running;
  const head = await api.fetch('/reload', { method: 'HEAD' });
  expect([head.status, head.headers.allow]).toEqual([405, 'GET, POST']);
  const options = await api.fetch('/config/reload', { method: 'OPTIONS' });
  expect([options.status, options.headers.allow]).toEqual([405, 'POST']);
  const get = await api.fetch('/config/reload');
  expect([get.status, get.headers.allow]).toEqual([405, 'POST']);
  const post = await api.post('/config', {});
  expect([post.status, post.headers.allow]).toEqual([405, 'GET, HEAD']);
  expect(generationOf(running)).toBe(1);
});

test.each([
  ['text/plain', '{"level":"fatal"}', 415],
  ['application/x-www-form-urlencoded', 'level=fatal', 415],
  ['application/json', '{"level":', 400],
  ['application/json; charset=utf-8', '{"level":"fatal"}', 200],
  ['application/json', ' '.repeat(70_000), 413],
])('of bodies only JSON of a certain length is taken: %s', async (type, body, status) => {
  const { api } = await startWithAdmin();
  const answer = await api.fetch('/log-level', { method: 'POST', headers: { 'content-type': type }, body });
  expect(answer.status).toBe(status);
});

const open = 'is not for this machine alone, which takes a "token"; make one with "openssl rand -hex 32"';

test.each([
  [{ host: '0.0.0.0' }, `host: "0.0.0.0" ${open}`],
  [{ host: '::' }, `host: "::" ${open}`],
  [{ host: 'gateway.internal' }, `host: "gateway.internal" ${open}`],
  [{ mount: { path: '/a', allow: ['10.0.0.0/8'] } }, `mount › allow: "10.0.0.0/8" ${open}`],
  [{ mount: { path: '/a', allow: ['127.0.0.0/7'] } }, /did you mean/],
  [{ mount: { path: '/a', allow: ['126.0.0.0/7'] } }, `mount › allow: "126.0.0.0/7" ${open}`],
  [{ token: 'short' }, 'token: must have at least 16 characters; make one with "openssl rand -hex 32"'],
  [{ token: '' }, 'token: must have at least 16 characters; make one with "openssl rand -hex 32"'],
  [{ token: 'with a blank in it' }, 'token: must consist of visible ASCII characters without blanks'],
  [{ port: false }, 'port: is false, so that a "mount" is needed'],
  [{ requiredUpstreams: ['x'] }, 'There is no upstream "x" to require.'],
  [{ mount: '/a/' }, /mount: must be a path/],
  [{ mount: '/' }, /mount/],
  [{ mount: '/../a' }, /mount/],
])('%j is refused', async (settings, complaint) => {
  const error = await startTestGateway({ plugins: [admin({ port: 0, ...settings } as never)] }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigurationError);
  const { message } = error as ConfigurationError;
  if (typeof complaint === 'string') expect(message).toContain(complaint);
  else expect(message).toMatch(complaint);
});

test('elsewhere than on this machine it listens with a token', async () => {
  const { api } = await startWithAdmin({ host: '0.0.0.0', token });
  expect((await curl('-H', `Authorization: Bearer ${token}`, `${api.url}/version`)).status).toBe(200);
  expect((await curl(`${api.url}/version`)).status).toBe(401);
});

const mount = '/config';

test('on a listener of the gateway, curl reloads the configuration', async () => {
  const running = await startWithAdmin({ mount });
  const { status, body } = await curl(`http://localhost:${running.gateway.port}/config/reload`);
  expect([status, body.toString()]).toEqual([200, '{"generation":2}\n']);
  expect(running.gateway.origin.requests).toEqual([]);
});

test('what is mounted is all of it, and nothing beside it', async () => {
  const { gateway } = await startWithAdmin({ mount });
  expect((await gateway.fetch('/config')).json()).toMatchObject({ version: expect.any(String) });
  expect((await gateway.fetch('/config/health')).json()).toEqual({ status: 'ok' });
  expect((await gateway.fetch('/config/openapi.json')).json()).toMatchObject({
    servers: [{ url: '/config' }],
  });
  const level = { 'content-type': 'application/json' };
  const body = '{"level":"warn"}';
  expect((await gateway.fetch('/config/log-level', { body, headers: level })).status).toBe(200);
  const long = ' '.repeat(70_000);
  expect((await gateway.fetch('/config/log-level', { body: long, headers: level })).status).toBe(413);
  expect((await gateway.fetch('/config/nowhere')).status).toBe(404);
  expect(gateway.origin.requests).toEqual([]);
  expect((await gateway.fetch('/configuration')).body).toBe('ok');
  expect((await gateway.fetch('/health')).body).toBe('ok');
});

test('another spelling of the path does not lead past who may ask', async () => {
  const { gateway } = await startWithAdmin({ mount });
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  for (const path of ['/%63onfig/version', '//config/version', '/config;a=b/version'])
    expect([path, (await gateway.fetch(path, { headers })).status]).toEqual([path, 403]);
});

test.each([
  ['x-forwarded-for', '127.0.0.1'],
  ['forwarded', 'for=127.0.0.1'],
  ['x-real-ip', '127.0.0.1'],
  ['via', '1.1 edge'],
])('a proxy that is not trusted is no client of this machine: %s', async (name, value) => {
  const running = await startWithAdmin({ mount });
  const answer = await running.gateway.fetch('/config/reload', { headers: { [name]: value } });
  expect([answer.status, (answer.json() as Problem).code]).toEqual([403, 'unknown_client']);
  expect(generationOf(running)).toBe(1);
});

test('behind a proxy that is trusted the address of the client counts', async () => {
  const plugins = [forwardedHeaders({ trust: ['loopback'] })];
  const { gateway } = await startWithAdmin(
    { mount: { path: mount, allow: ['10.0.0.0/8'] }, token },
    { plugins },
  );
  const from = async (client: string, headers: object = bearer): Promise<number> =>
    (await gateway.fetch('/config/version', { headers: { 'x-forwarded-for': client, ...headers } })).status;
  expect(await from('10.1.2.3')).toBe(200);
  expect(await from('10.1.2.3', {})).toBe(401);
  expect(await from('203.0.113.9')).toBe(403);
  expect(await from('10.1.2.3, 203.0.113.9')).toBe(403);
});

test('without a listener of its own it is only mounted', async () => {
  const plugins = [admin({ port: false, mount })];
  await using gateway = await startTestGateway({ plugins });
  expect((await gateway.fetch('/config/health')).status).toBe(200);
  expect(gateway.logLines.filter(({ msg }) => msg === 'admin listening')).toEqual([]);
});
