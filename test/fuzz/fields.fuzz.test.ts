import accessLog from 'hookway/plugins/access-log';
import clientCert from 'hookway/plugins/client-cert';
import compress from 'hookway/plugins/compress';
import cors from 'hookway/plugins/cors';
import errorPages from 'hookway/plugins/error-pages';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import headers from 'hookway/plugins/headers';
import ipFilter from 'hookway/plugins/ip-filter';
import metrics from 'hookway/plugins/metrics';
import rateLimit from 'hookway/plugins/rate-limit';
import requestId from 'hookway/plugins/request-id';
import rewrite from 'hookway/plugins/rewrite';
import securityHeaders from 'hookway/plugins/security-headers';
import stickySession from 'hookway/plugins/sticky-session';
import tracing from 'hookway/plugins/tracing';
import via from 'hookway/plugins/via';
import { startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';

const seed = 20_261_124;
const runs = 1_500;
const maxValueBytes = 20_000;

/** Fields that plugins read, with values to begin with. */
const fields: readonly (readonly [name: string, ...values: string[]])[] = [
  ['X-Forwarded-For', '1.2.3.4, ::1', '1.2.3.4:80, "x"', 'unknown'],
  ['X-Forwarded-Proto', 'https', 'https,http'],
  ['X-Forwarded-Host', 'example.com:8080', 'a b'],
  ['X-Forwarded-Port', '443'],
  ['X-Real-IP', '::ffff:1.2.3.4'],
  ['Forwarded', 'for="[2001:db8::1]:80";proto=https;host=a.test, for=_x', 'for=1.2.3.4;;'],
  ['Via', '1.1 a (comment (nested)), 2 b', '1.1 hookway'],
  ['X-Request-Id', '8d8accb7-1a00-44d6-9fb0-7d0cd8f94170'],
  ['Traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['Tracestate', 'a=1,b=2,c@d=3'],
  ['Baggage', 'a=1;p=2, b=%20', 'k=v,'.repeat(100)],
  ['Origin', 'https://example.com', 'null'],
  ['Access-Control-Request-Method', 'PUT'],
  ['Access-Control-Request-Headers', 'x-a, x-b'],
  ['Accept-Encoding', 'gzip;q=0.5, br, *;q=0', 'identity;q=0'],
  ['Accept', 'text/html;q=0.9, application/*;q=0.1', '*/*;q=nan'],
  ['Authorization', 'Basic YTpi', 'Basic ====', 'Bearer x'],
  ['Cookie', 'hw=a.b.c; k="1"; =; k', `${'a=b; '.repeat(500)}`],
  ['Client-Cert', ':AAAA:'],
  ['X-Key', 'one'],
  ['Idempotency-Key', '"a"'],
  ['User-Agent', 'curl/8', '"\\ x=y'],
  ['Referer', 'https://a.test/?token=x'],
];

const seeds = fields.map(([, ...values]) => values.map((value) => Buffer.from(value)));

/** No line ends or NUL: a value that has them is refused before any plugin sees it. */
const asValue = (bytes: Buffer): string =>
  bytes
    .subarray(0, maxValueBytes)
    .toString('latin1')
    .replaceAll(/[\r\n\0]/g, ' ');

test('whatever stands in the fields that plugins read, no plugin fails and every request is answered', async () => {
  await using gateway = await startTestGateway({
    limits: { maxHeadBytes: 131_072 },
    log: { level: 'warn' },
    plugins: [
      forwardedHeaders({ trust: ['127.0.0.0/8'] }),
      clientCert(),
      via(),
      requestId({ trustInbound: true }),
      tracing(),
      metrics(),
      ipFilter({ deny: ['203.0.113.0/24'] }),
      rateLimit({ requests: 1_000_000, windowMs: 1_000, key: { header: 'X-Key' } }),
      cors({ origins: ['https://example.com'] }),
      headers({ request: { set: { 'x-seen': '{request.header.user-agent} {client.address}' } } }),
      rewrite({ addPrefix: '/p' }),
      securityHeaders(),
      compress({ minBytes: 1 }),
      stickySession({ cookie: 'hw', secret: 'a secret of enough letters' }),
      errorPages({ pages: [{ status: '4xx', html: '<p>{status}</p>', json: { status: 1 } }] }),
      accessLog({ file: '/dev/null', format: 'logfmt' }),
    ],
    origin: { body: 'hello world', headers: { 'Content-Type': 'text/plain' } },
  });
  const random = new Random(seed);
  let client = await gateway.connect();
  const statuses = new Map<number, number>();
  for (let run = 0; run < runs; run++) {
    const lines: string[] = [];
    for (let count = 1 + random.below(4); count > 0; count--) {
      const at = random.below(fields.length);
      lines.push(`${fields[at]![0]}: ${asValue(mutate(seeds[at]!, random))}`);
    }
    client.send(`GET / HTTP/1.1\r\nHost: a.test\r\n${lines.join('\r\n')}\r\n\r\n`);
    const response = await client.readResponse();
    const { status } = response;
    expect(status, lines.join('\n')).not.toBe(500);
    expect(status, lines.join('\n')).not.toBe(502);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (response.header('connection') !== 'close') continue;
    client.close();
    client = await gateway.connect();
  }
  client.close();
  expect(statuses.get(200)).toBeGreaterThan(runs / 3);
  expect(gateway.logLines.filter(({ level }) => level === 'error')).toEqual([]);
}, 60_000);
