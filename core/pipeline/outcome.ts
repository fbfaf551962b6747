import type { Outcome } from './exchange.ts';
import type { LiveExchange } from './live-exchange.ts';

/** Who ended the exchange, in which phase, and why. */
export function outcomeOf(exchange: LiveExchange): Outcome {
  const { error, answeredBy, phase } = exchange;
  if (error !== undefined) {
    return {
      endedBy: error.fault,
      phase: exchange.failedPhase ?? phase,
      code: error.code,
      plugin: error.plugin,
      hook: error.hook,
    };
  }
  if (answeredBy !== undefined) return { endedBy: undefined, phase, ...answeredBy };
  return { endedBy: undefined, phase, code: undefined, plugin: undefined, hook: undefined };
}
