import { expect, test } from 'vitest';
import { definePlugin, respond, Stage } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import cors from 'hookway/plugins/cors';

const app = 'https://app.example';
const preflight = {
  origin: app,
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'content-type,x-a',
};

test('a preflight request is answered without the backend', async () => {
  await using gateway = await startTestGateway({
    plugins: [cors({ origins: [app], credentials: true, maxAgeSeconds: 5 })],
  });
  const response = await gateway.fetch('/', { method: 'OPTIONS', headers: preflight });
  expect(response.status).toBe(204);
  expect(response.headers).toMatchObject({
    'access-control-allow-origin': app,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': 'content-type, x-a',
    'access-control-max-age': '5',
    vary: 'Access-Control-Request-Headers, Origin',
  });
  expect(gateway.origin.requests).toHaveLength(0);
});

test('a preflight request is answered before credentials are asked for, when it is listed first', async () => {
  const guard = definePlugin({
    name: 'guard',
    setup: ({ hooks }) => hooks.onRequest.tap({ stage: Stage.Guard }, () => respond(401)),
  });
  await using gateway = await startTestGateway({ plugins: [cors({ origins: [app] }), guard()] });
  expect((await gateway.fetch('/', { method: 'OPTIONS', headers: preflight })).status).toBe(204);
  const refused = await gateway.fetch('/', { headers: { origin: app } });
  // a page may read why it was refused
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, app]);
});

test('a preflight request of another origin is refused', async () => {
  await using gateway = await startTestGateway({ plugins: [cors({ origins: [app] })] });
  const headers = { ...preflight, origin: 'https://evil.example' };
  const response = await gateway.fetch('/', { method: 'OPTIONS', headers });
  expect([response.status, response.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  expect(response.json()).toMatchObject({ code: 'origin_not_allowed' });
});

test('what is no preflight request goes to the backend', async () => {
  await using gateway = await startTestGateway({ plugins: [cors({ origins: [app] })] });
  await gateway.fetch('/', { method: 'OPTIONS', headers: { origin: app } });
  await gateway.fetch('/', { method: 'OPTIONS', headers: { 'access-control-request-method': 'PUT' } });
  expect(gateway.origin.requests).toHaveLength(2);
});

test('the gateway alone says who may read a response', async () => {
  await using gateway = await startTestGateway({
    plugins: [cors({ origins: [app], exposedHeaders: ['X-Total'] })],
    origin: {
      headers: {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Credentials': 'true',
        Vary: 'Accept-Encoding',
      },
      body: 'ok',
    },
  });
  const allowed = await gateway.fetch('/', { headers: { origin: app } });
  expect(allowed.headers).toMatchObject({
    'access-control-allow-origin': app,
    'access-control-expose-headers': 'X-Total',
    vary: 'Accept-Encoding, Origin',
  });
  expect(allowed.headers).not.toHaveProperty('access-control-allow-credentials');
  for (const headers of [{ origin: 'https://evil.example' }, {}]) {
    const other = await gateway.fetch('/', { headers });
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    expect(other.headers['vary']).toBe('Accept-Encoding, Origin');
  }
});

test('for all origins the answer depends on none', async () => {
  await using gateway = await startTestGateway({ plugins: [cors({ origins: ['*'] })] });
  const { headers } = await gateway.fetch('/', { headers: { origin: app } });
  expect(headers['access-control-allow-origin']).toBe('*');
  expect(headers).not.toHaveProperty('vary');
});

test('errors of the gateway itself can be read as well', async () => {
  await using gateway = await startTestGateway({ plugins: [cors({ origins: [app] })], routes: [] });
  const response = await gateway.fetch('/', { headers: { origin: app } });
  expect([response.status, response.headers['access-control-allow-origin']]).toEqual([404, app]);
});
