/** One condition of a route, held against one request. */
export interface RouteCondition {
  readonly kind: 'host' | 'path' | 'method' | 'header' | 'query';
  /** Name of the header field or query parameter; undefined for the other kinds. */
  readonly name: string | undefined;
  /** As the configuration has it. */
  readonly expected: string;
  /** What the request has; undefined for nothing. */
  readonly actual: string | undefined;
  readonly holds: boolean;
}

/** Why a route was taken for a request, or not. */
export interface RouteVerdict {
  /** Its name in the configuration; `routes[2]` when it has none. */
  readonly route: string;
  readonly upstream: string;
  readonly isTaken: boolean;
  /** Empty for a route that takes every request. */
  readonly conditions: readonly RouteCondition[];
  /** When all its conditions hold and another route was taken: in what that one comes first. */
  readonly precededBy: 'host' | 'path' | 'method' | 'header' | 'query' | 'order' | undefined;
}
