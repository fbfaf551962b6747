// Asks the rate limit's own store, in a process of its own, and prints what it found as JSON.
// Argument: `gcra` or `sliding-window`.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MemoryStore } from '../plugins/rate-limit/memory-store.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const algorithm = process.argv[2] === 'gcra' ? 'gcra' : 'sliding-window';
const keyCount = 10_000;
const floodCount = 1_000_000;
const requests = 100;
const windowMs = 1_000;
const windows = 5;

const burst = algorithm === 'gcra' ? { burst: 20 } : {};
const storeOf = (): MemoryStore =>
  new MemoryStore([{ name: 'default', algorithm, requests, windowMs, ...burst } as never], floodCount);

/** Every key asks twice as often as it may, evenly, for some windows. */
function admittedShare(): number {
  const store = storeOf();
  const pauseMs = windowMs / requests / 2;
  let admitted = 0;
  for (let step = 0; step < windows * requests * 2; step++) {
    const nowMs = 1_000_000 + step * pauseMs;
    for (let key = 0; key < keyCount; key++) {
      if (store.decide([`client ${key}`], nowMs)?.isAdmitted === true) admitted++;
    }
  }
  const exact = keyCount * (windows * requests + (burst.burst ?? 0));
  return admitted / exact;
}

function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
}

const before = heldBytes();
const flooded = storeOf();
for (let i = 0; i < floodCount; i++) flooded.decide([`2001:db8:${i.toString(16)}::/64`], 1_000_000);
const floodBytes = heldBytes() - before;
flooded.sweep(1_000_000 + 100 * windowMs);
flooded.sweep(1_000_000 + 200 * windowMs);
const leftBytes = heldBytes() - before;
const keysLeft = flooded.size;
console.log(JSON.stringify({ admittedShare: admittedShare(), floodBytes, leftBytes, keysLeft }));
