import { fileURLToPath } from 'node:url';
import { certificateIn } from '../certificate.ts';
import type { Peer } from './peer.ts';
import { startProxy } from './start-proxy.ts';

const script = fileURLToPath(new URL('servers/node-tls.mjs', import.meta.url));

/** `node:tls` with an empty listener: the floor of handshakes in Node.js. It answers no request. */
export const nodeTls: Peer = {
  name: 'node:tls alone',
  howToInstall: 'it comes with Node.js',
  isAvailable: () => true,
  start: (setup) => {
    const { cert, key } = certificateIn(setup.directory);
    return startProxy(process.execPath, [script, String(setup.listenPort), cert, key], setup);
  },
};
