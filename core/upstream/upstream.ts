import type { UpstreamLimits } from '../limits.ts';
import type { Backend } from './backend.ts';

/** A named set of backends that serve the same. */
export class Upstream {
  readonly name: string;
  readonly backends: readonly Backend[];
  /** The backends that exchanges may choose from: those that are not draining, `backends` itself when none is. */
  readonly candidates: readonly Backend[];
  readonly limits: UpstreamLimits;
  /** The Host to send: the client's when undefined, each backend's own for `backend`, or this text. */
  readonly host: string | undefined;

  constructor(name: string, backends: readonly Backend[], limits: UpstreamLimits, host: string | undefined) {
    this.name = name;
    this.backends = backends;
    const candidates = backends.filter(({ isDraining }) => !isDraining);
    this.candidates = candidates.length === backends.length ? backends : candidates;
    this.limits = limits;
    this.host = host;
  }
}
