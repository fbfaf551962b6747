import { ConfigLoader, type FileStates, FileWatch, statesOf } from '../config/index.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../core/index.ts';
import { ControlSocket } from './control-socket.ts';
import type { RunOptions } from './options.ts';
import { ServiceManager } from './service-manager.ts';
import { exitCodeOf, StopSignals } from './signals.ts';

/** What plugins and logs may take after the last exchange, as far as a service manager is concerned. */
const cleanUpMs = 30_000;

/** Drains; a second signal cuts what still runs, a third does not even wait for that. */
async function drain(gateway: Gateway, signals: StopSignals, manager: ServiceManager): Promise<number> {
  const isTold = manager.stopping(gateway.control.drainTimeoutMs + cleanUpMs);
  const drained = Promise.all([gateway.close(), isTold]).then(() => undefined);
  const second = await Promise.race([drained, signals.next()]);
  if (second === undefined) return 0;
  gateway.log.warn({ signal: second }, 'ending at once');
  await Promise.race([gateway.close({ now: true }), signals.next()]);
  return exitCodeOf(second);
}

/** The configuration file, read again for every reload, with what the command line says instead of it. */
class Source {
  readonly #loader: ConfigLoader;
  readonly #logLevel: RunOptions['logLevel'];
  #states: FileStates = new Map();
  #watch: FileWatch | undefined;

  constructor({ config, logLevel }: RunOptions) {
    this.#loader = new ConfigLoader({ file: config });
    this.#logLevel = logLevel;
  }

  file = '';

  readonly load = async (): Promise<GatewayConfig> => {
    const readAtMs = Date.now();
    try {
      const { config, file } = await this.#loader.load();
      this.file = file;
      const level = this.#logLevel;
      return level === undefined ? config : { ...config, log: { ...config.log, level } };
    } finally {
      this.#states = await statesOf(this.#loader.files, readAtMs);
      await this.#watch?.follow(this.#states);
    }
  };

  /** Watches what was read last, whoever asked for it. */
  async watchBy(watch: FileWatch): Promise<void> {
    this.#watch = watch;
    await watch.follow(this.#states);
  }
}

/** Everything that asks for a reload: signals, changed files, `hookway reload`. */
async function takeReloads(
  gateway: Gateway,
  source: Source,
  isWatching: boolean,
): Promise<() => Promise<void>> {
  const { log } = gateway;
  const watch = isWatching
    ? new FileWatch(reloadQuietly, (error) => log.warn({ err: error }, 'files cannot be watched'))
    : undefined;
  async function reload(): Promise<number> {
    await gateway.reload();
    return gateway.control.generation;
  }
  function reloadQuietly(): void {
    reload().catch(() => {}); // the gateway has logged it
  }
  process.on('SIGHUP', () => {
    gateway.reopenFiles();
    reloadQuietly();
  });
  process.on('SIGUSR2', () => gateway.reopenFiles());
  const socket = await ControlSocket.open({ file: () => source.file, reload }).catch((error: unknown) => {
    log.warn({ err: error }, 'hookway reload cannot reach this process');
    return undefined;
  });
  if (watch !== undefined) await source.watchBy(watch);
  return async () => {
    socket?.close();
    await watch?.close();
  };
}

/** A gateway whose reloads, whoever asks for them, are told to the service manager. */
function createTelling(config: GatewayConfig, load: Source['load'], manager: ServiceManager): Gateway {
  return createGateway(config, {
    load: () => {
      manager.reloading();
      return load();
    },
    onReload: ({ generation, error }) => {
      const refused = error === undefined ? '' : `, refused another: ${error.message}`;
      manager.ready(`serving configuration ${generation}${refused}`);
    },
  });
}

/** `hookway run`: serves until a signal asks it to stop. Resolves to the exit code. */
export async function run(options: RunOptions): Promise<number> {
  process.on('SIGHUP', () => {}); // it must not end a process that only starts
  const source = new Source(options);
  const config = await source.load();
  const signals = new StopSignals();
  const manager = new ServiceManager((error) => gateway.log.warn({ err: error }, 'systemd cannot be told'));
  const gateway = createTelling(config, source.load, manager);
  await gateway.listen();
  const endReloads = await takeReloads(gateway, source, options.watch);
  manager.ready(`serving configuration ${gateway.control.generation}`);
  const signal = await signals.next();
  await endReloads();
  gateway.log.info({ signal }, 'draining');
  return drain(gateway, signals, manager);
}
