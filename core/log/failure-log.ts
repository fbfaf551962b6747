import type { Logger } from './logger.ts';

/** What failed: an error, with who failed and where. */
export interface FailureFields {
  readonly err: unknown;
  readonly plugin?: string | undefined;
  readonly hook?: string | undefined;
  readonly code?: string | undefined;
  readonly [key: string]: unknown;
}

interface Repetition {
  readonly timer: NodeJS.Timeout;
  fields: FailureFields;
  message: string;
  count: number;
}

/** Kinds that are told apart; beyond, all are one. */
const mostKinds = 100;

/**
 * Failures that may come with every request: the first of a kind is written at level `error`, how many followed and the
 * last of them at most once in `intervalMs`. Each one is written at level `debug`.
 */
export class FailureLog {
  readonly #log: Logger;
  readonly #intervalMs: number;
  readonly #kinds = new Map<string, Repetition>();

  constructor(log: Logger, intervalMs = 10_000) {
    this.#log = log;
    this.#intervalMs = intervalMs;
  }

  report(fields: FailureFields, message: string): void {
    const kind = this.#kindOf(fields);
    const known = this.#kinds.get(kind);
    if (known === undefined) {
      this.#log.error(fields, message);
      this.#watch(kind, fields, message);
      return;
    }
    this.#log.debug(fields, message);
    known.count++;
    known.fields = fields;
    known.message = message;
  }

  /** Writes what was counted and not written yet. */
  close(): void {
    for (const repetition of this.#kinds.values()) {
      clearTimeout(repetition.timer);
      this.#writeCount(repetition);
    }
    this.#kinds.clear();
  }

  #kindOf({ plugin, hook, code }: FailureFields): string {
    const kind = `${plugin} ${hook} ${code}`;
    return this.#kinds.has(kind) || this.#kinds.size < mostKinds ? kind : 'other';
  }

  #watch(kind: string, fields: FailureFields, message: string): void {
    const timer = setTimeout(() => this.#onInterval(kind), this.#intervalMs).unref();
    this.#kinds.set(kind, { timer, fields, message, count: 0 });
  }

  /** Forgets a kind that did not come again: the next one is a first. */
  #onInterval(kind: string): void {
    const repetition = this.#kinds.get(kind)!;
    this.#kinds.delete(kind);
    if (repetition.count === 0) return;
    this.#writeCount(repetition);
    this.#watch(kind, repetition.fields, repetition.message);
  }

  #writeCount({ count, fields, message }: Repetition): void {
    if (count > 0) this.#log.error({ ...fields, repeated: count }, message);
  }
}
