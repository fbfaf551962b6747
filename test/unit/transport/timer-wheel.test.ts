import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** Time and the interval timer in the hands of the test; a stall lets time pass without the timer. */
class Loop {
  nowMs = 1_000;
  #run: (() => void) | undefined;
  #ranAtMs = 0;

  install(): void {
    vi.spyOn(performance, 'now').mockImplementation(() => this.nowMs);
    vi.stubGlobal('setInterval', (run: () => void) => {
      this.#run = run;
      return { unref: () => run };
    });
    vi.stubGlobal('clearInterval', () => (this.#run = undefined));
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Lets time pass with the timer on time. */
  pass(ms: number): void {
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      this.nowMs = Math.min(end, this.nowMs + 10);
      if (this.nowMs - this.#ranAtMs >= 50) this.tick();
    }
  }

  stall(ms: number): void {
    this.nowMs += ms;
  }

  tick(): void {
    this.#ranAtMs = this.nowMs;
    this.#run?.();
  }
}

let loop: Loop;
let wheel: typeof import('../../../core/transport/timer-wheel.ts');

beforeEach(async () => {
  vi.resetModules();
  loop = new Loop();
  loop.install();
  wheel = await import('../../../core/transport/timer-wheel.ts');
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A deadline that remembers when it fired. */
function deadline() {
  const fired: number[] = [];
  const made = new wheel.Deadline({ onDeadline: () => fired.push(loop.nowMs) });
  return { made, fired };
}

test('fires once, after its time and soon after it', () => {
  const { made, fired } = deadline();
  made.arm(1_000);
  expect(made.isArmed).toBe(true);
  loop.pass(5_000);
  expect(fired).toHaveLength(1);
  expect(fired[0]).toBeGreaterThanOrEqual(2_000);
  expect(fired[0]).toBeLessThanOrEqual(2_300);
  expect(made.isArmed).toBe(false);
});

test('is moved by arming it again, later and earlier', () => {
  const { made, fired } = deadline();
  made.arm(1_000);
  loop.pass(900);
  made.arm(1_000);
  loop.pass(900);
  expect(fired).toEqual([]);
  made.arm(100);
  loop.pass(400);
  expect(fired).toHaveLength(1);
  loop.pass(60_000);
  expect(fired).toHaveLength(1);
});

test('never fires once it is disarmed, until armed again', () => {
  const { made, fired } = deadline();
  made.arm(200);
  made.disarm();
  expect(made.isArmed).toBe(false);
  loop.pass(1_000);
  expect(fired).toEqual([]);
  made.arm(200);
  loop.pass(1_000);
  expect(fired).toHaveLength(1);
});

test('may be longer than the wheel goes round', () => {
  const { made, fired } = deadline();
  made.arm(120_000);
  loop.pass(119_900);
  expect(fired).toEqual([]);
  loop.pass(500);
  expect(fired).toHaveLength(1);
});

test('may be armed again while it fires', () => {
  let count = 0;
  const made: InstanceType<typeof wheel.Deadline> = new wheel.Deadline({
    onDeadline: () => {
      count++;
      made.arm(100);
    },
  });
  made.arm(100);
  loop.pass(2_000);
  expect(count).toBeGreaterThan(5);
});

test('the timer runs only while something is armed', () => {
  const { made } = deadline();
  expect(loop.isRunning).toBe(false);
  made.arm(100);
  expect(loop.isRunning).toBe(true);
  loop.pass(1_000);
  expect(loop.isRunning).toBe(false);
  made.arm(100);
  expect(loop.isRunning).toBe(true);
});

test('a stall of the event loop does not time out what waited for us', () => {
  const { made, fired } = deadline();
  made.arm(1_000);
  loop.stall(10_000);
  loop.tick();
  expect(fired).toEqual([]);
  loop.pass(1_200);
  expect(fired).toHaveLength(1);
});

test('armed behind a stall, before the timer runs again, it still has its time', () => {
  const { made: other } = deadline();
  other.arm(60_000);
  loop.stall(180);
  const { made, fired } = deadline();
  made.arm(50);
  loop.tick();
  expect(fired).toEqual([]);
});

test('no deadline fires early, whatever happens', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('arm' as const), which: fc.nat(3), ms: fc.nat(40_000) }),
    fc.record({ kind: fc.constant('arm' as const), which: fc.nat(3), ms: fc.nat(300) }),
    fc.record({ kind: fc.constant('disarm' as const), which: fc.nat(3), ms: fc.constant(0) }),
    fc.record({
      kind: fc.constantFrom('pass' as const, 'stall' as const),
      which: fc.constant(0),
      ms: fc.nat(500),
    }),
  );
  const property = fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
    const dueAt = [Infinity, Infinity, Infinity, Infinity];
    const all = dueAt.map((_, which) => {
      const owner = {
        onDeadline: () => {
          expect(loop.nowMs).toBeGreaterThanOrEqual(dueAt[which]!);
          dueAt[which] = Infinity;
        },
      };
      return new wheel.Deadline(owner);
    });
    for (const { kind, which, ms } of steps) {
      if (kind === 'pass') loop.pass(ms);
      else if (kind === 'stall') loop.stall(ms);
      else if (kind === 'disarm') {
        all[which]!.disarm();
        dueAt[which] = Infinity;
      } else {
        all[which]!.arm(ms);
        dueAt[which] = loop.nowMs + ms;
      }
    }
    loop.pass(42_000);
    // and none is forgotten
    expect(dueAt.every((at) => at === Infinity)).toBe(true);
  });
  fc.assert(property, { seed: 5, numRuns: 150 });
});
