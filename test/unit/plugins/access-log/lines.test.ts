import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { lineWriterOf } from '../../../../plugins/access-log/line.ts';
import { LineBytes } from '../../../../plugins/access-log/line-bytes.ts';
import { Measures } from '../../../../plugins/access-log/measures.ts';
import { options } from '../../../../plugins/access-log/options.ts';
import { ClientAddress } from '../../../../plugins/forwarded-headers/tokens.ts';
import { RequestId } from '../../../../plugins/request-id/tokens.ts';
import { settledExchange } from './settled-exchange.ts';

const now = (): number => Date.UTC(2026, 10, 5, 10, 11, 12, 345);

/** The line of an exchange, without its end. */
function lineOf(exchange = settledExchange(), settings: object = {}, slowMs?: number): string {
  const line = new LineBytes(16);
  const measures = new Measures(slowMs);
  measures.read(exchange);
  lineWriterOf(options.parse(settings), now)(line, exchange, measures);
  const text = line.bytes.toString('latin1', 0, line.length);
  expect(text).toMatch(/^[^\n]*\n$/);
  return text.slice(0, -1);
}

const recordOf = (exchange = settledExchange(), settings: object = {}): Record<string, unknown> =>
  JSON.parse(lineOf(exchange, settings)) as Record<string, unknown>;

const browser = {
  fields: FieldList.from({ 'User-Agent': 'Mozilla/5.0 "x"', Referer: 'http://a.example/\xe9' }),
};

test('a JSON line has these keys in this order', () => {
  const exchange = settledExchange({ inbound: browser }, [
    [ClientAddress, '2001:db8::1'],
    [RequestId, 'r-1'],
  ]);
  expect(lineOf(exchange, {}, 10)).toBe(
    '{"time":"2026-11-05T10:11:12.345Z","client":"2001:db8::1","method":"GET","target":"/a?b=c",' +
      '"host":"a.example:8080","httpVersion":"1.1","status":200,"termination":"--","bytesReceived":0,' +
      '"bytesSent":127,"route":"all","upstream":"web","backend":"127.0.0.1:9001","attempts":1,' +
      '"clientHeadMs":0.250,"queueMs":1.000,"connectMs":2.250,"backendHeadMs":6.250,"dataMs":2.346,' +
      '"totalMs":12.346,"slow":true,"phase":"done","requestId":"r-1","userAgent":"Mozilla/5.0 \\"x\\"",' +
      '"referer":"http://a.example/\\u00e9"}',
  );
});

test('what an exchange does not have is left out, but for the timers', () => {
  const nowhere = { route: undefined, upstream: undefined, backend: undefined, attempts: [] };
  const keys = Object.keys(recordOf(settledExchange({ ...nowhere, response: undefined })));
  expect(keys.join(' ')).toBe(
    'time client method target host httpVersion termination bytesReceived bytesSent attempts ' +
      'clientHeadMs queueMs connectMs backendHeadMs dataMs totalMs phase',
  );
});

test('a failure names who ended it, where, and why', () => {
  const failed = settledExchange({
    response: { status: 500, source: 'gateway' },
    outcome: { endedBy: 'plugin', phase: 'admit', code: 'plugin_failed', plugin: 'jwt', hook: 'onRequest' },
  });
  expect(recordOf(failed)).toMatchObject({
    status: 500,
    termination: 'IR',
    endedBy: 'plugin',
    phase: 'admit',
    code: 'plugin_failed',
    plugin: 'jwt',
    hook: 'onRequest',
    exchange: 'x-1',
    dataMs: -1,
  });
});

const evil = '"\n,"status":200,"x":"\\ status=200 \x1b[31m';
const attack = settledExchange(
  {
    inbound: {
      path: evil,
      query: evil,
      authority: evil,
      fields: new FieldList(['User-Agent', evil, 'Referer', evil, 'X-Evil', evil]),
    },
    response: { status: 404 },
  },
  [[RequestId, evil]],
);

