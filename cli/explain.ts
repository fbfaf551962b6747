import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { loadConfig } from '../config/index.ts';
import { type Explanation, explainRequest } from '../core/index.ts';
import { formatExplanation } from './format-explanation.ts';
import type { ConfigOptions } from './options.ts';
import { colors, print } from './print.ts';

export interface ExplainCommandOptions extends ConfigOptions {
  readonly header: readonly (readonly [name: string, value: string])[];
  readonly data?: string;
  readonly client?: string;
  readonly response?: number;
  readonly wait?: number;
  readonly json?: boolean;
}

const exitCodes = { fine: 0, answeredWithError: 2, undecided: 3 };

/** Adds one `name: value` as it was given to `-H`. */
export function collectField(
  text: string,
  fields: readonly (readonly [string, string])[],
): (readonly [string, string])[] {
  const colon = text.indexOf(':');
  if (colon <= 0 || /[\r\n\0]/.test(text))
    throw new InvalidArgumentError('a header field is written as "name: value".');
  return [...fields, [text.slice(0, colon), text.slice(colon + 1).trim()]];
}

/** Takes a whole number between two bounds. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`expected a whole number from ${from} to ${to}.`);
  };
}

/** Takes a URL that says how and where to. */
export function absoluteUrl(text: string): string {
  if (/^https?:\/\/[^/?#\s]/i.test(text)) return text;
  throw new InvalidArgumentError('it must be absolute, such as https://api.example.com/v1.');
}

export function ipAddress(text: string): string {
  if (isIP(text) === 0) throw new InvalidArgumentError('this is not an IP address.');
  return text;
}

/** Takes a method, in capitals as it is meant. */
export function methodName(text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(text)) throw new InvalidArgumentError('this is not a method.');
  return text.toUpperCase();
}

function exitCodeOf({ outcome, answer }: Explanation): number {
  if (outcome === 'waiting') return exitCodes.undecided;
  if (outcome === 'refused') return exitCodes.answeredWithError;
  const isError = answer !== undefined && answer.source === 'gateway' && answer.status >= 400;
  return isError ? exitCodes.answeredWithError : exitCodes.fine;
}

/** `hookway explain`: says what a request would meet with, without sending it. */
export async function explain(method: string, url: string, options: ExplainCommandOptions): Promise<number> {
  const { config } = await loadConfig({ file: options.config });
  const explanation = await explainRequest(config, {
    method,
    url,
    fields: options.header,
    body: options.data === undefined ? undefined : Buffer.from(options.data),
    client: options.client,
    responseStatus: options.response,
    waitMs: options.wait,
  });
  await print(
    options.json === true
      ? JSON.stringify(explanation, undefined, 2)
      : formatExplanation(explanation, colors),
  );
  return exitCodeOf(explanation);
}
