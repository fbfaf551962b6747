import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

type FieldExamples = readonly (readonly [name: string, ...values: string[]])[];

/** Secret of every plugin that takes one. */
export const secret = 'a-secret-of-enough-letters-7f3e';

/** Fields of requests that plugins read, with values to begin with. */
export const requestFields: FieldExamples = [
  ['Host', 'a.test', 'A.test.:8080', '[::1]:80'],
  ['X-Forwarded-For', '1.2.3.4, ::1', '1.2.3.4:80, "x"', 'unknown', '203.0.113.7'],
  ['X-Forwarded-Proto', 'https', 'https,http'],
  ['X-Forwarded-Host', 'example.com:8080', 'a b'],
  ['X-Forwarded-Port', '443'],
  ['X_Forwarded_For', '1.2.3.4'],
  ['X-Real-IP', '::ffff:1.2.3.4'],
  ['Forwarded', 'for="[2001:db8::1]:80";proto=https;host=a.test, for=_x', 'for=1.2.3.4;;'],
  ['Via', '1.1 a (comment (nested)), 2 b', '1.1 hookway'],
  ['X-Request-Id', '8d8accb7-1a00-44d6-9fb0-7d0cd8f94170'],
  ['Traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'cc-0-0-00-x'],
  ['Tracestate', 'a=1,b=2,c@d=3'],
  ['Baggage', 'a=1;p=2, b=%20', 'k=v,'.repeat(100)],
  ['Origin', 'https://example.com', 'https://a.example.org', 'null'],
  ['Access-Control-Request-Method', 'PUT'],
  ['Access-Control-Request-Headers', 'x-a, x-b'],
  ['Accept-Encoding', 'gzip;q=0.5, br, *;q=0', 'identity;q=0'],
  ['Accept', 'text/html;q=0.9, application/*;q=0.1', '*/*;q=nan', 'application/json'],
  ['Authorization', 'Basic YWRhOmE=', 'Basic ====', 'Bearer x', `Bearer ${secret}`, 'Digest a="b"'],
  ['Cookie', 'hw=a.b.c; k="1"; =; k', 'a=b; '.repeat(500), 'k=1; k=2'],
  ['X-Session', 'a.b.c'],
  ['X-Decision-Trail', secret, 'x'],
  ['Client-Cert', ':AAAA:'],
  ['Client-Cert-Chain', ':AAAA:, :BBBB:'],
  ['X-Key', 'one'],
  ['Idempotency-Key', '"a"'],
  ['Sec-Fetch-Site', 'same-origin', 'cross-site'],
  ['Content-Type', 'application/json; charset=utf-8'],
  ['If-None-Match', 'W/"a", "b"'],
  ['Max-Forwards', '1'],
  ['User-Agent', 'curl/8', '"\\ x=y', '\x1b[31m'],
  ['Referer', 'https://a.test/?token=x'],
];

/** Fields of responses that plugins read or change. */
export const responseFields: FieldExamples = [
  ['Content-Type', 'text/plain', 'text/html; charset="utf-8"', 'application/json;a'],
  ['Content-Length', '11'],
  ['Content-Encoding', 'gzip', 'identity'],
  ['Cache-Control', 'no-transform', 'public, max-age=1'],
  ['Vary', 'accept-encoding', '*', 'origin,'],
  ['ETag', '"a"', 'W/"a"', 'a'],
  ['Accept-Ranges', 'bytes'],
  ['Set-Cookie', 'hw=1; Path=/', 'a=b'],
  ['Location', 'http://127.0.0.1/a?token=b', '//a'],
  ['Date', 'Tue, 24 Nov 2026 10:00:00 GMT'],
  ['Retry-After', '1', 'Tue, 24 Nov 2026 10:00:00 GMT'],
  ['Via', '1.1 a'],
  ['Server', 'a/1 (b)'],
  ['Access-Control-Allow-Origin', '*'],
  ['Strict-Transport-Security', 'max-age=0'],
  ['X-Request-Id', 'a'],
  ['X-Frame-Options', 'ALLOWALL'],
  ['Digest', 'sha-256=AAAA'],
  ['RateLimit', '"a";r=1'],
  ['X-Session', 'a.b.c'],
  ['Decision-Trail', 'a'],
  ['Trailer', 'x'],
];

const startOf = { request: 'GET / HTTP/1.1', response: 'HTTP/1.1 200 OK' };

const otherStarts = {
  request: [
    'GET /?a=%00&token=b HTTP/1.1',
    'GET /b;c%0d%0aX-Smuggled:%201 HTTP/1.1',
    'GET /login/x HTTP/1.1',
    'GET /moved/a%2fb?c=d HTTP/1.1',
    'GET /secure/%0d%0aX-Smuggled:1 HTTP/1.1',
    'GET /changed//a;b HTTP/1.1',
    'GET /static/a HTTP/1.1',
    'GET /metrics HTTP/1.1',
    'GET /admin/version HTTP/1.1',
    'GET /admin/config?a=%00 HTTP/1.1',
    'OPTIONS / HTTP/1.1',
    'HEAD / HTTP/1.1',
    'BREW /"%22\\ HTTP/1.1',
  ],
  response: [
    'HTTP/1.1 404 Not "Found"',
    'HTTP/1.1 503 \x80',
    'HTTP/1.1 206 Partial',
    'HTTP/1.1 302 Found',
    'HTTP/1.1 599 ',
  ],
};

export type MessageKind = keyof typeof startOf;

const examplesOf = { request: requestFields, response: responseFields };

const headOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');

/** The line that a head of that kind cannot do without, beside its first one. */
const needed = { request: ['Host: a.test'], response: ['Content-Length: 11'] };

/** A head for each example, and one with a line of each field. */
export function seedHeads(kind: MessageKind): Buffer[] {
  const begin = [startOf[kind], ...needed[kind]];
  const fields = examplesOf[kind].filter(([name]) => !needed[kind][0]!.startsWith(name));
  const all = fields.map(([name, value]) => `${name}: ${value}`);
  const single = fields.flatMap(([name, ...values]) =>
    values.map((value) => [...begin, `${name}: ${value}`]),
  );
  return [headOf([...begin, ...all]), ...single.map(headOf)];
}

const linesOf = (head: Buffer): string[] =>
  head
    .toString('latin1')
    .replace(/(?:\r\n)+$/, '')
    .split('\r\n');

const maxValueBytes = 20_000;

/** No line ends or NUL: a value that has them is refused before any plugin sees it. */
const asValue = (bytes: Buffer): string =>
  bytes
    .subarray(0, maxValueBytes)
    .toString('latin1')
    .replaceAll(/[\r\n\0]/g, ' ');

const partsOf = (line: string): [name: string, value: string] => {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()];
};

