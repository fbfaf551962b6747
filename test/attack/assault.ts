import { once } from 'node:events';
import { measureService, type Service } from './good-clients.ts';
import { startScript, type Target } from './target.ts';

export interface Assault {
  readonly name: string;
  readonly before: Service;
  readonly during: Service;
  /** Connections that attackers made, and those that were open at the end. */
  readonly connected: number;
  readonly open: number;
  /** The gateway's resident memory, in megabytes: before, and the most during the attack. */
  readonly memoryBeforeMb: number;
  readonly memoryMb: number;
  /** Share of a core that the gateway used during the attack. */
  readonly coreShare: number;
}

export interface AssaultOptions {
  readonly connections: number;
  readonly forMs: number;
}

/** Good clients by themselves, and then during an attack from a process of its own. */
export async function assault(
  target: Target,
  name: string,
  { connections, forMs }: AssaultOptions,
): Promise<Assault> {
  await measureService(target.port, forMs / 3); // warms up
  const before = await measureService(target.port, forMs);
  const memoryBeforeMb = target.residentMb;
  const attacker = startScript('attacker-process.ts', String(target.port), name, String(connections));
  await once(attacker, 'message');
  let memoryMb = 0;
  const watch = setInterval(() => (memoryMb = Math.max(memoryMb, target.residentMb)), 50);
  const cpuBeforeMs = target.cpuMs;
  const during = await measureService(target.port, forMs);
  const coreShare = (target.cpuMs - cpuBeforeMs) / forMs;
  clearInterval(watch);
  attacker.send('counts');
  const [counts] = (await once(attacker, 'message')) as [
    { readonly connected: number; readonly open: number },
  ];
  attacker.disconnect();
  await once(attacker, 'exit');
  return { name, before, during, ...counts, memoryBeforeMb, memoryMb, coreShare };
}
