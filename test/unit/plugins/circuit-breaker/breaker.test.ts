import fc from 'fast-check';
import { FakeClock } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Breaker, type BreakerRules, noProbe } from '../../../../plugins/circuit-breaker/breaker.ts';
import { FailureWindow } from '../../../../plugins/circuit-breaker/failure-window.ts';

const rules: BreakerRules = {
  failureShare: 0.5,
  minimumRequests: 4,
  windowMs: 1_000,
  openMs: 500,
  probes: 2,
};

function start(changed: Partial<BreakerRules> = {}) {
  const clock = new FakeClock();
  const said: string[] = [];
  const breaker = new Breaker({ ...rules, ...changed }, clock.now, (state, reason) =>
    said.push(`${state}: ${reason}`),
  );
  /** Requests that pass, one after the other; `-` fails. */
  const run = (results: string) => {
    for (const result of results) breaker.note(result === '-', breaker.enter());
  };
  return { clock, said, breaker, run };
}

test.each([
  ['---', 'closed'],
  ['----', 'open'],
  ['+-+-', 'open'],
  ['+++-', 'closed'],
  ['--++', 'closed'],
  ['--++-', 'open'],
  ['+++---', 'open'],
])('after %s it is %s', (results, state) => {
  const { breaker, run } = start();
  run(results);
  expect(breaker.state).toBe(state);
});

test('what is older than the window does not open it', () => {
  const { breaker, run, clock } = start();
  run('---');
  clock.advance(1_000);
  run('---');
  expect(breaker.state).toBe('closed');
});

test('while it is open nothing passes, for its time', () => {
  const { breaker, run, clock } = start();
  run('----');
  expect([breaker.admits, breaker.waitMs]).toEqual([false, 500]);
  clock.advance(499);
  expect([breaker.admits, breaker.waitMs]).toEqual([false, 1]);
  clock.advance(1);
  expect([breaker.admits, breaker.waitMs]).toEqual([true, 0]);
});

test('probes that take longer than openMs make room for others, and still count', () => {
  const { breaker, run, clock } = start();
  run('----');
  clock.advance(500);
  const slow = [breaker.enter(), breaker.enter()];
  expect(breaker.admits).toBe(false);
  clock.advance(499);
  expect(breaker.admits).toBe(false);
  clock.advance(1);
  run('+');
  expect(breaker.state).toBe('half-open');
  breaker.note(false, slow[0]!);
  expect(breaker.state).toBe('closed');
  breaker.leave(slow[1]!);
});

test('places of probes that were given up do not become more by it', () => {
  const { breaker, run, clock } = start();
  run('----');
  clock.advance(500);
  const slow = [breaker.enter(), breaker.enter()];
  clock.advance(500);
  for (const probe of slow) breaker.leave(probe);
  const [first, second] = [breaker.enter(), breaker.enter()];
  expect([first, second, breaker.enter()]).toEqual([first, first, noProbe]);
});

test('half-open, it lets so many probes pass, and closes when all have succeeded', () => {
  const { breaker, run, clock, said } = start();
  run('----');
  clock.advance(500);
  const probes = [breaker.enter(), breaker.enter()];
  expect([breaker.state, breaker.admits, breaker.enter()]).toEqual(['half-open', false, noProbe]);
  breaker.note(false, probes[0]!);
  expect([breaker.state, breaker.admits]).toEqual(['half-open', false]);
  breaker.note(false, probes[1]!);
  expect([breaker.state, breaker.admits]).toEqual(['closed', true]);
  expect(said).toEqual([
    'open: 100 % of 4 requests failed',
    'half-open: its time is over',
    'closed: 2 probes succeeded',
  ]);
});

test('one probe that fails opens it again, for its whole time', () => {
  const { breaker, run, clock } = start();
  run('----');
  clock.advance(700);
  run('+-');
  expect([breaker.state, breaker.waitMs]).toEqual(['open', 500]);
});

test('closed again, it begins to count anew', () => {
  const { breaker, run, clock } = start({ windowMs: 100_000 });
  run('----');
  clock.advance(500);
  run('++---');
  expect(breaker.state).toBe('closed');
  run('-');
  expect(breaker.state).toBe('open');
});

test('a probe that ends without a result gives its place back', () => {
  const { breaker, run, clock } = start();
  run('----');
  clock.advance(500);
  const probe = breaker.enter();
  breaker.enter();
  breaker.leave(probe);
  expect(breaker.admits).toBe(true);
});

test('a request from before it opened decides nothing while it is half-open', () => {
  const { breaker, run, clock } = start();
  const early = breaker.enter();
  run('----');
  breaker.note(true, early);
  clock.advance(500);
  breaker.enter();
  breaker.note(true, early);
  breaker.note(false, early);
  expect(breaker.state).toBe('half-open');
});

test('a probe of an earlier time decides nothing', () => {
  const { breaker, run, clock } = start();
  run('----');
  clock.advance(500);
  const late = breaker.enter();
  run('-');
  clock.advance(500);
  breaker.enter();
  breaker.note(true, late);
  breaker.leave(late);
  expect([breaker.state, breaker.admits]).toEqual(['half-open', true]);
  breaker.enter();
  expect(breaker.admits).toBe(false);
});

test('whatever happens, never more probes are on their way than may be', () => {
  const steps = fc.array(fc.constantFrom('enter', 'good', 'bad', 'leave', 'wait'), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (sequence) => {
      const { breaker, run, clock } = start();
      run('----');
      let running: number[] = [];
      for (const step of sequence) {
        if (step === 'wait') clock.advance(300);
        else if (step === 'enter') {
          const probe = breaker.enter();
          if (probe !== noProbe) running.push(probe);
        } else {
          const probe = running.shift();
          if (probe === undefined) continue;
          if (step === 'leave') breaker.leave(probe);
          else breaker.note(step === 'bad', probe);
        }
        if (breaker.state !== 'half-open') running = [];
        expect(running.length).toBeLessThanOrEqual(rules.probes);
      }
    }),
  );
});

test('a window counts what is at most nine to ten tenths of its length old', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 60 }), (requests) => {
      const window = new FailureWindow(1_000);
      let nowMs = 0;
      const times = requests.map(([afterMs, isFailure]) => {
        window.note(isFailure, (nowMs += afterMs));
        return nowMs;
      });
      const counts = window.counts(nowMs);
      expect(counts.requests).toBeLessThanOrEqual(times.filter((atMs) => atMs > nowMs - 1_000).length);
      expect(counts.requests).toBeGreaterThanOrEqual(times.filter((atMs) => atMs > nowMs - 900).length);
      expect(counts.failures).toBeLessThanOrEqual(counts.requests);
    }),
  );
});