test('nothing that a client sends can end a JSON line or add a key', () => {
  const line = lineOf(attack, { requestHeaders: ['x-evil'] });
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(line)).toMatchObject({
    target: `${evil}?${evil}`,
    host: evil,
    status: 404,
    requestId: evil,
    userAgent: evil,
    referer: evil,
    'request.header.x-evil': evil,
  });
});

/** Reads logfmt as its libraries do. */
function readLogfmt(line: string): [key: string, value: string][] {
  const pair = /([^\s=]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?: |$)/y;
  const pairs: [string, string][] = [];
  while (pair.lastIndex < line.length) {
    const [, key, value] = pair.exec(line)!;
    pairs.push([key!, value!.startsWith('"') ? (JSON.parse(value!) as string) : value!]);
  }
  return pairs;
}

test('a logfmt line has the same keys and values as the JSON line', () => {
  for (const exchange of [attack, settledExchange({ inbound: browser })]) {
    const line = lineOf(exchange, { format: 'logfmt' });
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    const fromJson = Object.entries(recordOf(exchange)).map(([key, value]) => [key, value]);
    const fromLogfmt = readLogfmt(line).map(([key, value]) => [
      key,
      /^(status|bytes|attempts|.*Ms)/.test(key) ? Number(value) : value,
    ]);
    expect(fromLogfmt).toEqual(fromJson);
  }
});

test('logfmt quotes only what needs it', () => {
  const settings = { format: 'logfmt', fields: ['time', 'status', 'userAgent', 'slow', 'referer'] };
  const fields = FieldList.from({ 'User-Agent': 'curl/8', Referer: 'a=b' });
  expect(lineOf(settledExchange({ inbound: { fields } }), settings, 1)).toBe(
    'time=2026-11-05T10:11:12.345Z status=200 userAgent=curl/8 slow=true referer="a=b"',
  );
});

test('the combined format is that of Apache', () => {
  const combined = { format: 'combined' };
  expect(lineOf(settledExchange({ inbound: browser }, [[ClientAddress, '198.51.100.1']]), combined)).toBe(
    '198.51.100.1 - - [05/Nov/2026:10:11:12 +0000] "GET /a?b=c HTTP/1.1" 200 127 ' +
      '"http://a.example/\\xe9" "Mozilla/5.0 \\"x\\""',
  );
  const nothing = settledExchange({
    response: undefined,
    bodyBytesSent: 0,
    inbound: { path: '', query: undefined },
  });
  expect(lineOf(nothing, combined)).toBe(
    '203.0.113.7 - - [05/Nov/2026:10:11:12 +0000] "GET - HTTP/1.1" - - "-" "-"',
  );
});

test('a template is written with its values', () => {
  const format = '{client.address} {method} {status} {timers.total} {slow} {{x} é {requestId}';
  expect(Buffer.from(lineOf(settledExchange(), { format }), 'latin1').toString()).toBe(
    '203.0.113.7 GET 200 12.346 - {x} é -',
  );
  expect(lineOf(settledExchange(), { format: '{slow}/{timers.queue}' }, 5)).toBe('slow/1.000');
});

test('a value in a template cannot look like the text around it', () => {
  const inbound = { path: '/a|b c"d]', query: undefined, fields: new FieldList(['User-Agent', 'x y" z|']) };
  const exchange = settledExchange({ inbound });
  expect(lineOf(exchange, { format: '{path}|{status}' })).toBe('/a\\x7cb\\x20c\\"d]|200');
  expect(lineOf(exchange, { format: '[{path}] "{userAgent}" {userAgent}' })).toBe(
    '[/a|b\\x20c\\"d\\x5d] "x y\\" z|" x\\x20y\\"\\x20z|',
  );
});

