import type { Exchange } from '../../core/index.ts';
import type { Measures } from './measures.ts';
import { statusOf } from './termination.ts';

/** Exchanges that no line is written for: those that fit all that is given. */
export interface SkipRule {
  readonly paths?: readonly string[] | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly statuses?: readonly (number | string)[] | undefined;
  readonly routes?: readonly string[] | undefined;
}

export interface Sampling {
  /** From 0 to 1. */
  readonly share: number;
  /** From this status on an exchange is written in any case. */
  readonly errorStatus: number;
}

type Test = (exchange: Exchange) => boolean;

/** Whether there is to be a line; asked when an exchange is over. */
export type Keeps = (exchange: Exchange, measures: Measures) => boolean;

const classOf = /^([1-5])xx$/i;

/** First and last status of `404` or `"4xx"`; undefined when it is none of these. */
export function statusRange(text: number | string): readonly [first: number, last: number] | undefined {
  const hundreds = classOf.exec(String(text))?.[1];
  if (hundreds !== undefined) return [Number(hundreds) * 100, Number(hundreds) * 100 + 99];
  return /^[1-5]\d\d$/.test(String(text)) ? [Number(text), Number(text)] : undefined;
}

/** `/a` and all below for `/a/*`, as routes have it. */
function pathTest(pattern: string): (path: string) => boolean {
  if (!pattern.endsWith('/*')) return (path) => path === pattern;
  const prefix = pattern.slice(0, -1);
  const alone = pattern.slice(0, -2);
  return (path) => path.startsWith(prefix) || path === alone;
}

function testsOf({ paths, methods, statuses, routes }: SkipRule): Test[] {
  const tests: Test[] = [];
  const fits = paths?.map(pathTest);
  const ranges = statuses?.map((status) => statusRange(status)!);
  if (fits !== undefined) tests.push(({ inbound }) => fits.some((test) => test(inbound.routingPath)));
  if (methods !== undefined) tests.push(({ inbound }) => methods.includes(inbound.method));
  if (routes !== undefined)
    tests.push(({ route }) => route?.name !== undefined && routes.includes(route.name));
  if (ranges !== undefined) {
    tests.push((exchange) => {
      const status = statusOf(exchange);
      return status !== undefined && ranges.some(([first, last]) => first <= status && status <= last);
    });
  }
  return tests;
}

/** Whether an exchange fits one of the rules; undefined when there are none. */
function skipTest(rules: readonly SkipRule[]): Test | undefined {
  if (rules.length === 0) return undefined;
  const all = rules.map(testsOf);
  return (exchange) => all.some((tests) => tests.every((test) => test(exchange)));
}

/** The choice that the rules and the sampling make; undefined when there is a line for each. */
export function keepsOf(
  rules: readonly SkipRule[],
  { share, errorStatus }: Sampling,
  random: () => number,
): Keeps | undefined {
  const isSkipped = skipTest(rules);
  const isError: Test = (exchange) =>
    exchange.outcome?.endedBy !== undefined || (statusOf(exchange) ?? 0) >= errorStatus;
  if (share >= 1) return isSkipped && ((exchange) => !isSkipped(exchange));
  return (exchange, measures) =>
    isSkipped?.(exchange) !== true && (measures.isSlow || isError(exchange) || random() < share);
}
