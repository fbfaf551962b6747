export interface RecentSettings {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** How long a text is remembered; 0 for not at all. */
  readonly forMs: number;
  readonly atMost: number;
}

/** Remembers texts for a while; of too many the oldest is forgotten. */
export class Recent {
  readonly #settings: RecentSettings;
  /** Texts with the time until which they are remembered, oldest first. */
  readonly #untilMs = new Map<string, number>();

  constructor(settings: RecentSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#untilMs.size;
  }

  has(text: string): boolean {
    const untilMs = this.#untilMs.get(text);
    if (untilMs === undefined) return false;
    if (this.#settings.now() < untilMs) return true;
    this.#untilMs.delete(text);
    return false;
  }

  add(text: string): void {
    const { now, forMs, atMost } = this.#settings;
    if (forMs === 0) return;
    this.#untilMs.delete(text);
    if (this.#untilMs.size >= atMost) this.#untilMs.delete(this.#untilMs.keys().next().value!);
    this.#untilMs.set(text, now() + forMs);
  }

  clear(): void {
    this.#untilMs.clear();
  }
}
