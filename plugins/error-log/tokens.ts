import { Service } from '../../core/index.ts';

/** Why something failed, innermost cause included. */
export interface IncidentCause {
  readonly message: string;
  /** Code of the system or of TLS: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** Failures of one kind that belong together, from the first until they are over. */
export interface Incident {
  /** Counts up from 1. */
  readonly number: number;
  /** Code of the failure. */
  readonly code: string;
  readonly upstream: string | undefined;
  readonly backend: string | undefined;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  /** Of the first failure, outermost first. */
  readonly causes: readonly IncidentCause[];
  /** Identifier of the exchange that failed first. */
  readonly exchange: string;
  readonly openedAt: Date;
  readonly lastAt: Date;
  /** Failures so far, the first one included. */
  readonly failures: number;
  /** Of these, how many were made good by another attempt. */
  readonly madeGood: number;
  /** Undefined while it is open. */
  readonly closedAt: Date | undefined;
  /** Why it was closed: the backend answers well again, nothing failed for a while, or its configuration ends. */
  readonly closedBy: 'recovered' | 'quiet' | 'end' | undefined;
}

export interface IncidentList {
  /** Open ones and those that were closed last, the latest first. */
  readonly recent: readonly Incident[];
}

/** Recent incidents, for who operates the gateway. */
export const Incidents = new Service<IncidentList>('incidents');
