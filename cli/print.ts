import pc from 'picocolors';
import { ConfigurationError } from '../core/index.ts';

const isColored = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && pc.isColorSupported;

/** Colors for standard output, none when it is not a terminal. */
export const colors = pc.createColors(isColored(process.stdout));

const errorColors = pc.createColors(isColored(process.stderr));

/** Writes text and a line feed; resolves when it is out. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}

function printError(line: string): void {
  process.stderr.write(`${errorColors.red('hookway:')} ${line}\n`);
}

const listenFailures: Record<string, string> = {
  EADDRINUSE: 'the address is in use',
  EADDRNOTAVAIL: 'this machine does not have the address',
  EACCES: 'permission denied',
  ENOTFOUND: 'the host name is unknown',
};

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

function listenFailure(error: ListenError): string | undefined {
  const reason = listenFailures[error.code ?? ''];
  if (reason === undefined) return undefined;
  const host = error.address ?? error.hostname ?? '';
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const address = error.port === undefined ? shownHost : `${shownHost}:${error.port}`;
  return `cannot listen on ${address}: ${reason}`;
}

/** Says on standard error why a command failed: one line for each problem, a stack trace only for a bug. */
export function printFailure(error: unknown): void {
  if (error instanceof ConfigurationError) for (const line of error.message.split('\n')) printError(line);
  else if (error instanceof Error) printError(listenFailure(error) ?? error.stack ?? error.message);
  else printError(String(error));
}

/** Says on standard error what is wrong with the arguments, in the form of the other failures. */
export function printUsageError(message: string): void {
  printError(message.replace(/^error: /, '').trim());
}
