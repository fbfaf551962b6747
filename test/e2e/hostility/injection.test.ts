import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PluginEntry } from 'hookway';
import { type RawResponse, startTestGateway, type TestGateway } from 'hookway/testing';
import accessLog from 'hookway/plugins/access-log';
import cors from 'hookway/plugins/cors';
import errorPages from 'hookway/plugins/error-pages';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import headers from 'hookway/plugins/headers';
import redirect from 'hookway/plugins/redirect';
import requestId from 'hookway/plugins/request-id';
import rewrite from 'hookway/plugins/rewrite';

/** Everything that a field value may have, and what decoding once or twice would make of some of it. */
const nasty = [
  'a%0d%0aX-Evil: 1',
  'a%0D%0A%0D%0A<script>',
  'a%250d%250aX-Evil:%201',
  '\u00e5\u0085\u00ff',
  '"quoted\\" \\',
  '{status}{{request.header.cookie}}',
  '$1 $& $` $$ ${x}',
  "a' OR '1'='1",
  '<img src=x onerror=alert(1)>',
  '\t tabs \t',
  'a\\r\\nX-Evil: 1',
  'a, b; c=d',
  `${'x'.repeat(1_000)}`,
];

async function send(gateway: TestGateway, value: string, target = '/'): Promise<RawResponse> {
  using client = await gateway.connect();
  const fields = ['X-Data', 'User-Agent', 'Referer', 'Origin', 'X-Request-Id', 'X-Forwarded-For', 'Cookie'];
  const lines = fields.map((name) => `${name}: ${value}\r\n`).join('');
  client.send(`GET ${target} HTTP/1.1\r\nHost: a.example\r\n${lines}Connection: close\r\n\r\n`);
  return await client.readResponse();
}

const encoded = (text: string): string =>
  Array.from(Buffer.from(text, 'latin1'), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const writers: readonly [name: string, plugins: readonly PluginEntry[]][] = [
  [
    'headers',
    [
      headers({
        request: { set: { 'X-Copy': '{request.header.x-data}|{path}|{query}' } },
        response: { set: { 'X-Copy': '{request.header.x-data}|{target}|{host}' } },
      }),
    ],
  ],
  ['redirect', [redirect({ to: 'https://b.example{target}' })]],
  ['request-id', [requestId({ trustInbound: true })]],
  [
    'forwarded-headers',
    [forwardedHeaders({ trust: ['loopback'], fields: ['x-forwarded', 'x-real-ip', 'forwarded'] })],
  ],
  ['cors', [cors({ origins: ['https://b.example'] })]],
  ['rewrite', [rewrite({ regex: { pattern: '^/(.*)$', replacement: '/$1?from=$1' } })]],
];

test.each(writers)(
  'nothing that a client sends makes another field or message by way of %s',
  async (_, plugins) => {
    await using gateway = await startTestGateway({ plugins });
    for (const value of nasty) {
      const response = await send(
        gateway,
        value,
        `/${encoded(value).slice(0, 1_500)}?${encoded(value).slice(0, 300)}`,
      );
      expect([200, 302, 308, 400, 403], value).toContain(response.status);
      expect(response.header('x-evil')).toBeUndefined();
      expect(response.raw.toString('latin1')).not.toContain('\r\n\r\n<script>');
    }
    for (const { headers: fields, raw } of gateway.origin.requests) {
      expect(fields.filter(([name]) => name.toLowerCase() === 'x-evil')).toEqual([]);
      expect(raw.toString('latin1').match(/HTTP\/1\.1\r\n/g)).toHaveLength(1);
    }
  },
);

test('a page of an error shows nothing of the request as HTML', async () => {
  await using gateway = await startTestGateway({
    routes: [],
    plugins: [
      errorPages({
        pages: [{ status: '4xx', html: '<h1>{status}</h1><p title="{path}">{path} {host} {method}' }],
      }),
    ],
  });
  const targets = [...nasty.map(encodeURIComponent), '<script>alert(1)</script>', '"onload="alert(1)'];
  for (const target of targets) {
    using client = await gateway.connect();
    client.send(
      `GET /${target} HTTP/1.1\r\nHost: a.example\r\nAccept: text/html\r\nReferer: <script>\r\n\r\n`,
    );
    const { status, text } = await client.readResponse();
    expect([400, 404]).toContain(status);
    expect(text).not.toMatch(/<script|<img/);
    expect(text.match(/"/g) ?? []).toHaveLength(2);
  }
});

const logs: readonly [name: string, log: Omit<NonNullable<Parameters<typeof accessLog>[0]>, 'file'>][] = [
  ['json', { requestHeaders: ['x-data', 'cookie', 'x-request-id'] }],
  ['logfmt', { format: 'logfmt', requestHeaders: ['x-data', 'x-request-id'] }],
  ['combined', { format: 'combined' }],
  [
    'a template',
    { format: '{client.address} {method} {target} {status} "{userAgent}" {request.header.x-data}' },
  ],
];

test.each(logs)(
  'nothing that a client sends forges a line or a value of the access log (%s)',
  async (name, log) => {
    const folder = mkdtempSync(join(tmpdir(), 'hookway-injection-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'access.log');
    await using gateway = await startTestGateway({
      plugins: [requestId({ trustInbound: true }), accessLog({ file, ...log })],
    });
    const values = [
      ...nasty,
      '" status=200 "',
      '","status":200,"x":"',
      '127.0.0.1 - - [x] "GET / HTTP/1.1" 200',
    ];
    for (const value of values) await send(gateway, value, `/${encoded(value).slice(0, 999)}`);
    await gateway.close();
    const lines = readFileSync(file, 'latin1').split('\n').slice(0, -1);
    expect(lines).toHaveLength(values.length);
    for (const line of lines) expect(line).toMatch(/^[ -~]+$/);
    if (name !== 'json') return;
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ status }) => status)).toEqual(values.map(() => 200));
  },
);
