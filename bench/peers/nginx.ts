import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateIn } from '../certificate.ts';
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
function listenDirectives({ directory, listenPort, variant }: ProxySetup): string {
  if (variant !== 'tls') return `listen 127.0.0.1:${listenPort} backlog=4096;`;
  const { cert, key } = certificateIn(directory);
  return `listen 127.0.0.1:${listenPort} ssl backlog=4096;
    ssl_certificate ${cert}; ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:bench:10m; ssl_session_timeout 1h;`;
}

function configuration(setup: ProxySetup): string {
  const { directory, backendPorts, variant } = setup;
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
    ${listenDirectives(setup)}
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
