import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Node.js opens no datagram sockets in the file system, hence the command of systemd. */
async function systemdNotify(assignments: readonly string[]): Promise<void> {
  await run('systemd-notify', assignments, { timeout: 10_000 });
}

/** One line of status text. */
const statusOf = (text: string): string => `STATUS=${text.replaceAll(/\s+/g, ' ').slice(0, 500)}`;

/**
 * Tells systemd how the process stands, where it asks to be told (`Type=notify`, `NotifyAccess=all`); elsewhere
 * nothing. Messages arrive in the order of the calls, which do not wait for them.
 */
export class ServiceManager {
  readonly #onFailure: (error: unknown) => void;
  readonly #isListening = (process.env['NOTIFY_SOCKET'] ?? '') !== '';
  #sent: Promise<void> = Promise.resolve();

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** It serves, as that text says. */
  ready(status: string): void {
    void this.#send('READY=1', statusOf(status));
  }

  /** It loads its configuration anew; `ready` ends that. */
  reloading(): void {
    // Type=notify-reload tells by the clock which of its signals this answers
    void this.#send(
      'RELOADING=1',
      `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`,
      statusOf('reloading'),
    );
  }

  /** It drains, and is not to be killed before so many milliseconds are over. Resolves when that is told. */
  stopping(withinMs: number): Promise<void> {
    return this.#send('STOPPING=1', `EXTEND_TIMEOUT_USEC=${withinMs * 1000}`, statusOf('draining'));
  }

  #send(...assignments: string[]): Promise<void> {
    if (this.#isListening)
      this.#sent = this.#sent.then(() => systemdNotify(assignments)).catch(this.#onFailure);
    return this.#sent;
  }
}
