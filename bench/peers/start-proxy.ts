import { join } from 'node:path';
import { lastLines, proxyCore, startPinned } from '../processes.ts';
import { waitUntilAccepting } from '../ports.ts';
import type { ProxySetup, RunningProxy } from './peer.ts';

export async function startProxy(
  file: string,
  args: readonly string[],
  setup: ProxySetup,
): Promise<RunningProxy> {
  const logFile = join(setup.directory, 'proxy.log');
  const proxy = startPinned({ file, args, core: proxyCore, logFile });
  try {
    await waitUntilAccepting(setup.listenPort, proxy.hasExited);
  } catch (error) {
    await proxy.stop();
    throw new Error(`${file} ${args.join(' ')}: ${String(error)}\n${lastLines(logFile)}`);
  }
  return { pid: proxy.pid, recentLog: () => lastLines(logFile, 5), stop: proxy.stop };
}
