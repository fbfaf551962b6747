import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../processes.ts';
import type { Peer, ProxySetup } from './peer.ts';
import { startProxy } from './start-proxy.ts';

export const nginx: Peer = {
  name: 'nginx',
  howToInstall: 'apt-get install nginx-light',
  isAvailable: () => findProgram('nginx') !== undefined,
  start: async (setup) => {
    const configFile = join(setup.directory, 'nginx.conf');
    writeFileSync(configFile, configuration(setup));
    const errorLog = join(setup.directory, 'proxy.log');
    return startProxy('nginx', ['-p', setup.directory, '-e', errorLog, '-c', configFile], setup);
  },
};

// master_process off: the process we start is the one worker, so its pid is the one to measure.
function configuration({ directory, listenPort, backendPorts, variant }: ProxySetup): string {
  return `
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${directory}/nginx.pid;
error_log ${directory}/proxy.log error;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_timeout 1h;
  keepalive_requests 1000000000;
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi; uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  upstream app {
${backendPorts.map((port) => `    server 127.0.0.1:${port};`).join('\n')}
    keepalive 128;
    keepalive_timeout 1h;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${listenPort} backlog=4096;
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
${variant === 'no-temp-files' ? '      proxy_max_temp_file_size 0;' : ''}
    }
  }
}
`;
}
