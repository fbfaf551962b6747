import type { HookName } from '../../pipeline/hooks.ts';
import type { RouteVerdict } from '../../pipeline/route-verdict.ts';
import type { TrailStep } from '../../pipeline/trail.ts';

/** A request that would have gone to a backend. */
export interface SentRequest {
  readonly upstream: string;
  readonly backend: string;
  readonly url: string;
  /** Request line and field lines, exactly as they would be sent. */
  readonly head: readonly string[];
  readonly bodyBytes: number;
}

/** What the client would get. */
export interface FinalAnswer {
  readonly status: number;
  /** `backend` only for a simulated answer that was taken. */
  readonly source: 'backend' | 'gateway';
  /** Status line and field lines. */
  readonly head: readonly string[];
  readonly bodyBytes: number;
  /** The body, when it is a short text. */
  readonly body: string | undefined;
  /** Why it is not a backend's answer. */
  readonly code: string | undefined;
  /** Plugin and hook that gave it, or failed; undefined for an answer of the gateway itself. */
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
}

/** What a request would meet with. */
export interface Explanation {
  readonly method: string;
  readonly url: string;
  readonly client: string;
  readonly isEncrypted: boolean;
  /**
   * `sent`: it would go to a backend; `answered`: see `answer`; `refused`: a plugin closes the connection;
   * `waiting`: a plugin, or the gateway, still waited when time was up.
   */
  readonly outcome: 'sent' | 'answered' | 'refused' | 'waiting';
  /** The nearest routes, the one that was taken first; none when the request was refused before it was routed. */
  readonly routes: readonly RouteVerdict[];
  /** Names of the backends of the upstream it goes to, before plugins narrow them. */
  readonly candidates: readonly string[];
  /** Handlers in the order in which they ran. */
  readonly steps: readonly TrailStep[];
  /** One for each attempt. */
  readonly sent: readonly SentRequest[];
  readonly answer: FinalAnswer | undefined;
  /** Hooks with plugins that were not asked, and why. */
  readonly notAsked: readonly {
    readonly hook: HookName;
    readonly plugins: readonly string[];
    readonly reason: 'no-answer-of-a-backend' | 'nothing-is-logged-or-counted';
  }[];
}
