import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from 'node:perf_hooks';
import { durations, type Family } from './family.ts';
import { Histogram } from './histogram.ts';

const bounds = Float64Array.of(1, 10, 100, 1_000, 2_000, 5_000);

const kinds: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** How long garbage collections take. */
export class GarbageCollections {
  readonly #byKind = new Map<number, Histogram>(
    [...kinds.keys()].map((kind) => [kind, new Histogram(bounds)]),
  );
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as unknown as { readonly detail: NodeGCPerformanceDetail };
      this.#byKind.get(detail.kind)?.observe(entry.duration);
    }
  });

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#observer.disconnect();
  }

  families(): Family[] {
    const rows = [...this.#byKind].map(
      ([kind, histogram]) => [{ kind: kinds.get(kind)! }, histogram] as const,
    );
    return [durations('nodejs_gc_duration_seconds', 'Duration of garbage collections by kind.', rows)];
  }
}
