import { z } from 'zod';
import { definePlugin, type Logger, Stage } from '../../core/index.ts';
import { type BookListener, IncidentBook } from './incident-book.ts';
import { observeAttempt, observeEnd } from './observe.ts';
import { type Incident, Incidents } from './tokens.ts';

export { type Incident, type IncidentCause, type IncidentList, Incidents } from './tokens.ts';

const checkEveryMs = 1_000;

const options = z.strictObject({
  faults: z
    .array(z.enum(['backend', 'gateway', 'plugin', 'client']))
    .min(1)
    .default(['backend', 'gateway', 'plugin'])
    .describe('Whose failures make incidents.'),
  recoveryMs: z
    .int()
    .min(0)
    .default(10_000)
    .describe('How long a backend must not have failed before a good answer closes its incidents.'),
  quietMs: z
    .int()
    .min(1_000)
    .default(60_000)
    .describe('How long nothing of its kind failed before an incident is closed.'),
  reminderMs: z
    .int()
    .min(1_000)
    .default(300_000)
    .describe('How often an incident in which failures go on is written again, with their number.'),
  maxIncidents: z
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('Incidents that are open at a time, and closed ones that are remembered.'),
});

function fieldsOf({ number, code, upstream, backend, plugin, hook, exchange }: Incident): object {
  return { incident: number, code, upstream, backend, failedPlugin: plugin, hook, exchange };
}

function countsOf(incident: Incident): object {
  const { failures, madeGood, openedAt, closedAt, closedBy } = incident;
  const durationMs = (closedAt ?? new Date()).getTime() - openedAt.getTime();
  return { ...fieldsOf(incident), failures, madeGood, durationMs, closedBy };
}

function writeTo(log: Logger): BookListener {
  return {
    onOpened: (incident) => {
      const [{ message } = { message: incident.code }] = incident.causes;
      log.error({ ...fieldsOf(incident), causes: incident.causes }, `incident: ${message}`);
    },
    onGoingOn: (incident, added) => log.error({ ...countsOf(incident), added }, 'incident goes on'),
    onClosed: (incident) => log.info(countsOf(incident), 'incident is over'),
    onUnkept: (failures) =>
      log.warn({ failures }, 'more incidents than maxIncidents, failures are only counted'),
  };
}

/** A book that is looked after while it lives. */
function openBook(
  log: Logger,
  settings: z.output<typeof options>,
): { book: IncidentBook; close: () => void } {
  const book = new IncidentBook(settings, writeTo(log), Date.now);
  const timer = setInterval(() => book.check(), checkEveryMs).unref();
  const close = (): void => {
    clearInterval(timer);
    book.check();
    book.end();
  };
  return { book, close };
}

export default definePlugin({
  name: 'error-log',
  options,
  setup(gateway, settings) {
    const { book } = gateway.retain(
      JSON.stringify(settings),
      () => openBook(gateway.log, settings),
      ({ close }) => close(),
    );
    gateway.provide(Incidents, book);
    gateway.gauge({ name: 'open_incidents', help: 'Incidents that are open.' }, (gauge) => {
      gauge.of().value = book.openCount;
    });
    const faults = new Set<string>(settings.faults);
    const isFailure = (endedBy: string): boolean => faults.has(endedBy);
    gateway.hooks.onBackendError.tap({ stage: Stage.Observe }, (exchange, { error }) => {
      if (isFailure(error.fault)) observeAttempt(exchange, book);
    });
    gateway.hooks.onComplete.tap({ stage: Stage.Observe }, (exchange) =>
      observeEnd(exchange, book, isFailure),
    );
  },
});