type Change = (lines: string[], random: Random, other: readonly string[]) => void;

/** A place behind the first line. */
const placeIn = (lines: readonly string[], random: Random): number => 1 + random.below(lines.length - 1);

const changeValue: Change = (lines, random, other) => {
  if (lines.length < 2) return;
  const at = placeIn(lines, random);
  const [name, value] = partsOf(lines[at]!);
  const values = [value, partsOf(random.pick(other))[1]].map((text) => Buffer.from(text, 'latin1'));
  lines[at] = `${name}: ${asValue(mutate(values, random))}`;
};

const changes: readonly Change[] = [
  changeValue,
  changeValue,
  changeValue,
  // a line from elsewhere
  (lines, random, other) => void (other.length > 1 && lines.push(other[placeIn(other, random)]!)),
  // another value of the field
  (lines, random) => void (lines.length > 1 && lines.push(lines[placeIn(lines, random)]!)),
  (lines, random) => void (lines.length > 2 && lines.splice(placeIn(lines, random), 1)),
  // many of the same
  (lines, random) => {
    if (lines.length < 2) return;
    const at = placeIn(lines, random);
    const [name, value] = partsOf(lines[at]!);
    const piece = `${value}${random.pick([',', ', ', ';', ' ', ''])}`;
    lines[at] = `${name}: ${piece.repeat(1 + random.below(20)).slice(0, maxValueBytes)}`;
  },
];

/** A head with other lines or other values in them; now and then bytes that may be no head at all. */
export function mutateHead(kind: MessageKind, seeds: readonly Buffer[], random: Random): Buffer {
  if (random.below(20) === 0) return mutate(seeds, random);
  const lines = linesOf(random.pick(seeds));
  for (let times = 1 + random.below(4); times > 0; times--)
    random.pick(changes)(lines, random, linesOf(random.pick(seeds)));
  if (random.below(4) === 0) lines[0] = random.pick(otherStarts[kind]);
  return headOf(lines);
}
