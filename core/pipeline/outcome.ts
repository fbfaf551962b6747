import type { Outcome } from './exchange.ts';
import type { LiveExchange } from './live-exchange.ts';

const relayed: Outcome = Object.freeze({
  endedBy: undefined,
  phase: 'done',
  code: undefined,
  plugin: undefined,
  hook: undefined,
});

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
      error,
    };
  }
  if (answeredBy !== undefined) return { endedBy: undefined, phase, ...answeredBy };
  return phase === 'done' ? relayed : { ...relayed, phase };
}
