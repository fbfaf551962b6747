import { expect, test } from 'vitest';
import { EjectionTime } from '../../../../plugins/health-check/ejection-time.ts';
import { Standing, type StandingChange } from '../../../../plugins/health-check/standing.ts';
import { rules } from './rules.ts';

/** The conditions after each probe: `+` is a good one. */
function probe(standing: Standing, probes: string): string[] {
  return Array.from(probes, (each) => {
    standing.probed(each === '+' ? undefined : 'timeout', 0);
    return standing.condition;
  });
}

test('a backend is healthy until probes say otherwise, fall times in a row', () => {
  expect(probe(new Standing(rules), '--+---')).toEqual([
    'healthy',
    'healthy',
    'healthy',
    'healthy',
    'healthy',
    'down',
  ]);
});

test('a backend that is down is up after rise good probes in a row', () => {
  const standing = new Standing(rules);
  probe(standing, '---');
  expect(probe(standing, '+-++--')).toEqual(['down', 'down', 'down', 'healthy', 'healthy', 'healthy']);
});

test('every change is told once, with its reason', () => {
  const standing = new Standing(rules);
  const changes: StandingChange[] = [];
  standing.listeners.add((change) => changes.push(change));
  probe(standing, '-----++++');
  expect(changes).toEqual([
    { from: 'healthy', to: 'down', reason: 'probe: timeout' },
    { from: 'down', to: 'healthy', reason: 'probe succeeded' },
  ]);
});

test('an ejection ends when its time is over, not before', () => {
  const standing = new Standing(rules);
  standing.eject('3 failures in a row', 50);
  expect([standing.condition, standing.returnsAtMs]).toEqual(['ejected', 150]);
  expect(standing.returnIfDue(149)).toBeUndefined();
  expect(standing.returnIfDue(150)).toMatchObject({ to: 'healthy', reason: 'the ejection is over' });
  expect(standing.returnIfDue(150)).toBeUndefined();
});

test('a good probe ends an ejection', () => {
  const standing = new Standing(rules);
  standing.eject('3 failures in a row', 0);
  expect(standing.probed('timeout', 1)).toBeUndefined();
  expect(standing.probed(undefined, 2)).toMatchObject({ from: 'ejected', to: 'healthy' });
});

test('a backend that went down while it was ejected comes back by its probes alone', () => {
  const standing = new Standing(rules);
  standing.eject('3 failures in a row', 0);
  probe(standing, '---');
  expect([standing.condition, standing.returnIfDue(99)]).toEqual(['down', undefined]);
  expect(probe(standing, '++')).toEqual(['down', 'healthy']);
});

test('requests to a backend that is out do not count, and it returns with a new beginning', () => {
  const standing = new Standing(rules);
  standing.judge('failure', 0);
  standing.judge('failure', 0);
  expect(standing.judge('failure', 0)).toBe('3 failures in a row');
  standing.eject('3 failures in a row', 0);
  expect(standing.judge('failure', 1)).toBeUndefined();
  standing.returnIfDue(100);
  expect(standing.judge('failure', 100)).toBeUndefined();
});

test('a backend that was down returns with a new beginning, too', () => {
  const standing = new Standing(rules);
  standing.judge('failure', 0);
  standing.judge('failure', 0);
  probe(standing, '---++');
  expect([standing.condition, standing.judge('failure', 1)]).toEqual(['healthy', undefined]);
});

test('a good probe of a healthy backend forgives no failed requests', () => {
  const standing = new Standing(rules);
  standing.judge('failure', 0);
  standing.judge('failure', 0);
  probe(standing, '+');
  expect(standing.judge('failure', 1)).toBe('3 failures in a row');
});

test('ejections get longer up to a bound, and shorter again with time', () => {
  const time = new EjectionTime({ ejectionMs: 100, maxEjectionMs: 1_000 });
  const lengths = [0, 100, 300, 700, 1_500, 2_500].map((atMs) => {
    const lengthMs = time.next(atMs);
    time.end(atMs + lengthMs);
    return lengthMs;
  });
  expect(lengths).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  expect(time.next(3_500 + 999)).toBe(1_000);
  time.end(5_500);
  expect(time.next(5_500 + 2_000)).toBe(400);
  time.end(7_900);
  expect(time.next(1_000_000)).toBe(100);
});
