import { Service } from '../../core/index.ts';

/** How the writing of one access log goes. */
export interface AccessLogState {
  /** Path of its file, or `standard output`. */
  readonly file: string;
  /** Lines that were taken to be written since it was opened. */
  readonly lines: number;
  /** Lines that were dropped since the gateway started: the disk was full, or a reader slow or gone. */
  readonly droppedLines: number;
  /** Bytes that wait to be written. */
  readonly bufferedBytes: number;
  readonly isFailing: boolean;
}

/** The access logs of this configuration, in the order of the list of plugins. */
export interface AccessLogList {
  readonly logs: readonly AccessLogState[];
}

export const AccessLogs = new Service<AccessLogList>('access-logs');