test('fields are written in the order that is asked for, with header fields behind them', () => {
  const settings = {
    fields: ['slow', 'status', 'timers.total', 'request.header.X-A', 'client.address', 'time'],
    requestHeaders: ['X-B'],
    responseHeaders: ['Via'],
  };
  const fields = new FieldList(['X-A', '1', 'x-a', '2', 'X-B', '3']);
  const response = { fields: FieldList.from({ via: '1.1 x' }) };
  expect(lineOf(settledExchange({ inbound: { fields }, response }), settings)).toBe(
    '{"status":200,"totalMs":12.346,"request.header.x-a":"1, 2","client":"203.0.113.7",' +
      '"time":"2026-11-05T10:11:12.345Z","request.header.x-b":"3","response.header.via":"1.1 x"}',
  );
});

test.each(['json', 'logfmt'])('a %s line of fields that are all missing is still a line', (format) => {
  const line = lineOf(settledExchange(), { format, fields: ['referer', 'slow'] });
  expect(line).toBe(format === 'json' ? '{}' : '');
});

test('the query can be left out, of the referer, too', () => {
  const fields = FieldList.from({ Referer: 'http://a.example/x?token=1' });
  expect(recordOf(settledExchange({ inbound: { fields } }), { query: false })).toMatchObject({
    target: '/a',
    referer: 'http://a.example/x',
  });
});

test('what is to be redacted is in no field and no format', () => {
  const exchange = settledExchange({
    inbound: {
      query: 'a=1&Tok%65n=sec%72et&x=2;token=secret',
      fields: FieldList.from([
        ['Referer', 'http://a.example/?token=secret&b=1#token=secret'],
        ['Authorization', 'Bearer secret'],
        ['X-Key', 'secret'],
      ]),
    },
    response: {
      fields: FieldList.from([
        ['Location', '/next?token=secret'],
        ['Set-Cookie', 'sid=secret'],
      ]),
    },
  });
  const settings = {
    fields: ['target', 'query', 'referer', 'request.header.referer'],
    requestHeaders: ['authorization', 'x-key'],
    responseHeaders: ['location', 'set-cookie'],
    redact: { queryParameters: ['token'], headers: ['authorization', 'set-cookie', 'x-key'] },
  };
  expect(recordOf(exchange, settings)).toEqual({
    target: '/a?a=1&Tok%65n=REDACTED&x=2;token=REDACTED',
    query: 'a=1&Tok%65n=REDACTED&x=2;token=REDACTED',
    referer: 'http://a.example/?token=REDACTED&b=1',
    'request.header.referer': 'http://a.example/?token=REDACTED&b=1',
    'request.header.authorization': 'REDACTED',
    'request.header.x-key': 'REDACTED',
    'response.header.location': '/next?token=REDACTED',
    'response.header.set-cookie': 'REDACTED',
  });
  const { redact } = settings;
  expect(lineOf(exchange, { format: '{target} {referer} {request.header.x-key}', redact })).not.toContain(
    'secret',
  );
  expect(lineOf(exchange, { format: 'combined', redact })).not.toContain('secret');
});

test('credentials are redacted unless the configuration asks for them', () => {
  const fields = FieldList.from({ Cookie: 'sid=1' });
  const exchange = settledExchange({ inbound: { fields } });
  const settings = { fields: ['request.header.cookie'] };
  expect(recordOf(exchange, settings)).toEqual({ 'request.header.cookie': 'REDACTED' });
  expect(recordOf(exchange, { ...settings, redact: { headers: [] } })).toEqual({
    'request.header.cookie': 'sid=1',
  });
});

test.each([
  ['203.0.113.77', true, '203.0.113.0'],
  ['2001:db8:1:2::3', true, '2001:db8:1::'],
  ['203.0.113.77', { ipv4Bits: 16 }, '203.0.0.0'],
  ['2001:db8:1:2::3', { ipv6Bits: 64 }, '2001:db8:1:2::'],
  ['unknown', true, 'unknown'],
])('the address %s is cut down by %j to %s', (address, cut, expected) => {
  const exchange = settledExchange({}, [[ClientAddress, address]]);
  expect(recordOf(exchange, { redact: { address: cut } })).toMatchObject({ client: expected });
  expect(lineOf(exchange, { format: 'combined', redact: { address: cut } })).toMatch(
    new RegExp(`^${expected} - -`),
  );
});
