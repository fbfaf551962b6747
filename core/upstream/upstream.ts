import type { UpstreamLimits } from '../limits.ts';
import type { Backend } from './backend.ts';

/** A named set of backends that serve the same. */
export class Upstream {
  readonly name: string;
  readonly backends: readonly Backend[];
  readonly limits: UpstreamLimits;
  /** The Host to send: the client's when undefined, each backend's own for `backend`, or this text. */
  readonly host: string | undefined;

  constructor(name: string, backends: readonly Backend[], limits: UpstreamLimits, host: string | undefined) {
    this.name = name;
    this.backends = backends;
    this.limits = limits;
    this.host = host;
  }

  /** Closes idle connections now and the others when they are done. */
  close(): void {
    for (const backend of this.backends) backend.pool.close();
  }
}
