import { spawnSync } from 'node:child_process';
import { cpus, release } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly linux: string;
  readonly node: string;
  readonly 'node of hookway': string;
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
    'node of hookway': hookwayNode(),
    nginx: versionOf('nginx', /nginx\/(\S+)/),
    haproxy: versionOf('haproxy', /version (\S+)/),
  };
}

function hookwayNode(): string {
  return spawnSync(process.env['HOOKWAY_NODE'] ?? process.execPath, ['-v'], {
    encoding: 'utf8',
  }).stdout.trim();
}

function versionOf(program: string, pattern: RegExp): string {
  const { stdout, stderr } = spawnSync(program, ['-v'], { encoding: 'utf8' });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'not installed';
}
