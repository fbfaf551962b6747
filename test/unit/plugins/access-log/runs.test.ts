import { expect, test } from 'vitest';
import type { Exchange } from '../../../../core/index.ts';
import { LineBytes } from '../../../../plugins/access-log/line-bytes.ts';
import { lineWriterOf } from '../../../../plugins/access-log/line.ts';
import { Measures } from '../../../../plugins/access-log/measures.ts';
import { options } from '../../../../plugins/access-log/options.ts';
import { settledExchange } from './settled-exchange.ts';

type Write = (exchange: Exchange) => string;

/** A writer of lines that remembers what it wrote before. */
function createWrite(settings: object): Write {
  const write = lineWriterOf(options.parse(settings), () => 0);
  const measures = new Measures(10_000);
  return (exchange) => {
    const line = new LineBytes(16);
    measures.read(exchange);
    write(line, exchange, measures);
    return line.bytes.toString('latin1', 0, line.length);
  };
}

const inbound = (changes: object): Exchange => settledExchange({ inbound: changes });
const outcome = (changes: object): Exchange => settledExchange({ outcome: changes });
const attempt = (changes: object): Exchange =>
  settledExchange({ attempts: [{ ...settledExchange().attempts[0]!, ...changes }] });

/** Each differs from the first in one value. */
const exchanges: readonly Exchange[] = [
  settledExchange(),
  inbound({ method: 'HEAD' }),
  inbound({ authority: 'b.example' }),
  inbound({ httpVersion: '2' }),
  inbound({ scheme: 'https' }),
  settledExchange({ response: { status: 204 } }),
  settledExchange({ response: undefined }),
  settledExchange({ bodyBytesReceived: 1 }),
  settledExchange({ bodyBytesSent: 1 }),
  settledExchange({ route: { name: 'other' } }),
  settledExchange({ route: undefined }),
  settledExchange({ upstream: { name: 'other' } }),
  settledExchange({ upstream: undefined }),
  settledExchange({ backend: { name: 'other' } }),
  settledExchange({ backend: undefined }),
  settledExchange({ attempts: [...settledExchange().attempts, ...settledExchange().attempts] }),
  attempt({ startedAtMs: 1_000.25 }),
  attempt({ connectMs: 1 }),
  attempt({ connectMs: 1, connectedAtMs: 1_002.5 }),
  attempt({ connectedAtMs: 1_004 }),
  attempt({ responseAtMs: 1_011 }),
  settledExchange({ timings: { headAtMs: 1_000.3 } }),
  settledExchange({ timings: { completedAtMs: 1_013 } }),
  settledExchange({ timings: { completedAtMs: 20_000 } }),
  outcome({ phase: 'relay' }),
  outcome({ code: 'client_aborted', endedBy: 'client', phase: 'relay' }),
  outcome({ code: 'client_aborted', endedBy: 'backend', phase: 'relay' }),
  outcome({ code: 'limited', plugin: 'a', hook: 'onRequest' }),
  outcome({ code: 'limited', plugin: 'b', hook: 'onRequest' }),
  outcome({ code: 'limited', plugin: 'b', hook: 'onResponse' }),
  outcome({ code: 'refused', plugin: 'b', hook: 'onResponse' }),
];

const shuffled = Array.from({ length: 40 }, (_, round) =>
  exchanges.map((_, place) => exchanges[(place * (round + 1) + round) % exchanges.length]!),
).flat();

const formats: object[] = [
  {},
  { format: 'logfmt' },
  { format: 'combined' },
  { format: '{status} {backend} {bytesSent} {queueMs} {host} {method} {slow} {endedBy} {requestId}' },
  { fields: ['status', 'scheme', 'backend', 'slow'] },
];

test.each(formats)('a line is the same whatever lines were written before: %j', (settings) => {
  const alone = new Map(exchanges.map((exchange) => [exchange, createWrite(settings)(exchange)]));
  const write = createWrite(settings);
  for (const exchange of [...exchanges, ...shuffled]) expect(write(exchange)).toBe(alone.get(exchange));
  for (const exchange of exchanges) {
    for (let again = 0; again < 40; again++) expect(write(exchange)).toBe(alone.get(exchange));
    expect(write(exchanges[0]!)).toBe(alone.get(exchanges[0]!));
  }
});

test('a name that is too long to be kept is written each time', () => {
  const write = createWrite({});
  const host = 'h'.repeat(600);
  for (let line = 0; line < 40; line++) {
    expect(write(inbound({ authority: host }))).toContain(
      `"host":"${host}","httpVersion":"1.1","status":200,`,
    );
  }
});
