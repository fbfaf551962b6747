import { expect, test } from 'vitest';
import { startTestGateway } from 'hookway/testing';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import securityHeaders from 'hookway/plugins/security-headers';

test('responses get what protects the people who read them', async () => {
  await using gateway = await startTestGateway({
    plugins: [
      securityHeaders({
        contentSecurityPolicy: { 'default-src': ['self'] },
        permissionsPolicy: { camera: [] },
        frames: 'none',
      }),
    ],
  });
  const { headers } = await gateway.fetch('/');
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': 'camera=()',
    'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
  });
});

test('transport security is asked for over https only, where browsers listen', async () => {
  const plugins = [forwardedHeaders({ trust: ['loopback'] }), securityHeaders()];
  await using gateway = await startTestGateway({ plugins });
  const plain = await gateway.fetch('/');
  expect(plain.headers).not.toHaveProperty('strict-transport-security');
  const secure = await gateway.fetch('/', { headers: { 'x-forwarded-proto': 'https' } });
  expect(secure.headers['strict-transport-security']).toBe('max-age=31536000');
});

const ofBackend = { headers: { 'X-Frame-Options': 'DENY', 'Referrer-Policy': 'origin' }, body: 'ok' };

test('what the backend says stays', async () => {
  await using gateway = await startTestGateway({ plugins: [securityHeaders()], origin: ofBackend });
  expect((await gateway.fetch('/')).headers).toMatchObject({
    'x-frame-options': 'DENY',
    'referrer-policy': 'origin',
    'x-content-type-options': 'nosniff',
  });
});

test('what the backend says is replaced where that is wanted', async () => {
  const plugins = [securityHeaders({ override: true, referrerPolicy: false })];
  await using gateway = await startTestGateway({ plugins, origin: ofBackend });
  expect((await gateway.fetch('/')).headers).toMatchObject({
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'origin',
  });
});

test('a policy can be tried out', async () => {
  const plugins = [
    securityHeaders({ contentSecurityPolicy: "default-src 'none'", frames: false, reportOnly: true }),
  ];
  await using gateway = await startTestGateway({ plugins });
  const { headers } = await gateway.fetch('/');
  expect(headers['content-security-policy-report-only']).toBe("default-src 'none'");
  expect(headers).not.toHaveProperty('content-security-policy');
  expect(headers).not.toHaveProperty('x-frame-options');
});

test('answers of the gateway itself are protected as well, and two entries say it once', async () => {
  const plugins = [securityHeaders(), securityHeaders({ frames: 'none' })];
  await using gateway = await startTestGateway({ plugins, routes: [] });
  const { status, headers } = await gateway.fetch('/');
  expect([status, headers['x-frame-options'], headers['x-content-type-options']]).toEqual([
    404,
    'SAMEORIGIN',
    'nosniff',
  ]);
});
