import type { AttemptRecord, Backend, Exchange, Outcome, Slot, Upstream } from '../../../../core/index.ts';
import { FieldList } from '../../../../core/index.ts';

const attempt = {
  backend: { name: '127.0.0.1:9001' } as Backend,
  startedAtMs: 1_000.5,
  connectedAtMs: 1_003.75,
  connectMs: 2.25,
  responseAtMs: 1_010,
  isReusedConnection: false,
  status: 200,
  error: undefined,
} satisfies AttemptRecord;

const done: Outcome = {
  endedBy: undefined,
  phase: 'done',
  code: undefined,
  plugin: undefined,
  hook: undefined,
};

type Changes = { readonly [Key in keyof Exchange]?: Partial<Exchange[Key]> | undefined };

/** A GET that a backend answered with 200; `changes` go into its parts, what is undefined in them is taken away. */
export function settledExchange(
  changes: Changes = {},
  slots: readonly (readonly [Slot<string>, string])[] = [],
): Exchange {
  const upstream = { name: 'web' } as Upstream;
  const whole: Record<string, unknown> = {
    id: 'x-1',
    connection: { remoteAddress: '203.0.113.7' },
    inbound: {
      method: 'GET',
      path: '/a',
      query: 'b=c',
      target: '/a?b=c',
      authority: 'a.example:8080',
      httpVersion: '1.1',
      fields: new FieldList(),
    },
    route: { name: 'all', upstream },
    upstream,
    backend: attempt.backend,
    attempts: [attempt],
    response: { status: 200, source: 'backend' },
    timings: { startedAtMs: 1_000, headAtMs: 1_000.25, responseAtMs: 1_010, completedAtMs: 1_012.3456 },
    outcome: done,
    bodyBytesReceived: 0,
    bodyBytesSent: 127,
    get: (slot: Slot<string>) => slots.find(([each]) => each === slot)?.[1],
  };
  for (const [key, value] of Object.entries(changes)) {
    const part = whole[key];
    const isPart = typeof value === 'object' && !Array.isArray(value) && typeof part === 'object';
    whole[key] = isPart ? Object.assign({}, part, value) : value;
  }
  return whole as unknown as Exchange;
}

export { attempt };
