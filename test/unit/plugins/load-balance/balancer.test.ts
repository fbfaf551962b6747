import { beforeEach, afterEach, expect, test, vi } from 'vitest';
import type { AttemptRecord, Backend, Exchange, PluginHost, Upstream } from '../../../../core/index.ts';
import { Balancer } from '../../../../plugins/load-balance/balancer.ts';
import type { PolicyName } from '../../../../plugins/load-balance/options.ts';
import { StickyBackend } from '../../../../plugins/sticky-session/index.ts';
import { countsOf, serversOf } from './servers.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const slowStartMs = 10_000;

function start(policy: PolicyName = 'round-robin', count = 2) {
  const backends = serversOf(...Array.from({ length: count }, () => 1)).map((server) => {
    const backend = { ...server, alone: [] as unknown[] };
    backend.alone.push(backend);
    return backend as unknown as Backend;
  });
  const upstream = { name: 'app', backends, candidates: backends } as unknown as Upstream;
  const retained = new Map<string, unknown>();
  const retain = (key: string, create: () => unknown): unknown => {
    if (!retained.has(key)) retained.set(key, create());
    return retained.get(key);
  };
  const gateway = { retain } as unknown as PluginHost;
  const create = () => new Balancer(upstream, { policy, slowStartMs }, gateway);
  return { backends, create, retained, balancer: create() };
}

function exchangeWith(
  bound?: Backend,
  attempts: readonly Partial<AttemptRecord>[] = [],
  remoteAddress = '192.0.2.1',
): Exchange {
  const get = (slot: unknown): unknown => (slot === StickyBackend ? bound : undefined);
  return { get, attempts, connection: { remoteAddress } } as unknown as Exchange;
}

function sharesOf(balancer: Balancer, candidates: readonly Backend[]): Record<string, number> {
  return countsOf(Array.from({ length: 22 }, () => balancer.choose(candidates, exchangeWith())[0]!.name));
}

/** Exchanges with these candidates come for that time. */
function runFor(ms: number, balancer: Balancer, candidates: readonly Backend[], bound?: Backend): void {
  for (let passed = 0; passed <= ms; passed += 500) {
    balancer.choose(candidates, exchangeWith(bound));
    vi.advanceTimersByTime(500);
  }
}

test('a backend that is back gets about a tenth of what the other one gets at first', () => {
  const { balancer, backends } = start();
  runFor(slowStartMs, balancer, backends);
  runFor(3_000, balancer, backends.slice(0, 1));
  const { b } = sharesOf(balancer, backends);
  expect(b).toBeGreaterThanOrEqual(1);
  expect(b).toBeLessThanOrEqual(3);
});

test('exchanges that a session binds to one backend do not make the others new', () => {
  const { balancer, backends } = start();
  runFor(slowStartMs, balancer, backends);
  runFor(3_000, balancer, backends.slice(0, 1), backends[0]);
  expect(sharesOf(balancer, backends)).toEqual({ a: 11, b: 11 });
});

test('what is known is kept for the next configuration, apart for each upstream', () => {
  const { balancer, backends, create, retained } = start('peak-ewma');
  runFor(slowStartMs, balancer, backends);
  const answered = (backend: Backend, tookMs: number): AttemptRecord => {
    const responseAtMs = performance.now();
    return { backend, startedAtMs: responseAtMs - tookMs, responseAtMs } as AttemptRecord;
  };
  for (const [index, tookMs] of [90, 10].entries()) balancer.observe(answered(backends[index]!, tookMs));
  expect(sharesOf(create(), backends)).toEqual({ b: 22 });
  const upstreams = [...retained.keys()].map((key) => (JSON.parse(key) as string[])[0]);
  expect([...new Set(upstreams)]).toEqual(['app']);
});

test('an exchange without candidates stays without', () => {
  expect(start().balancer.choose([], exchangeWith())).toEqual([]);
});

test('a retry leaves out where the exchange has been', () => {
  const { balancer, backends } = start();
  const tried = exchangeWith(undefined, [{ backend: backends[0]! }]);
  expect(balancer.choose(backends, tried)).toEqual([backends[1]]);
});

test.each(['ring-hash', 'maglev'] as const)(
  'with %s, backends that ramp up share what one that failed leaves',
  (policy) => {
    const { balancer, backends } = start(policy, 3);
    const [old, ...young] = backends as [Backend, ...Backend[]];
    runFor(slowStartMs, balancer, backends);
    runFor(3_000, balancer, [old]);
    const places = Array.from({ length: 200 }, (_, client) => {
      const exchange = exchangeWith(undefined, [{ backend: old }], `192.0.2.${client}`);
      return balancer.choose(backends, exchange)[0]!;
    });
    for (const each of young) {
      const share = places.filter((place) => place === each).length / places.length;
      expect(share).toBeGreaterThan(0.35);
    }
  },
);
