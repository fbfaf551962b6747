const tickMs = 50;
const slotCount = 512;

// after a stall of the event loop the wheel goes on where it stood: what waited for us must not be timed out for it
const maxTicksAtOnce = 2;

/** Is told when a deadline of its own has passed. */
export interface DeadlineOwner {
  onDeadline(deadline: Deadline): void;
}

/**
 * A moment after which something has taken too long. Arming it again is one assignment, so that it can be moved at
 * every byte; it fires up to four ticks (200 ms) late, never early.
 */
export class Deadline {
  #owner: DeadlineOwner | undefined;
  #expiresAtTick = Infinity;
  #slotTick = -1;

  constructor(owner: DeadlineOwner) {
    this.#owner = owner;
  }

  /** Expires in `ms` milliseconds from now, instead of whenever it would have. */
  arm(ms: number): void {
    // the wheel may be behind by what it makes up for at once, and by the part of a tick
    const at = wheel.tick + Math.ceil(Math.max(0, ms) / tickMs) + maxTicksAtOnce + 1;
    this.#expiresAtTick = at;
    if (this.#slotTick < 0 || at < this.#slotTick) this.#place();
  }

  /** Never expires, until armed again. */
  disarm(): void {
    this.#expiresAtTick = Infinity;
  }

  /** Never expires any more, and lets go of the owner: the wheel drops a deadline only when it comes to its slot. */
  release(): void {
    this.#expiresAtTick = Infinity;
    this.#owner = undefined;
  }

  get isArmed(): boolean {
    return this.#expiresAtTick !== Infinity;
  }

  /** For the wheel: the slot of `tick` was reached. */
  visit(tick: number): void {
    if (this.#slotTick !== tick) return; // it was placed anew, earlier
    this.#slotTick = -1;
    if (this.#expiresAtTick === Infinity) return;
    if (this.#expiresAtTick > tick) {
      this.#place();
      return;
    }
    this.#expiresAtTick = Infinity;
    this.#owner?.onDeadline(this);
  }

  #place(): void {
    this.#slotTick = Math.min(this.#expiresAtTick, wheel.tick + slotCount - 1);
    wheel.add(this.#slotTick, this);
  }
}

/** All deadlines of the process in slots of one tick, driven by a single timer that runs only while one is placed. */
class TimerWheel {
  tick = 0;
  #slots: Deadline[][] = Array.from({ length: slotCount }, () => []);
  #placed = 0;
  #timer: NodeJS.Timeout | undefined;
  #startedAtMs = 0;

  add(tick: number, deadline: Deadline): void {
    this.#slots[tick % slotCount]!.push(deadline);
    this.#placed++;
    if (this.#timer === undefined) this.#start();
  }

  #start(): void {
    this.#startedAtMs = performance.now() - this.tick * tickMs;
    this.#timer = setInterval(() => this.#advance(), tickMs).unref();
  }

  #advance(): void {
    const due = Math.floor((performance.now() - this.#startedAtMs) / tickMs) - this.tick;
    for (let ticks = Math.min(due, maxTicksAtOnce); ticks > 0; ticks--) this.#visitSlot(++this.tick);
    if (due > maxTicksAtOnce) this.#startedAtMs += (due - maxTicksAtOnce) * tickMs;
    if (this.#placed === 0) this.#stop();
  }

  #visitSlot(tick: number): void {
    const at = tick % slotCount;
    const slot = this.#slots[at]!;
    if (slot.length === 0) return;
    this.#slots[at] = [];
    this.#placed -= slot.length;
    for (const deadline of slot) {
      try {
        deadline.visit(tick);
      } catch (error) {
        // a mistake of one owner must not cost the others their deadlines
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const wheel = new TimerWheel();
