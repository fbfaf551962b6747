import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificateIn } from '../certificate.ts';
import type { Peer, ProxySetup, Variant } from './peer.ts';
import { pluginsOf } from './hookway-plugins.ts';
import { startProxy } from './start-proxy.ts';

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** HOOKWAY_NODE: another node binary. HOOKWAY_NODE_FLAGS: flags for it, such as --cpu-prof. */
export const hookway: Peer = {
  name: 'hookway',
  howToInstall: 'dist/cli/main.js is missing, build it first: npm run build',
  isAvailable: () => existsSync(command),
  start: async (setup) => {
    const configFile = join(setup.directory, 'proxy.config.json');
    writeFileSync(configFile, JSON.stringify(configuration(setup), undefined, 2));
    const node = process.env['HOOKWAY_NODE'] ?? process.execPath;
    const flags = process.env['HOOKWAY_NODE_FLAGS']?.split(/\s+/).filter((flag) => flag !== '') ?? [];
    return startProxy(node, [...flags, command, 'run', '--config', configFile], setup);
  },
};

function configuration({ listenPort, backendPorts, variant, directory }: ProxySetup): object {
  const backends = backendPorts.map((port) => `http://127.0.0.1:${port}`);
  return {
    listeners: [{ host: '127.0.0.1', port: listenPort, tls: variant === 'tls' }],
    upstreams: { app: { backends, ...(variant === 'pipelining' ? { pipelining: 32 } : {}) } },
    routes: [{ upstream: 'app' }],
    plugins: [...pluginsOf(variant, directory), ...certificatesOf(variant, directory)],
  };
}

function certificatesOf(variant: Variant, directory: string): object[] {
  if (variant !== 'tls') return [];
  const { cert, key } = certificateIn(directory);
  return [['tls-certs', { certificates: [{ cert, key }] }]];
}
