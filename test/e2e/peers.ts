import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unusedPort } from 'hookway/testing';
import { afterAll, onTestFinished } from 'vitest';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function command(program: string, ...args: readonly string[]): Promise<CommandResult> {
  const child = spawn(program, args);
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(stdout), stderr };
}

/** What curl got: the status of the final response, and its body. */
export interface CurlResult {
  readonly code: number | null;
  readonly status: number;
  readonly body: Buffer;
  /** With `--verbose`: lines that begin with `> `, `< ` and `* `. */
  readonly log: string;
}

export async function curl(...args: readonly string[]): Promise<CurlResult> {
  const { code, stdout, stderr } = await command(
    'curl',
    '--silent',
    '--show-error',
    '--max-time',
    '15',
    '--write-out',
    '%{stderr}\nstatus=%{http_code}',
    ...args,
  );
  return { code, status: Number(/status=(\d+)/.exec(stderr)?.[1]), body: stdout, log: stderr };
}

/** A folder that is removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// becomes the program, and leaves a watcher behind that kills it when our end of its standard input closes
const boundToUs = 'exec 3<&0; (cat <&3; kill -9 $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

/** Until when something runs; a whole file's is begun outside of its tests. */
export type Lifetime = 'test' | 'file';

/**
 * Starts a program until the test is over, or the process of the tests is; resolves with the text it has written once
 * that fits.
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  isReady: (output: string) => boolean,
  lifetime: Lifetime = 'test',
): Promise<{ readonly child: ChildProcessWithoutNullStreams; readonly output: string }> {
  const child = spawn('/bin/sh', ['-c', boundToUs, program, ...args]);
  let output = '';
  const atEnd = lifetime === 'test' ? onTestFinished : afterAll;
  atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await new Promise<void>((resolve, reject) => {
    const onOutput = (bytes: Buffer): void => {
      output += bytes.toString();
      if (isReady(output)) resolve();
    };
    child.stdout.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${program} ended: ${output}`)));
  });
  return { child, output };
}

/** Starts nginx on a free port; `server` stands in its server block, which may be one of TLS. Returns its URL. */
export async function startNginx(root: string, server = '', kind: '' | 'ssl' = ''): Promise<string> {
  const port = await unusedPort();
  const prefix = temporaryFolder();
  mkdirSync(join(prefix, 'temp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    join(prefix, 'nginx.conf'),
    `daemon off;
    master_process off;
    pid ${prefix}/nginx.pid;
    error_log stderr notice;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporary.map((kind) => `${kind}_temp_path ${prefix}/temp;`).join('\n')}
      types { text/plain txt; text/css css; application/octet-stream bin; }
      server { listen 127.0.0.1:${port} ${kind}; root ${root}; ${server} }
    }`,
  );
  await startProgram('nginx', ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr'], (output) =>
    output.includes('using the'),
  );
  return `${kind === '' ? 'http' : 'https'}://127.0.0.1:${port}`;
}

/**
 * Starts HAProxy on a free port, with TLS by the certificate and key in a PEM file; `proxy` stands in its only proxy.
 * Returns its URL.
 */
export async function startHaproxy(pem: string, proxy: string): Promise<string> {
  const port = await unusedPort();
  const file = join(temporaryFolder(), 'haproxy.cfg');
  writeFileSync(
    file,
    `listen tested
      mode http
      timeout connect 5s
      timeout client 15s
      timeout server 15s
      bind 127.0.0.1:${port} ssl crt ${pem}
      ${proxy}\n`,
  );
  // its worker ends with it, and is begun when the port is open
  await startProgram('haproxy', ['-W', '-db', '-f', file], (output) => output.includes('Loading success'));
  return `https://127.0.0.1:${port}`;
}

/** Starts Python's http.server, which speaks HTTP/1.0, on a free port. Returns its URL. */
export async function startPythonServer(root: string): Promise<string> {
  const args = ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory', root];
  const { output } = await startProgram('python3', args, (text) => /port \d+/.test(text));
  return `http://127.0.0.1:${/port (\d+)/.exec(output)![1]}`;
}

const fullBacklog = `
import socket, sys
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(0)
waiting = []
while True:
    client = socket.socket()
    client.settimeout(0.3)
    waiting.append(client)
    try:
        client.connect(listener.getsockname())
    except OSError:
        break
print('port', listener.getsockname()[1], flush=True)
sys.stdin.read()
`;

/** A listening socket whose backlog is full: connections to it are neither accepted nor refused. Returns its URL. */
export async function startUnansweredListener(lifetime: Lifetime = 'test'): Promise<string> {
  const isReady = (text: string): boolean => /port \d+/.test(text);
  const { output } = await startProgram('python3', ['-c', fullBacklog], isReady, lifetime);
  return `http://127.0.0.1:${/port (\d+)/.exec(output)![1]}`;
}

/** Most memory that a process ever had resident, in megabytes. */
export function peakMemory(pid: number): number {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes![1]) / 1024;
}
