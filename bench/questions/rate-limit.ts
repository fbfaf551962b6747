import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report } from '../report.ts';
import { judgeAmount } from '../targets.ts';
import { typeScriptCommand } from '../typescript-command.ts';
import type { Question } from './question.ts';

interface Findings {
  /** Requests admitted, as a share of those that the limit allows exactly. */
  readonly admittedShare: number;
  readonly floodBytes: number;
  readonly leftBytes: number;
  readonly keysLeft: number;
}

const script = fileURLToPath(new URL('../rate-limit-keys.ts', import.meta.url));
const algorithms = ['gcra', 'sliding-window'] as const;

/** How exact is the rate limit over 10,000 keys, and what do 1,000,000 keys cost? */
export const rateLimit: Question = { name: 'rate-limit', run: () => Promise.resolve([report()]) };

function find(algorithm: string): Findings {
  const { file, args } = typeScriptCommand(script, [algorithm]);
  return JSON.parse(execFileSync(file, args, { encoding: 'utf8' })) as Findings;
}

const megabytes = (bytes: number): number => bytes / 1e6;
const errorPercent = ({ admittedShare }: Findings): number => Math.abs(admittedShare - 1) * 100;

function report(): Report {
  const findings = algorithms.map((algorithm) => ({ algorithm, ...find(algorithm) }));
  return {
    question: 'rate-limit',
    title: '10,000 keys asking twice as often as they may, then 1,000,000 keys',
    columns: ['algorithm', 'admitted / exact', 'MB of 1,000,000 keys', 'MB when idle', 'keys when idle'],
    rows: findings.map((each) => [
      each.algorithm,
      each.admittedShare.toFixed(4),
      megabytes(each.floodBytes).toFixed(1),
      megabytes(each.leftBytes).toFixed(1),
      String(each.keysLeft),
    ]),
    notes: [],
    verdicts: findings.flatMap((each) => [
      judgeAmount(`rate-limit ${each.algorithm}`, '% off', 1, errorPercent(each)),
      judgeAmount(`rate-limit ${each.algorithm}`, 'MB for 1,000,000 keys', 150, megabytes(each.floodBytes)),
    ]),
    hasRefusals: false,
    measurements: findings,
  };
}
