import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateIn } from '../certificate.ts';
import { findProgram } from '../processes.ts';
import type { Peer, ProxySetup } from './peer.ts';
import { startProxy } from './start-proxy.ts';

export const haproxy: Peer = {
  name: 'haproxy',
  howToInstall: 'apt-get install haproxy',
  isAvailable: () => findProgram('haproxy') !== undefined,
  start: async (setup) => {
    const configFile = join(setup.directory, 'haproxy.cfg');
    writeFileSync(configFile, configuration(setup));
    return startProxy('haproxy', ['-db', '-f', configFile], setup);
  },
};

function configuration({ listenPort, backendPorts, variant, directory }: ProxySetup): string {
  const isEncrypted = variant === 'tls';
  const tls = isEncrypted ? `ssl crt ${certificateIn(directory).both} ssl-min-ver TLSv1.2` : '';
  const servers = backendPorts.map((port, index) => `  server backend${index} 127.0.0.1:${port}`);
  return `
global
  nbthread 1
  maxconn 8000

defaults
  mode http
  option http-keep-alive
  option forwardfor
  http-reuse always
  timeout connect 5s
  timeout client 1h
  timeout server 1m
  timeout http-keep-alive 1h

frontend gateway
  bind 127.0.0.1:${listenPort} backlog 4096 ${tls}
  http-request set-header X-Forwarded-Proto ${isEncrypted ? 'https' : 'http'}
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Real-IP %[src]
  default_backend app

backend app
  balance roundrobin
${servers.join('\n')}
`;
}
