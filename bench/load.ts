import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { loadCore, startPinned } from './processes.ts';

export interface Load {
  readonly path: string;
  /** Every answer has to carry at least this many bytes. */
  readonly answerBytes: number;
  readonly method?: 'GET' | 'POST';
  readonly bodyFile?: string;
}

/** Written by wrk.lua. */
export interface LoadResult {
  readonly requests: number;
  readonly bytes: number;
  readonly durationMicroseconds: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  readonly badStatuses: number;
  readonly connectErrors: number;
  readonly readErrors: number;
  readonly writeErrors: number;
  readonly timeouts: number;
}

const script = fileURLToPath(new URL('wrk.lua', import.meta.url));

export interface LoadSize {
  readonly connections: number;
  readonly durationSeconds: number;
}

export async function runLoad(port: number, load: Load, size: LoadSize): Promise<LoadResult> {
  const { connections, durationSeconds } = size;
  const args = ['-t1', `-c${connections}`, `-d${durationSeconds}s`, '--timeout', '5s', '--latency'];
  const url = `http://127.0.0.1:${port}${load.path}`;
  const scriptArgs = ['--', load.method ?? 'GET', load.bodyFile ?? '-'];
  const wrk = startPinned({ file: 'wrk', args: [...args, '-s', script, url, ...scriptArgs], core: loadCore });
  if (wrk.process.stdout === null) throw new Error('wrk has no standard output');
  const killer = setTimeout(() => wrk.process.kill('SIGKILL'), (durationSeconds + 15) * 1000);
  try {
    return parseResult(await text(wrk.process.stdout));
  } finally {
    clearTimeout(killer);
  }
}

/** A row with errors is not a measurement: it says why, or undefined when all went well. */
export function describeErrors(result: LoadResult, load: Load): string | undefined {
  const counts: [number, string][] = [
    [result.badStatuses, 'answers with a status of 400 or more'],
    [result.connectErrors, 'failed connects'],
    [result.readErrors, 'read errors'],
    [result.writeErrors, 'write errors'],
    [result.timeouts, 'timeouts'],
  ];
  const found = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (result.requests === 0) found.push('no answer at all');
  if (result.bytes < result.requests * load.answerBytes) found.push('answers shorter than they should be');
  return found.length === 0 ? undefined : found.join(', ');
}

function parseResult(output: string): LoadResult {
  const json = /^RESULT (.*)$/m.exec(output)?.[1];
  if (json === undefined) throw new Error(`wrk reported nothing:\n${output}`);
  return JSON.parse(json) as LoadResult;
}
