import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ConfigurationError } from '../../../core/errors.ts';
import { definePlugin, flattenPlugins, named, only, type PluginList } from '../../../core/pipeline/plugin.ts';
import type {
  GatewayConfig,
  ListenerTlsConfig,
  RouteConfig,
  UpstreamConfig,
  UpstreamTlsConfig,
} from '../../../core/server/configuration.ts';
import { findProblems } from '../../../core/server/problems.ts';
import { Authority } from '../../support/authority.ts';

const sound: GatewayConfig = {
  listeners: [{ port: 0 }],
  upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
  routes: [{ name: 'all', upstream: 'app' }],
};

function placesOf(changes: Partial<GatewayConfig>, plugins: PluginList = []): string[] {
  return findProblems({ ...sound, ...changes }, flattenPlugins(plugins)).map(({ place }) => place);
}

const withRoute = (route: Partial<RouteConfig>) => placesOf({ routes: [{ upstream: 'app', ...route }] });
test.each([0, -1, 1.5, Infinity, 2_147_483_648])('drainTimeoutMs cannot be %s', (drainTimeoutMs) => {
  expect(placesOf({ drainTimeoutMs })).toEqual(['drainTimeoutMs']);
  expect(placesOf({ limits: { setUpTimeoutMs: drainTimeoutMs } })).toEqual(['limits › setUpTimeoutMs']);
});

const withUpstream = (app: UpstreamConfig) => placesOf({ upstreams: { app } });

test('a sound configuration has no problems', () => {
  expect(placesOf({})).toEqual([]);
  expect(placesOf({ routes: [] })).toEqual([]);
});

test('every problem is told at once, with its place', () => {
  const problems = findProblems(
    { listeners: [{ port: -1 }], upstreams: { app: { backends: [] } }, routes: [{ upstream: 'ap' }] },
    [],
  );
  expect(new ConfigurationError(problems).message.split('\n')).toEqual([
    'listeners[0] › port: must be a whole number from 0 to 65535',
    'upstreams › app › backends: needs at least one backend',
    'routes[0] › upstream: unknown upstream "ap", expected one of "app"',
  ]);
});

describe('a listener', () => {
  test('is needed', () => {
    expect(placesOf({ listeners: [] })).toEqual(['listeners']);
  });

  test.each([-1, 65_536, 1.5, Number.NaN])('cannot have the port %j', (port) => {
    expect(placesOf({ listeners: [{ port: 1 }, { port }] })).toEqual(['listeners[1] › port']);
  });
});

