import { loadConfig } from '../config/index.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../core/index.ts';
import type { RunOptions } from './options.ts';
import { exitCodeOf, StopSignals } from './signals.ts';

function withLogLevel(config: GatewayConfig, level: RunOptions['logLevel']): GatewayConfig {
  return level === undefined ? config : { ...config, log: { ...config.log, level } };
}

/** Drains; a second signal cuts what still runs, a third does not even wait for that. */
async function drain(gateway: Gateway, signals: StopSignals): Promise<number> {
  const drained = gateway.close().then(() => undefined);
  const second = await Promise.race([drained, signals.next()]);
  if (second === undefined) return 0;
  gateway.log.warn({ signal: second }, 'ending at once');
  await Promise.race([gateway.close({ now: true }), signals.next()]);
  return exitCodeOf(second);
}

/** `hookway run`: serves until a signal asks it to stop. Resolves to the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const { config } = await loadConfig({ file: options.config });
  const signals = new StopSignals();
  const gateway = createGateway(withLogLevel(config, options.logLevel));
  await gateway.listen();
  process.on('SIGHUP', () => gateway.reopenFiles());
  const signal = await signals.next();
  gateway.log.info({ signal }, 'draining');
  return drain(gateway, signals);
}
