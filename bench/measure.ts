import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

// proc(5): times are counted in clock ticks, 10 ms on every Linux we know.
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const microsecondsPerTick = 1_000_000 / ticksPerSecond;

interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly cpuTicks: number;
}

/** CPU time of a process with all its threads, its live descendants and the children it has reaped. */
export function cpuMicroseconds(rootPid: number): number {
  const ticks = processTree(rootPid).reduce((sum, stat) => sum + stat.cpuTicks, 0);
  return ticks * microsecondsPerTick;
}

export function residentKilobytes(rootPid: number): number {
  const sizes = processTree(rootPid).map(({ pid }) => {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Time the core spent on anything but idling, whoever it worked for. */
export function coreBusyMicroseconds(core: number): number {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'));
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] =
    line?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  return (user + nice + system + irq + softirq + steal) * microsecondsPerTick;
}

function processTree(rootPid: number): ProcessStat[] {
  const root = readStat(rootPid);
  if (root === undefined) throw new Error(`process ${rootPid} is gone`);
  const all = allStats();
  const tree = [root];
  for (const parent of tree) tree.push(...all.filter((stat) => stat.parentPid === parent.pid));
  return tree;
}

function allStats(): ProcessStat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => readStat(Number(pid))).filter((stat) => stat !== undefined);
}

function readStat(pid: number): ProcessStat | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets and may itself hold blanks and brackets.
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return { pid, parentPid: fields[1] ?? 0, cpuTicks: utime + stime + cutime + cstime };
}
