/** CPU time of one call. */
function cpuOf(work: () => unknown, times: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < times; i++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/**
 * How much more CPU time the long work takes than the short one. The least of several measurements, taken in turn, is
 * what the work costs without its surroundings; `enough` ends them.
 */
export function cpuRatio(short: () => unknown, long: () => unknown, enough: number, times = 2): number {
  let [shortCpu, longCpu] = [Infinity, Infinity];
  for (let round = 0; round < 8; round++) {
    shortCpu = Math.min(shortCpu, cpuOf(short, 4 * times));
    longCpu = Math.min(longCpu, cpuOf(long, times));
    if (round > 0 && longCpu < enough * shortCpu) break;
  }
  return longCpu / shortCpu;
}
