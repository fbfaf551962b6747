import type { AttemptRecord, Exchange } from '../../core/index.ts';
import type { Failure, IncidentBook } from './incident-book.ts';

function failedAttempt(exchange: Exchange, { backend, error }: AttemptRecord): Failure {
  return {
    code: error!.code,
    upstream: exchange.upstream?.name,
    backend: backend.name,
    plugin: error!.plugin,
    hook: error!.hook,
    error,
    exchange: exchange.id,
  };
}

/** A failure that is not that of an attempt: before one, between them, or after its response head. */
function failedExchange(exchange: Exchange): Failure {
  const { code, plugin, hook, error, endedBy } = exchange.outcome!;
  const isOfBackend = endedBy === 'backend' || code === 'queue_full' || code === 'queue_timeout';
  return {
    code: code!,
    upstream: exchange.upstream?.name,
    backend: isOfBackend ? exchange.backend?.name : undefined,
    plugin,
    hook,
    error,
    exchange: exchange.id,
  };
}

/** An answer after which a backend counts as well: it came, and does not say that the server failed. */
const isGood = ({ status, error }: AttemptRecord): boolean =>
  error === undefined && status !== undefined && status < 500;

/** The last attempt of an exchange has just failed. */
export function observeAttempt(exchange: Exchange, book: IncidentBook): void {
  const last = exchange.attempts[exchange.attempts.length - 1];
  if (last?.error !== undefined) book.fail(failedAttempt(exchange, last));
}

/** An exchange is over; `isFailure` says of which ends the book is to know. */
export function observeEnd(
  exchange: Exchange,
  book: IncidentBook,
  isFailure: (endedBy: string) => boolean,
): void {
  const { attempts, outcome } = exchange;
  const { endedBy, error } = outcome!;
  const last = attempts[attempts.length - 1];
  if (endedBy !== undefined && isFailure(endedBy) && error !== last?.error)
    book.fail(failedExchange(exchange));
  if (endedBy !== undefined || last === undefined || !isGood(last)) return;
  for (const attempt of attempts) {
    if (attempt.error !== undefined) book.makeGood(failedAttempt(exchange, attempt));
  }
  if (book.openCount > 0) book.answeredWell(exchange.upstream?.name, last.backend.name);
}
