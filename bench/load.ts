import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { loadCore, type Started, startPinned } from './processes.ts';
import { typeScriptCommand } from './typescript-command.ts';

export interface Load {
  readonly path: string;
  /** Every answer has to carry at least this many bytes. */
  readonly answerBytes: number;
  readonly method?: 'GET' | 'POST';
  readonly bodyFile?: string;
  /** Speaks TLS. */
  readonly isEncrypted?: boolean;
  /** Handshakes instead of requests. */
  readonly handshakes?: 'full' | 'resumed';
  /** Mean of the pauses between an answer and the next request, exponentially distributed; without it there are none. */
  readonly pauseMs?: number;
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
const handshakeClient = fileURLToPath(new URL('handshake-client.ts', import.meta.url));

export interface LoadSize {
  readonly connections: number;
  readonly durationSeconds: number;
}

export async function runLoad(port: number, load: Load, size: LoadSize): Promise<LoadResult> {
  const { connections, durationSeconds } = size;
  if (load.handshakes !== undefined) return runHandshakes(port, load.handshakes, size);
  const args = ['-t1', `-c${connections}`, `-d${durationSeconds}s`, '--timeout', '5s', '--latency'];
  const url = `${load.isEncrypted === true ? 'https' : 'http'}://127.0.0.1:${port}${load.path}`;
  const scriptArgs = ['--', load.method ?? 'GET', load.bodyFile ?? '-', String(load.pauseMs ?? 0)];
  const wrk = startPinned({ file: 'wrk', args: [...args, '-s', script, url, ...scriptArgs], core: loadCore });
  return resultOf(wrk, durationSeconds);
}

function runHandshakes(port: number, kind: string, size: LoadSize): Promise<LoadResult> {
  const { connections, durationSeconds } = size;
  const { file, args } = typeScriptCommand(handshakeClient, [
    String(port),
    kind,
    String(connections),
    String(durationSeconds),
  ]);
  return resultOf(startPinned({ file, args, core: loadCore }), durationSeconds);
}

async function resultOf(load: Started, durationSeconds: number): Promise<LoadResult> {
  if (load.process.stdout === null) throw new Error('the load has no standard output');
  const killer = setTimeout(() => load.process.kill('SIGKILL'), (durationSeconds + 15) * 1000);
  try {
    return parseResult(await text(load.process.stdout));
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
  if (json === undefined) throw new Error(`the load reported nothing:\n${output}`);
  return JSON.parse(json) as LoadResult;
}
