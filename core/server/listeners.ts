import type { ListenerConfig } from './configuration.ts';
import type { Generation } from './generation.ts';
import { Listener, type ListenerOwner } from './listener.ts';

/** Which addresses a configuration adds to those in use, and which it leaves. */
export interface ListenerChange {
  /** All that are used, in the order of the configuration. */
  readonly used: readonly Listener[];
  readonly opened: readonly Listener[];
  readonly closed: readonly Listener[];
}

/** The addresses that the gateway listens on. */
export class Listeners {
  readonly #owner: ListenerOwner;
  #current: readonly Listener[] = [];
  /** No longer in the configuration, with connections that still run. */
  readonly #leaving = new Set<Listener>();
  #isDrained = false;

  constructor(owner: ListenerOwner) {
    this.#owner = owner;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.#current.flatMap(({ address }) => address ?? []);
  }

  /**
   * Opens the addresses that are new in `configs`; nobody is served there until `adopt`.
   * Rejects when one cannot be had, and then has changed nothing.
   */
  async prepare(configs: readonly ListenerConfig[]): Promise<ListenerChange> {
    const left = [...this.#current];
    const used = configs.map((config) => {
      const at = left.findIndex((listener) => isSameAddress(listener.config, config));
      return at < 0 ? new Listener(config, this.#owner) : left.splice(at, 1)[0]!;
    });
    const opened = used.filter((listener) => !this.#current.includes(listener));
    const change = { used, opened, closed: left };
    try {
      for (const listener of opened) await openBeside(listener, left);
    } catch (error) {
      await this.abandon(change);
      throw error;
    }
    return change;
  }

  /** Takes back what `prepare` did. */
  async abandon({ opened, closed }: ListenerChange): Promise<void> {
    for (const listener of opened) listener.stop();
    if (this.#isDrained) return;
    for (const listener of closed) if (listener.address === undefined) await this.#reopen(listener);
  }

  /** Serves the prepared addresses from now on, and drains those that are left. */
  adopt({ used, opened, closed }: ListenerChange, configs: readonly ListenerConfig[]): void {
    this.#current = used;
    for (const [index, listener] of used.entries()) listener.adopt(configs[index]!);
    for (const listener of opened) listener.serve();
    for (const listener of closed) this.#leave(listener);
  }

  /** Accepts no more; what runs is finished. */
  drain(): void {
    this.#isDrained = true;
    for (const listener of this.#current) this.#leave(listener);
    this.#current = [];
  }

  /** Ends all connections, or those on which something of that generation runs. */
  cut(generation?: Generation): void {
    for (const listener of [...this.#current, ...this.#leaving]) listener.cut(generation);
  }

  async #reopen(listener: Listener): Promise<void> {
    try {
      await listener.open();
    } catch (error) {
      this.#owner.serving.log.error({ err: error, ...listener.config }, 'an address could not be had again');
    }
  }

  #leave(listener: Listener): void {
    this.#leaving.add(listener);
    listener.onEmpty = () => this.#leaving.delete(listener);
    listener.drain();
  }
}

/** One that overlaps with an address that is being left can be had only behind that. */
async function openBeside(listener: Listener, left: readonly Listener[]): Promise<void> {
  const { port, host } = listener.config;
  const samePort = left.filter(({ address }) => address?.port === port);
  const overlapping = isWildcard(host) ? samePort : samePort.filter(({ config }) => isWildcard(config.host));
  for (const each of overlapping) each.stop();
  try {
    await listener.open();
  } catch (error) {
    // two names of the same address
    const others = samePort.filter((each) => !overlapping.includes(each));
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || others.length === 0) throw error;
    for (const each of others) each.stop();
    await listener.open();
  }
}

function isWildcard(host = ''): boolean {
  return host === '' || host === '::' || host === '0.0.0.0';
}

function isSameAddress(a: ListenerConfig, b: ListenerConfig): boolean {
  return a.port === b.port && (a.host ?? '') === (b.host ?? '');
}