describe('TLS of a listener', () => {
  const withTls = (tls: ListenerTlsConfig): string[] =>
    findProblems({ ...sound, listeners: [{ port: 0, tls }] }, []).map(
      ({ place, message }) => `${place.replace('listeners[0] › tls › ', '')}: ${message}`,
    );

  test('may be plain', () => {
    expect(placesOf({ listeners: [{ port: 0, tls: true }] })).toEqual([]);
    expect(withTls({})).toEqual([]);
    expect(withTls({ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' })).toEqual([]);
  });

  test.each<[ListenerTlsConfig, string]>([
    [
      { clientCertificate: 'require' },
      'clientCa: is needed to verify the certificates that clientCertificate requires',
    ],
    [{ clientCa: [] }, 'clientCa: has no effect without clientCertificate "request" or "require"'],
    [{ clientCertificate: 'request', clientCa: '/nowhere.pem' }, 'clientCa: there is no file /nowhere.pem'],
    [
      { clientCertificate: 'request', clientCa: ['package.json'] },
      'clientCa: package.json has no certificate in PEM',
    ],
    [{ ciphers: 'NONE' }, 'ciphers: "NONE" has no cipher suite that OpenSSL knows'],
    [{ minVersion: 'TLSv1' as 'TLSv1.2' }, 'minVersion: must be "TLSv1.2" or "TLSv1.3"'],
    [{ clientCertificate: 'on' as 'off' }, 'clientCertificate: must be "off", "request" or "require"'],
  ])('%j is refused', (tls, problem) => {
    expect(withTls(tls)).toEqual([problem]);
  });
});

describe('TLS to backends', () => {
  const withTls = (tls: UpstreamTlsConfig, url = 'https://a'): string[] =>
    findProblems({ ...sound, upstreams: { app: { backends: [url], tls } } }, []).map(
      ({ place, message }) => `${place.replace('upstreams › app › tls', '')}: ${message}`,
    );

  test('may be left to its defaults', () => {
    expect(withUpstream({ backends: ['https://a', 'https://[::1]:8443'] })).toEqual([]);
    expect(withTls({ serverName: 'app.internal', verify: false })).toEqual([]);
  });

  test.each<[UpstreamTlsConfig, string]>([
    [{ ca: '/nowhere.pem' }, ' › ca: there is no file /nowhere.pem'],
    [{ serverName: '127.0.0.1' }, ' › serverName: "127.0.0.1" is not a host name'],
    [{ serverName: 'a b' }, ' › serverName: "a b" is not a host name'],
    [{ cert: 'a.pem' }, ': needs both cert and key, or none of them'],
    [{ cert: '/nowhere.pem', key: '/nowhere.key' }, ' › key: there is no file /nowhere.pem'],
  ])('%j is refused', (tls, problem) => {
    expect(withTls(tls)).toEqual([problem]);
  });

  test('has to be of use', () => {
    expect(withTls({}, 'http://a')).toEqual([': has no effect, as no backend begins with https://']);
  });

  test('needs the key of the certificate', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hookway-pairs-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const authority = new Authority(folder);
    const [one, other] = [authority.issue('one'), authority.issue('other')];
    expect(withTls({ cert: one.certFile, key: one.keyFile })).toEqual([]);
    expect(withTls({ cert: one.certFile, key: other.keyFile })).toEqual([
      ` › key: ${other.keyFile} is not the key of ${one.certFile}`,
    ]);
    expect(withTls({ cert: one.certFile, key: one.certFile })).toEqual([
      ` › key: ${one.certFile} has no private key in PEM`,
    ]);
    const encrypted = `${one.keyFile}.encrypted`;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(
      encrypted,
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'right' }),
    );
    expect(withTls({ cert: one.certFile, key: encrypted })).toEqual([
      ` › key: ${encrypted} is encrypted and needs a passphrase`,
    ]);
    expect(withTls({ cert: one.certFile, key: encrypted, passphrase: 'wrong' })).toEqual([
      ` › key: ${encrypted} is not opened by the passphrase`,
    ]);
  });
});

describe('a backend', () => {
  test.each([
    'http://a',
    'http://a/',
    'http://a:8080',
    'http://[::1]:80',
    { url: 'http://a', weight: 1, name: 'n' },
    { url: 'http://a', weight: 1_000_000 },
  ])('may be %j', (backend) => {
    expect(withUpstream({ backends: [backend] })).toEqual([]);
  });

  test.each([
    'a',
    'a:80',
    '',
    'http://',
    'ftp://a',
    'http://a/path',
    'http://a?q',
    'http://a#f',
    'http://u@a',
    'http://u:p@a',
  ])('cannot be %j', (backend) => {
    expect(withUpstream({ backends: [backend] })).toEqual(['upstreams › app › backends[0]']);
  });

  test.each([0, -1, 1.5, 1_000_001, Number.NaN, Infinity])('cannot have the weight %j', (weight) => {
    expect(withUpstream({ backends: [{ url: 'http://a', weight }] })).toEqual([
      'upstreams › app › backends[0] › weight',
    ]);
  });

  test('has a name of its own', () => {
    expect(withUpstream({ backends: ['http://a', 'http://a:80/'] })).toEqual([
      'upstreams › app › backends[1]',
    ]);
    expect(withUpstream({ backends: ['http://a', { url: 'http://a', name: 'b' }] })).toEqual([]);
    expect(
      withUpstream({
        backends: [
          { url: 'http://a', name: 'x' },
          { url: 'http://b', name: 'x' },
        ],
      }),
    ).toEqual(['upstreams › app › backends[1]']);
  });
});

