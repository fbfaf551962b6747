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

  constructor(owner: ListenerOwner) {
    this.#owner = owner;
  }

  get addresses(): readonly { readonly host: string; readonly port: number }[] {
    return this.#current.flatMap(({ address }) => address ?? []);
  }

  /**
   * Opens the addresses that are new in `configs`; nobody is served there until `adopt`.
   * Rejects when one cannot be had, and then has opened none.
   */
  async prepare(configs: readonly ListenerConfig[]): Promise<ListenerChange> {
    const left = [...this.#current];
    const used = configs.map((config) => {
      const at = left.findIndex((listener) => isSameAddress(listener.config, config));
      return at < 0 ? new Listener(config, this.#owner) : left.splice(at, 1)[0]!;
    });
    const opened = used.filter((listener) => !this.#current.includes(listener));
    await openAll(opened, left);
    return { used, opened, closed: left };
  }

  /** Serves the prepared addresses from now on, and drains those that are left. */
  adopt({ used, opened, closed }: ListenerChange, configs: readonly ListenerConfig[]): void {
    this.#current = used;
    for (const [index, listener] of used.entries()) listener.config = configs[index]!;
    for (const listener of opened) listener.serve();
    for (const listener of closed) this.#leave(listener);
  }

  /** Accepts no more; what runs is finished. */
  drain(): void {
    for (const listener of this.#current) this.#leave(listener);
    this.#current = [];
  }

  /** Ends all connections, or those on which something of that generation runs. */
  cut(generation?: Generation): void {
    for (const listener of [...this.#current, ...this.#leaving]) listener.cut(generation);
  }

  #leave(listener: Listener): void {
    this.#leaving.add(listener);
    listener.onEmpty = () => this.#leaving.delete(listener);
    listener.drain();
  }
}

/** An address that cannot be had because one that is being left overlaps with it gets another try behind that. */
async function openAll(opened: readonly Listener[], left: readonly Listener[]): Promise<void> {
  const done: Listener[] = [];
  const stopped: Listener[] = [];
  try {
    for (const listener of opened) {
      const inTheWay = left.filter(({ config }) => config.port === listener.config.port && config.port !== 0);
      stopped.push(...inTheWay);
      for (const each of inTheWay) each.stop();
      await listener.open();
      done.push(listener);
    }
  } catch (error) {
    for (const listener of done) listener.stop();
    for (const listener of stopped) await listener.open();
    throw error;
  }
}

function isSameAddress(a: ListenerConfig, b: ListenerConfig): boolean {
  return a.port === b.port && (a.host ?? '') === (b.host ?? '');
}
