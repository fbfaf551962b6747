import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';
import { startProxy } from './start-proxy.ts';

const require = createRequire(import.meta.url);

/**
 * A proxy of npm, run by one of the scripts in servers/. They are plain JavaScript, so that node runs them as a user
 * would, without a loader in between.
 */
export function nodeServerPeer(name: string, packages: readonly string[], script: string): Peer {
  const scriptFile = fileURLToPath(new URL(`servers/${script}`, import.meta.url));
  return {
    name,
    howToInstall: `npm install --save-dev ${packages.join(' ')}`,
    isAvailable: () => packages.every(isInstalled),
    start: async (setup) => {
      const args = [scriptFile, String(setup.listenPort), ...setup.backendPorts.map(String)];
      return startProxy(process.execPath, args, setup);
    },
  };
}

function isInstalled(packageName: string): boolean {
  try {
    require.resolve(packageName);
    return true;
  } catch {
    return false;
  }
}
