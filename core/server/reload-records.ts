import type { Logger } from '../log/logger.ts';
import type { Cell, Instruments } from '../pipeline/instruments.ts';
import type { ReloadRecord } from './control.ts';
import type { GatewayOptions } from './gateway.ts';

/** How reloads ended: logged, counted, told, and the last one kept. */
export class ReloadRecords {
  last: ReloadRecord | undefined = undefined;
  readonly #log: Logger;
  readonly #successes: Cell;
  readonly #failures: Cell;
  readonly #onReload: GatewayOptions['onReload'];

  constructor(log: Logger, instruments: Instruments, onReload: GatewayOptions['onReload']) {
    const reloads = instruments.define('counter', {
      name: 'reloads_total',
      help: 'Attempts to change the configuration, by their result.',
      labels: ['result'],
    });
    this.#log = log;
    this.#onReload = onReload;
    this.#successes = reloads.of('success');
    this.#failures = reloads.of('failure');
  }

  /** `generation` is the one that was made, or that goes on because of the error. */
  add(generation: number, error?: Error): void {
    this.last = { generation, at: new Date(), error };
    (error === undefined ? this.#successes : this.#failures).value++;
    if (error === undefined) this.#log.info({ generation }, 'configuration reloaded');
    else this.#log.error({ err: error, generation }, 'configuration refused, the old one goes on');
    this.#onReload?.(this.last);
  }
}
