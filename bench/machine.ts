import { spawnSync } from 'node:child_process';
import { cpus, release } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly linux: string;
  readonly node: string;
  readonly nginx: string;
  readonly haproxy: string;
}

export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    linux: release(),
    node: process.version,
    nginx: versionOf('nginx', /nginx\/(\S+)/),
    haproxy: versionOf('haproxy', /version (\S+)/),
  };
}

function versionOf(program: string, pattern: RegExp): string {
  const { stdout, stderr } = spawnSync(program, ['-v'], { encoding: 'utf8' });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'not installed';
}
