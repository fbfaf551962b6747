import type { Exchange } from '../../core/index.ts';
import { codeIndex, codes, methodIndex, methods } from './classes.ts';
import { Histogram } from './histogram.ts';

export interface ExchangeLabels {
  readonly route: string;
  readonly upstream: string;
  readonly backend: string;
}

/** The exchanges of one route that went to one backend, or to none. */
export class ExchangeCounts {
  readonly labels: ExchangeLabels;
  /** By code, and for each code by method. */
  readonly requests = new Float64Array(codes.length * methods.length);
  /** By code; undefined while there was none of it. */
  readonly durations: (Histogram | undefined)[] = codes.map(() => undefined);
  bytesReceived = 0;
  bytesSent = 0;
  readonly #bounds: Float64Array;

  constructor(labels: ExchangeLabels, bounds: Float64Array) {
    this.labels = labels;
    this.#bounds = bounds;
  }

  count(exchange: Exchange): void {
    const code = codeIndex(exchange);
    const { startedAtMs, completedAtMs } = exchange.timings;
    this.requests[code * methods.length + methodIndex(exchange.inbound.method)]!++;
    (this.durations[code] ??= new Histogram(this.#bounds)).observe(completedAtMs - startedAtMs);
    this.bytesReceived += exchange.bodyBytesReceived;
    this.bytesSent += exchange.bodyBytesSent;
  }
}
