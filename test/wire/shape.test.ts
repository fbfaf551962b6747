import { expect, test } from 'vitest';
import { definePlugin, respond } from 'hookway';
import { startTestGateway } from 'hookway/testing';

const stamp = definePlugin({
  name: 'stamp',
  setup: ({ hooks }) =>
    hooks.onResponse.tap(({ response }) => response!.fields.set('Date', 'Sun, 06 Nov 1994 08:49:37 GMT')),
});

test.each([
  ['of the backend with a date', { headers: { Date: 'Mon, 07 Nov 1994 08:49:37 GMT' } }],
  ['of the backend without a date', {}],
])('a date that a plugin sets in a response %s is the only one', async (_what, origin) => {
  await using gateway = await startTestGateway({ plugins: [stamp()], origin });
  const { rawHeaders } = await gateway.fetch('/');
  expect(rawHeaders.filter((name) => name.toLowerCase() === 'date')).toHaveLength(1);
  expect(rawHeaders).toContain('Sun, 06 Nov 1994 08:49:37 GMT');
});

test('a date that a plugin sets in an answer of the gateway is the only one', async () => {
  const local = definePlugin({
    name: 'local',
    setup: ({ hooks }) => hooks.onRequest.tap(() => respond(200)),
  });
  await using gateway = await startTestGateway({ plugins: [stamp(), local()] });
  const { rawHeaders } = await gateway.fetch('/');
  expect(rawHeaders.filter((name) => name.toLowerCase() === 'date')).toHaveLength(1);
});

test('426 keeps the protocols that the backend asks for (RFC 9110 15.5.22)', async () => {
  await using gateway = await startTestGateway({
    origin: { status: 426, headers: { Connection: 'Upgrade', Upgrade: 'echo' } },
  });
  expect((await gateway.fetch('/')).headers).toMatchObject({ upgrade: 'echo' });
});

test('an answer of the gateway is JSON, or text for a client that would rather read text', async () => {
  await using gateway = await startTestGateway({ routes: [] });
  const json = await gateway.fetch('/');
  expect(json.headers['content-type']).toBe('application/problem+json');
  expect(json.json()).toMatchObject({ status: 404, code: 'no_route', exchange: expect.stringMatching(/./) });
  const text = await gateway.fetch('/', { headers: { accept: 'text/html, */*;q=0.1' } });
  expect([text.status, text.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
  expect(text.body).toMatch(/^404 Not Found: .* \(no_route\) \[.+\]\n$/);
});

test('the length of an answer is that of its bytes, also in a language with many', async () => {
  const local = definePlugin({
    name: 'local',
    setup: ({ hooks }) => hooks.onRequest.tap(() => respond(200, {}, 'žluťoučký')),
  });
  await using gateway = await startTestGateway({ plugins: [local()] });
  expect(await gateway.fetch('/')).toMatchObject({ body: 'žluťoučký', headers: { 'content-length': '13' } });
  expect(await gateway.fetch('/', { method: 'HEAD' })).toMatchObject({
    body: '',
    headers: { 'content-length': '13' },
  });
});