describe('a route', () => {
  test.each(['/', '/a', '/a/', '/a/b.c', '/*', '/a/*'])('may have the path %s', (path) => {
    expect(withRoute({ path })).toEqual([]);
  });

  test.each(['', 'a', '*', '/a*', '/*/a', '/a?b', '/a#b', '/a/**', '/*a'])(
    'cannot have the path %j',
    (path) => {
      expect(withRoute({ path })).toEqual(['routes[0] › path']);
    },
  );

  test.each(['a', 'a.example', '*.example', 'A.Example', 'a-b.c_d', '127.0.0.1', '[::1]', '_x'])(
    'may have the host %s',
    (host) => {
      expect(withRoute({ hosts: [host] })).toEqual([]);
    },
  );

  test.each([
    '',
    '*',
    'a:80',
    'a.example.',
    '.a',
    'a..b',
    '*a',
    'a.*',
    '*.*.a',
    'http://a',
    'a/b',
    '-a',
    'a-',
    '::1',
  ])('cannot have the host %j', (host) => {
    expect(withRoute({ hosts: ['x', host] })).toEqual(['routes[0] › hosts[1]']);
  });

  test('cannot have a method that is no token', () => {
    expect(withRoute({ methods: ['GET', 'M-SEARCH', 'GE T', ''] })).toEqual([
      'routes[0] › methods[2]',
      'routes[0] › methods[3]',
    ]);
  });

  test('has a name of its own, or none', () => {
    const route = { upstream: 'app' };
    expect(placesOf({ routes: [route, route] })).toEqual([]);
    expect(placesOf({ routes: [{ ...route, name: 'a' }, route, { ...route, name: 'a' }] })).toEqual([
      'routes[2] › name',
    ]);
  });
});

describe('a plugin', () => {
  const setup = (): void => {};
  const bare = definePlugin({ name: 'bare', setup });
  const limited = definePlugin({
    name: 'limited',
    options: z.strictObject({
      limit: z.int().positive(),
      list: z.array(z.object({ a: z.string() })).default([]),
    }),
    setup,
  });

  test('is told what is wrong with its options, by name and place', () => {
    expect(placesOf({}, [bare(), limited({ limit: 1 })])).toEqual([]);
    expect(placesOf({}, [bare(), limited({ limit: 0 })])).toEqual(['plugins[1] limited › limit']);
    expect(placesOf({}, [limited({ limit: 1, list: [{ a: 'x' }, { a: 1 as never }] })])).toEqual([
      'plugins[0] limited › list[1] › a',
    ]);
    expect(placesOf({}, [limited(undefined as never)])).toEqual(['plugins[0] limited › limit']);
  });

  test('that takes none is given none', () => {
    const factory = bare as (options: unknown) => ReturnType<typeof bare>;
    expect(placesOf({}, [factory({ a: 1 })])).toEqual(['plugins[0] bare']);
  });

  test('has a name that no other entry of it has, if any', () => {
    const other = definePlugin({ name: 'other', setup });
    expect(
      placesOf({}, [named('a', bare()), named('b', bare()), named('a', other()), bare(), bare()]),
    ).toEqual([]);
    expect(placesOf({}, [named('a', bare()), ...only({ routes: ['all'] }, named('a', bare()))])).toEqual([
      'plugins[1] bare › name',
    ]);
    expect(placesOf({}, [named('', bare()), named('a b', bare()), named(1 as never, bare())])).toEqual([
      'plugins[0] bare › name',
      'plugins[1] bare › name',
      'plugins[2] bare › name',
    ]);
  });

  test('is scoped to routes that there are', () => {
    expect(placesOf({}, only({ routes: ['all'] }, bare()))).toEqual([]);
    expect(placesOf({}, only({ routes: ['all', 'al'] }, bare()))).toEqual(['plugins[0] bare › routes']);
  });
});
