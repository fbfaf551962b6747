import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { counter, type Family, gauge, single } from './family.ts';

const resolutionMs = 20;
/** So that a second reader, soon after the first, does not find nothing. */
const shortestWindowMs = 10_000;

/** How late timers run, since the last reading. */
export class EventLoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #sinceMs = performance.now();

  start(): void {
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram.disable();
  }

  families(): Family[] {
    const late = (name: string, help: string, nanoseconds: number): Family =>
      gauge(`hookway_event_loop_delay_${name}_seconds`, help, secondsLate(nanoseconds));
    const families = [
      late('p50', 'How late the median timer runs, since the last reading.', this.#histogram.percentile(50)),
      late('p99', 'How late 1 of 100 timers runs, since the last reading.', this.#histogram.percentile(99)),
      late('max', 'How late the latest timer ran, since the last reading.', this.#histogram.max),
    ];
    this.#beginWindow();
    return families;
  }

  #beginWindow(): void {
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs < shortestWindowMs) return;
    this.#sinceMs = nowMs;
    this.#histogram.reset();
  }
}

/** The histogram has whole intervals; that the first one is still to come is no delay. */
function secondsLate(nanoseconds: number): number {
  return Math.max(0, nanoseconds - resolutionMs * 1e6) / 1e9;
}

export function eventLoopTime(): Family[] {
  const { active, idle } = performance.eventLoopUtilization();
  return [
    counter(
      'hookway_event_loop_active_seconds_total',
      'Time that the event loop worked.',
      single(active / 1000),
    ),
    counter('hookway_event_loop_idle_seconds_total', 'Time that the event loop waited.', single(idle / 1000)),
  ];
}
