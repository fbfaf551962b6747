import { type Profiler, Session } from 'node:inspector/promises';

const ours = /\/(?:core|config|pki|plugins)\/(?!.*node_modules)/;

/** Tells which parts of ours ran that had not run before, by V8's own block coverage. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  get size(): number {
    return this.#seen.size;
  }

  /** Number of blocks that ran for the first time since the last call. */
  async takeNew(): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    const before = this.#seen.size;
    for (const script of result) if (ours.test(script.url)) this.#add(script);
    return this.#seen.size - before;
  }

  #add({ url, functions }: Profiler.ScriptCoverage): void {
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        // how often matters a little: once, a few times, many times
        if (count > 0)
          this.#seen.add(`${url}:${startOffset}-${endOffset}:${Math.min(3, Math.floor(Math.log10(count)))}`);
      }
    }
  }
}
