import { writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { unusedPort } from 'hookway/testing';
import { expect, onTestFinished, test } from 'vitest';
import { Authority, type IssuedFiles } from '../support/authority.ts';
import { projectWith, writeTo } from '../unit/config/project.ts';
import { startBackend } from './cli-backend.ts';
import { GatewayProcess, hookway } from './cli-process.ts';
import { curl } from './peers.ts';
import { RedisServer } from './plugins/redis-server.ts';

/*
 * The names that configurations rely on, all of them together, as JSON and as TypeScript. They may get company, but each
 * has to go on meaning what it means.
 */

const token = 'names-of-a-configuration';
const bearer = ['-H', `Authorization: Bearer ${token}`];

interface Written {
  readonly plugins: readonly unknown[];
}

/** With imports and calls in place of names. */
function asTypeScript({ plugins, ...rest }: Written): string {
  const imports = ["import { only } from 'hookway';", "import { defineConfig } from 'hookway/config';"];
  const calls = plugins.map((plugin, index) => {
    const [name, options, scope] = (typeof plugin === 'string' ? [plugin] : plugin) as [
      string,
      object?,
      object?,
    ];
    imports.push(`import plugin${index} from 'hookway/plugins/${name}';`);
    const call = `plugin${index}(${options === undefined ? '' : JSON.stringify(options)})`;
    return scope === undefined ? call : `only(${JSON.stringify(scope)}, ${call})`;
  });
  const members = JSON.stringify(rest).slice(1, -1);
  return `${imports.join('\n')}\nexport default defineConfig({ ${members}, plugins: [${calls.join()}] });\n`;
}

const formats = [
  ['proxy.config.json', (configuration: Written): string => JSON.stringify(configuration)],
  ['proxy.config.ts', asTypeScript],
] as const;

function writeCertificates(cwd: string): { readonly client: IssuedFiles; readonly backend: IssuedFiles } {
  const authority = new Authority(cwd, 'ca');
  const [a, b] = [authority.issue('a.test'), authority.issue('b.test', { key: 'rsa' })];
  writeFileSync(join(cwd, 'a.pem'), a.cert);
  writeFileSync(join(cwd, 'a.key'), a.key);
  const pack = ['-export', '-in', b.certFile, '-inkey', b.keyFile, '-passout', 'pass:...'];
  execFileSync('openssl', ['pkcs12', ...pack, '-out', join(cwd, 'b.p12')]);
  const c = authority.issue('c.test');
  writeTo(join(cwd, 'certs/c.pem'), c.cert + c.key);
  return {
    client: authority.issue('client', { usage: 'clientAuth' }),
    backend: authority.issue('app.internal'),
  };
}

async function startTlsBackend({ cert, key }: IssuedFiles): Promise<number> {
  const server = createTlsServer({ cert, key }, (_request, response) => response.end('from app.internal'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function unusedPorts(): Promise<[plain: number, tls: number, mutual: number, admin: number]> {
  return [await unusedPort(), await unusedPort(), await unusedPort(), await unusedPort()];
}

test.each(formats)('TLS, admin, metrics, access log and tracing, in %s', async (file, write) => {
  const cwd = projectWith({});
  const { client, backend } = writeCertificates(cwd);
  const [plain, tls, mutual, adminPort] = await unusedPorts();
  const ca = join(cwd, 'ca.pem');
  const configuration = {
    listeners: [
      { port: plain },
      { port: tls, tls: true },
      { port: mutual, tls: { clientCertificate: 'require', clientCa: 'ca.pem', minVersion: 'TLSv1.3' } },
    ],
    upstreams: {
      secure: {
        backends: [`https://127.0.0.1:${await startTlsBackend(backend)}`],
        tls: { ca: 'ca.pem', serverName: 'app.internal' },
      },
    },
    plugins: [
      [
        'tls-certs',
        {
          certificates: [
            { cert: 'a.pem', key: 'a.key' },
            { pkcs12: 'b.p12', passphrase: '...' },
          ],
          directory: 'certs',
        },
      ],
      ['self-signed', { names: ['localhost', '*.dev.test'], stateDirectory: '.hookway' }],
      ['admin', { port: adminPort, token, mount: '/config' }],
      ['metrics', { mount: '/metrics' }],
      ['access-log', { file: 'access.log', format: 'json' }],
      'tracing',
    ],
  };
  writeTo(join(cwd, file), write(configuration));
  const check = await hookway(['check'], { cwd });
  expect(check.code, check.stdout + check.stderr).toBe(0);
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd });
  await gateway.url();

  const main = `http://127.0.0.1:${plain}`;
  expect((await curl(main)).body.toString()).toBe('from app.internal');
  const named = (host: string, port: number): string[] => [
    '--resolve',
    `${host}:${port}:127.0.0.1`,
    `https://${host}:${port}/`,
  ];
  for (const host of ['a.test', 'b.test', 'c.test'])
    expect((await curl('--cacert', ca, ...named(host, tls))).status, host).toBe(200);
  const own = join(cwd, '.hookway/authority.pem');
  for (const host of ['localhost', 'x.dev.test'])
    expect((await curl('--cacert', own, ...named(host, tls))).status, host).toBe(200);

  const identity = ['--cert', client.certFile, '--key', client.keyFile];
  const mutually = (...args: string[]): ReturnType<typeof curl> =>
    curl('--cacert', ca, ...args, ...named('a.test', mutual));
  expect((await mutually(...identity)).status).toBe(200);
  expect((await mutually(...identity, '--tls-max', '1.2')).status).toBe(0);
  expect((await mutually()).status).toBe(0);

  const admin = `http://127.0.0.1:${adminPort}`;
  expect((await curl(`${admin}/config`)).status).toBe(401);
  for (const path of ['/health', '/ready', '/version', '/config', '/upstreams', '/openapi.json', '/metrics'])
    expect((await curl(...bearer, admin + path)).status, path).toBe(200);
  expect((await curl(...bearer, `${main}/config/health`)).status).toBe(200);
  expect((await curl(`${main}/metrics`)).body.toString()).toMatch(/^# HELP /m);
  const post = (path: string, body: object): ReturnType<typeof curl> =>
    curl(...bearer, '-H', 'Content-Type: application/json', '-d', JSON.stringify(body), admin + path);
  const name = encodeURIComponent(configuration.upstreams.secure.backends[0]!.replace('https://', ''));
  for (const change of [{ action: 'drain' }, { action: 'enable' }, { weight: 5 }])
    expect((await post(`/upstreams/secure/backends/${name}`, change)).status).toBe(200);
  expect((await post('/log-level', { level: 'debug' })).status).toBe(200);
  expect((await curl('-X', 'POST', ...bearer, `${admin}/config/reload`)).status).toBe(200);
  expect((await curl(...bearer, `${main}/config/reload`)).status).toBe(200);
  gateway.kill('SIGTERM');
  expect((await gateway.ended).code).toBe(0);
});

test.each(formats)('traffic plugins, scoped by route, in %s', async (file, write) => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.kill());
  const backend = await startBackend((request, response) => {
    if (request.url === '/healthz') return void response.end('ok');
    const { url, headers } = request;
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({ url, client: headers['x-client'], debug: headers['x-debug'], pad: 'x'.repeat(2_000) }),
    );
  });
  const api = { routes: ['api'] };
  const configuration = {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    upstreams: { app: { backends: [backend] } },
    routes: [
      { name: 'api', path: '/api/*', upstream: 'app' },
      { name: 'old', path: '/old/*', upstream: 'app' },
      { name: 'inside', path: '/inside/*', upstream: 'app' },
    ],
    plugins: [
      ['load-balance', { policy: 'power-of-two' }],
      [
        'sticky-session',
        { cookie: 'hw_backend', secret: 'sixteen and more characters of it', onFailure: 'redistribute' },
      ],
      [
        'health-check',
        {
          active: { path: '/healthz', intervalMs: 500, timeoutMs: 200, rise: 2, fall: 2 },
          passive: { consecutiveFailures: 5, ejectionMs: 2000 },
        },
      ],
      ['retry', { attempts: 3 }],
      ['rate-limit', { requests: 100, windowMs: 1000, burst: 20, store: { redis: redis.url } }, api],
      [
        'headers',
        {
          request: { set: { 'x-client': '{client.address}' }, remove: ['x-debug'] },
          response: { set: { 'x-served-by': '{backend}' } },
        },
      ],
      ['rewrite', { stripPrefix: '/api' }, api],
      ['redirect', { to: 'https' }, { routes: ['old'] }],
      ['compress', { minBytes: 1024 }],
      ['ip-filter', { deny: ['10.0.0.0/8', '127.0.0.0/8'] }, { routes: ['inside'] }],
      ['body-limit', { maxBytes: 1048576 }],
    ],
  };
  const cwd = projectWith({ [file]: write(configuration) });
  const check = await hookway(['check'], { cwd });
  expect(check.code, check.stdout + check.stderr).toBe(0);
  const gateway = new GatewayProcess(['run', '--no-watch'], { cwd });
  const url = await gateway.url();

  const answer = await curl('-i', '--compressed', '-H', 'X-Debug: 1', `${url}/api/x`);
  const [head, body] = answer.body.toString().split('\r\n\r\n') as [string, string];
  expect(JSON.parse(body)).toMatchObject({ url: '/x', client: '127.0.0.1' });
  expect(body).not.toContain('debug');
  expect(head).toMatch(/^set-cookie: hw_backend=/im);
  expect(head).toMatch(/^content-encoding: /im);
  expect(head).toMatch(/^ratelimit: /im);
  expect(head.toLowerCase()).toContain(`x-served-by: ${backend.replace('http://', '')}`);
  const redirected = await curl('-i', `${url}/old/x`);
  expect(redirected.body.toString()).toMatch(/^location: https:\/\//im);
  expect((await curl(`${url}/inside/x`)).status).toBe(403);
  expect((await curl('-H', 'Content-Length: 1048577', '-d', 'x', `${url}/api/x`)).status).toBe(413);
});
