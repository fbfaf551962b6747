import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, loadCore, startPinned } from './processes.ts';
import { findFreePorts, waitUntilAccepting } from './ports.ts';

export const smallAnswer = JSON.stringify({ greeting: 'hello', padding: 'x'.repeat(94) });

/** Paths the origin answers; `/echo` tells what arrived, see probe.ts. */
export const originPaths = { small: '/small', body64KB: '/64k', body1MB: '/1m', echo: '/echo' } as const;

export interface Origin {
  readonly ports: readonly number[];
  readonly stop: () => Promise<void>;
  /** Ends it without a goodbye: what runs is reset. */
  readonly kill: () => Promise<void>;
}

/** One nginx worker on the load's core, on two ports, so that it looks like two backends. */
export async function startOrigin(directory: string): Promise<Origin> {
  return startOriginOn(await findFreePorts(2), join(directory, 'origin'));
}

/** The same on given ports; `home` is a folder of its own, which may hold the files of an earlier start. */
export async function startOriginOn(ports: readonly number[], home: string): Promise<Origin> {
  mkdirSync(join(home, 'files'), { recursive: true });
  writeFileSync(join(home, 'files', '64k'), Buffer.alloc(64 * 1024, 'k'));
  writeFileSync(join(home, 'files', '1m'), Buffer.alloc(1024 * 1024, 'm'));
  writeFileSync(join(home, 'nginx.conf'), originConfiguration(home, ports));
  const logFile = join(home, 'error.log');
  const nginx = startPinned({
    file: 'nginx',
    args: ['-p', home, '-e', logFile, '-c', join(home, 'nginx.conf')],
    core: loadCore,
    logFile,
  });
  await waitUntilAccepting(ports[0] ?? 0, nginx.hasExited).catch((error: unknown) => {
    throw new Error(`the origin (nginx) does not start: ${String(error)}\n${lastLines(logFile)}`);
  });
  return { ports, stop: nginx.stop, kill: nginx.kill };
}

function originConfiguration(home: string, ports: readonly number[]): string {
  const echo = [
    '"forwardedFor":"$http_x_forwarded_for"',
    '"forwardedProto":"$http_x_forwarded_proto"',
    '"forwardedHost":"$http_x_forwarded_host"',
    '"realIp":"$http_x_real_ip"',
    '"port":$server_port',
    '"requestsOnConnection":$connection_requests',
  ].join(',');
  return `
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${home}/nginx.pid;
error_log ${home}/error.log error;
events { worker_connections 16384; }
http {
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=100 inactive=1h;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
  server {
${ports.map((port) => `    listen 127.0.0.1:${port} backlog=4096;`).join('\n')}
    root ${home}/files;
    location = ${originPaths.small} { default_type application/json; return 200 '${smallAnswer}'; }
    location = ${originPaths.echo} { default_type application/json; return 200 '{${echo}}'; }
    location / { }
  }
}
`;
}
