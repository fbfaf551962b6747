import { expect, test } from 'vitest';
import { FieldList } from '../../../../core/index.ts';
import { createCombinedLine } from '../../../../plugins/access-log/combined-line.ts';
import { createJsonLine } from '../../../../plugins/access-log/json-line.ts';
import { ClientAddress } from '../../../../plugins/forwarded-headers/tokens.ts';
import { RequestId } from '../../../../plugins/request-id/tokens.ts';
import { attempt, settledExchange } from './settled-exchange.ts';

const now = (): number => Date.UTC(2026, 10, 5, 10, 11, 12, 345);
const jsonLine = createJsonLine({ now, query: true });
const combinedLine = createCombinedLine({ now, query: true });

const browser = {
  fields: FieldList.from({ 'User-Agent': 'Mozilla/5.0 "x"', Referer: 'http://a.example/\xe9' }),
};

test('a JSON line has these keys in this order', () => {
  const exchange = settledExchange({ inbound: browser }, [
    [ClientAddress, '2001:db8::1'],
    [RequestId, 'r-1'],
  ]);
  expect(jsonLine(exchange)).toBe(
    '{"time":"2026-11-05T10:11:12.345Z","client":"2001:db8::1","method":"GET","target":"/a?b=c",' +
      '"host":"a.example:8080","httpVersion":"1.1","status":200,"bytesReceived":0,"bytesSent":127,' +
      '"route":"all","upstream":"web","backend":"127.0.0.1:9001","attempts":1,' +
      '"queueMs":1.000,"connectMs":2.250,"firstByteMs":6.250,"totalMs":12.346,"phase":"done",' +
      '"requestId":"r-1","userAgent":"Mozilla/5.0 \\"x\\"","referer":"http://a.example/\\u00e9"}',
  );
});

test('what an exchange does not have is left out of its JSON line', () => {
  const exchange = settledExchange({
    route: undefined,
    upstream: undefined,
    backend: undefined,
    attempts: [],
    response: undefined,
  });
  const keys = Object.keys(JSON.parse(jsonLine(exchange)) as object);
  const request = 'time client method target host httpVersion bytesReceived bytesSent';
  expect(keys.join(' ')).toBe(`${request} attempts totalMs phase`);
});

test('the client is the peer of the socket when nothing else is known', () => {
  expect(JSON.parse(jsonLine(settledExchange()))).toMatchObject({ client: '203.0.113.7' });
  expect(combinedLine(settledExchange())).toMatch(/^203\.0\.113\.7 - - /);
});

test('a failure names who ended it, where, and why', () => {
  const failed = settledExchange({
    response: { status: 500, source: 'gateway' },
    outcome: { endedBy: 'plugin', phase: 'admit', code: 'plugin_failed', plugin: 'jwt', hook: 'onRequest' },
  });
  expect(JSON.parse(jsonLine(failed))).toMatchObject({
    status: 500,
    endedBy: 'plugin',
    phase: 'admit',
    code: 'plugin_failed',
    plugin: 'jwt',
    hook: 'onRequest',
    exchange: 'x-1',
  });
});

test('attempts are counted, the times are those of the last', () => {
  const attempts = [attempt, { ...attempt, connectMs: 0, startedAtMs: 1_003.75 }];
  expect(JSON.parse(jsonLine(settledExchange({ attempts })))).toMatchObject({
    attempts: 2,
    queueMs: 0,
    connectMs: 0,
  });
});

test('names of different backends are not mixed up', () => {
  for (const name of ['a', 'b', 'a']) {
    const line = jsonLine(settledExchange({ backend: { name }, route: { name: `route ${name}` } }));
    expect(JSON.parse(line)).toMatchObject({ backend: name, route: `route ${name}` });
  }
});

test('nothing that a client sends can end a line or add a key', () => {
  const evil = '"\n,"status":200,"x":"\\';
  const inbound = {
    path: evil,
    query: evil,
    target: `${evil}?${evil}`,
    authority: evil,
    fields: new FieldList(['User-Agent', evil, 'Referer', evil]),
  };
  const exchange = settledExchange({ inbound, response: { status: 404 } }, [[RequestId, evil]]);
  const line = jsonLine(exchange);
  expect(line).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(line)).toMatchObject({
    target: `${evil}?${evil}`,
    host: evil,
    status: 404,
    requestId: evil,
    userAgent: evil,
    referer: evil,
  });
  expect(combinedLine(exchange)).toMatch(/^[\x20-\x7e]+$/);
});

test('the combined format is that of Apache', () => {
  expect(combinedLine(settledExchange({ inbound: browser }, [[ClientAddress, '198.51.100.1']]))).toBe(
    '198.51.100.1 - - [05/Nov/2026:10:11:12 +0000] "GET /a?b=c HTTP/1.1" 200 127 ' +
      '"http://a.example/\\xe9" "Mozilla/5.0 \\"x\\""',
  );
  expect(
    combinedLine(settledExchange({ response: undefined, bodyBytesSent: 0, inbound: { target: '' } })),
  ).toBe('203.0.113.7 - - [05/Nov/2026:10:11:12 +0000] "GET - HTTP/1.1" - - "-" "-"');
});

test('the query can be left out', () => {
  expect(JSON.parse(createJsonLine({ now, query: false })(settledExchange()))).toMatchObject({
    target: '/a',
  });
  expect(createCombinedLine({ now, query: false })(settledExchange())).toContain('"GET /a HTTP/1.1"');
});
