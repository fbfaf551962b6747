/** What the process of the gateway is asked by, and what it answers; counts are by kind and end: `get ok`. */
export type Question = 'port' | 'sample' | 'reload' | 'counts' | 'close';

/** State of the gateway's process, garbage collected. */
export interface Sample {
  readonly heapMb: number;
  readonly rssMb: number;
  /** What keeps its event loop alive, by kind. */
  readonly handles: Readonly<Record<string, number>>;
  readonly openConnections: number;
  readonly activeExchanges: number;
  readonly activeAttempts: number;
  readonly queued: number;
  readonly retiredGenerations: number;
}

export interface GatewayCounts {
  readonly ends: Readonly<Record<string, number>>;
  /** Sum of hookway_requests_total. */
  readonly requestsInMetrics: number;
  readonly reloads: number;
}

export interface Answers {
  readonly port: number;
  readonly sample: Sample;
  readonly reload: true;
  readonly counts: GatewayCounts;
  readonly close: true;
}
