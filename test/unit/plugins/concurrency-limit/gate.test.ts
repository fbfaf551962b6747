import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../../core/testing/index.ts';
import { Gate, Gates, type Ticket } from '../../../../plugins/concurrency-limit/gate.ts';

function createGate(maxConcurrent: number, maxQueued: number) {
  const clock = new FakeClock();
  const load = { inside: 0, queued: 0 };
  const settings = { maxConcurrent, maxQueued, queueTimeoutMs: 1_000, setTimeout: clock.setTimeout, load };
  return { gate: new Gate(settings), clock, settings };
}

test('so many come in, so many wait, and the rest is refused', () => {
  const { gate } = createGate(2, 1);
  const tickets = Array.from({ length: 4 }, () => gate.enter());
  expect(tickets.map((ticket) => ticket?.isInside)).toEqual([true, true, false, undefined]);
  expect([gate.inside, gate.queued]).toEqual([2, 1]);
});

test('whoever has waited longest comes in when one leaves', async () => {
  const { gate, clock } = createGate(1, 2);
  const [first, second, third] = [gate.enter()!, gate.enter()!, gate.enter()!];
  const turns = [second.turn(), third.turn()];
  first.leave();
  expect([second.isInside, third.isInside]).toEqual([true, false]);
  second.leave();
  expect(await Promise.all(turns)).toEqual([true, true]);
  expect([gate.inside, gate.queued, clock.pendingTimers]).toEqual([1, 0, 0]);
});

test('who waits for too long is refused, and its place in the queue is free', async () => {
  const { gate, clock } = createGate(1, 1);
  gate.enter();
  const turn = gate.enter()!.turn();
  clock.advance(999);
  expect(gate.enter()).toBeUndefined();
  clock.advance(1);
  expect(await turn).toBe(false);
  expect(gate.enter()?.isInside).toBe(false);
});

test('who goes away leaves the queue and takes no turn', async () => {
  const { gate, clock } = createGate(1, 2);
  const [first, second, third] = [gate.enter()!, gate.enter()!, gate.enter()!];
  const turns = [second.turn(), third.turn()];
  second.leave();
  first.leave();
  expect(await Promise.all(turns)).toEqual([false, true]);
  expect([gate.inside, gate.queued, clock.pendingTimers]).toEqual([1, 0, 0]);
});

test('a place is given back once, however often that is asked for', () => {
  const { gate } = createGate(2, 0);
  const [first] = [gate.enter()!, gate.enter()];
  for (let i = 0; i < 3; i++) first.leave();
  expect(gate.inside).toBe(1);
});

test('a turn that came before it was asked for is not lost', async () => {
  const { gate } = createGate(1, 1);
  const [first, second] = [gate.enter()!, gate.enter()!];
  first.leave();
  expect(await second.turn()).toBe(true);
});

test('each key has a gate of its own, which is gone when nobody is inside', () => {
  const gates = new Gates(createGate(1, 1).settings);
  const [a, b] = [gates.enter('a')!, gates.enter('b')!];
  const waiting = gates.enter('a')!;
  expect([a.isInside, b.isInside, waiting.isInside, gates.size]).toEqual([true, true, false, 2]);
  b.leave();
  a.leave();
  expect([waiting.isInside, gates.size]).toEqual([true, 1]);
  waiting.leave();
  expect(gates.size).toBe(0);
});

type Step = { readonly kind: 'enter' | 'wait' } | { readonly kind: 'leave'; readonly which: number };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'enter' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const }) },
);

test('whatever comes and goes, the bounds hold, nobody waits beside a free place, and nothing is left', () => {
  const bounds = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 4 }));
  fc.assert(
    fc.property(bounds, fc.array(steps, { maxLength: 100 }), ([maxConcurrent, maxQueued], list) => {
      const { gate, clock } = createGate(maxConcurrent, maxQueued);
      const tickets: Ticket[] = [];
      for (const step of list) {
        if (step.kind === 'wait') clock.advance(600);
        else if (step.kind === 'leave') tickets[step.which % Math.max(1, tickets.length)]?.leave();
        else {
          const ticket = gate.enter();
          void ticket?.turn();
          if (ticket !== undefined) tickets.push(ticket);
        }
        expect(gate.inside).toBe(tickets.filter(({ isInside }) => isInside).length);
        expect(gate.inside).toBeLessThanOrEqual(maxConcurrent);
        expect(gate.queued).toBeLessThanOrEqual(maxQueued);
        if (gate.queued > 0) expect(gate.inside).toBe(maxConcurrent);
      }
      for (const ticket of tickets) ticket.leave();
      expect([gate.inside, gate.queued, clock.pendingTimers]).toEqual([0, 0, 0]);
    }),
  );
});
