import { expect, test } from 'vitest';
import { show } from '../../../../plugins/admin/mask.ts';

test.each([
  'secret',
  'secrets',
  'clientSecret',
  'token',
  'authToken',
  'ADMIN_TOKEN',
  'password',
  'passwd',
  'passphrase',
  'key',
  'apiKey',
  'privateKey',
  'X-Api-Key',
  'X-Auth-Token',
  'X-Internal-Auth',
  'Authorization',
  'Proxy-Authorization',
  'Cookie',
  'Set-Cookie',
  'credentials',
  'users',
])('what stands under %s is masked, also in lists and objects', (name) => {
  const shown = show({ [name]: 'a', list: [{ [name]: ['b', { c: 'd' }] }] });
  expect(shown).toEqual({ [name]: '***', list: [{ [name]: ['***', { c: '***' }] }] });
});

test.each([
  'keepAliveTimeoutMs',
  'keys',
  'auth',
  'name',
  'path',
  'monkey',
  'maxTokens',
  'tokenBucket',
  'header',
])('what stands under %s is shown', (name) => {
  expect(show({ [name]: 'a' })).toEqual({ [name]: 'a' });
});

test('numbers and switches under such names are no secrets', () => {
  expect(show({ tokens: 5, passwordLength: 8, key: true })).toEqual({
    tokens: 5,
    passwordLength: 8,
    key: true,
  });
});

test.each([
  ['redis://user:pass@127.0.0.1:6379/0', 'redis://***@127.0.0.1:6379/0'],
  ['redis://user:p@ss:w@127.0.0.1/0', 'redis://***@127.0.0.1/0'],
  ['see https://token@example.com/a', 'see https://***@example.com/a'],
  ['https://example.com/?api_key=abc&b=c', 'https://example.com/?api_key=***&b=c'],
  ['https://example.com/@user?b=c', 'https://example.com/@user?b=c'],
  ['-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n', '***\n'],
  ['-----BEGIN EC PRIVATE KEY-----\nMII', '***'],
  ['-----BEGIN CERTIFICATE-----\nMII', '-----BEGIN CERTIFICATE-----\nMII'],
  ['$scrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA', '***'],
  ['$2b$10$abcdefghijklmnopqrstuv', '***'],
  ['Bearer abc.def', 'Bearer ***'],
  ['Basic YTpi', 'Basic ***'],
  ['basic as it is', 'basic as it is'],
  ['costs $5', 'costs $5'],
])('%j is shown as %j', (text, shown) => {
  expect(show(text)).toBe(shown);
  expect(show([text])).toEqual([shown]);
});

test('what JSON does not know is readable', () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const shown = show({
    regExp: /a+/i,
    named: function choose() {},
    arrow: [() => 1][0],
    url: new URL('http://u:p@h/'),
    map: new Map([['a', 1]]),
    set: new Set([1]),
    bytes: Buffer.from('secret'),
    date: new Date(0),
    error: new Error('no'),
    big: 1n,
    forEver: Infinity,
    nothing: null,
    missing: undefined,
    circular,
  });
  expect(JSON.parse(JSON.stringify(shown))).toEqual({
    regExp: '/a+/i',
    named: '[function choose]',
    arrow: '[function]',
    url: 'http://***@h/',
    map: { a: 1 },
    set: [1],
    bytes: '[6 bytes]',
    date: '1970-01-01T00:00:00.000Z',
    error: 'no',
    big: '1',
    forEver: 'Infinity',
    nothing: null,
    circular: { self: '[circular]' },
  });
});

test('a value that is very deep ends', () => {
  let deep: unknown = 'x';
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(JSON.stringify(show(deep))).toContain('[deeper]');
});

test('a member named __proto__ is a member like others', () => {
  const shown = show(JSON.parse('{"__proto__":{"secret":"a"}}'));
  expect(JSON.stringify(shown)).toBe('{"__proto__":{"secret":"***"}}');
});
