import type { RouteCondition, RouteVerdict, TrailEffect, TrailStep } from '../core/index.ts';

/** Control characters of whatever a request or a plugin brought must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function fieldText({ message, name, before, after }: Extract<TrailEffect, { kind: 'field' }>): string {
  if (after.length === 0) return `removed ${message} field ${name}`;
  const value = after.join(', ');
  if (before.length === 0) return `added ${message} field ${name}: ${value}`;
  const isAppended = before.every((each, index) => each === after[index]);
  if (isAppended) return `added ${message} field ${name}: ${after.slice(before.length).join(', ')}`;
  return `set ${message} field ${name}: ${before.join(', ')} -> ${value}`;
}

/** What a plugin did, in a few words. */
export function effectText(effect: TrailEffect): string {
  switch (effect.kind) {
    case 'field':
      return fieldText(effect);
    case 'value':
      return effect.before === undefined
        ? `set ${effect.name}: ${effect.after}`
        : `set ${effect.name}: ${effect.before} -> ${effect.after ?? 'none'}`;
    case 'slot':
      return `set slot ${effect.name}`;
    case 'body':
      return `${effect.change} the ${effect.message} body`;
    case 'candidates':
      return `candidates ${list(effect.before)} -> ${list(effect.after)}`;
    case 'answered':
      return `answered ${effect.status} ${effect.code}`;
    case 'refused':
      return `refused the connection: ${effect.reason}`;
    case 'retried':
      return 'asked for another attempt';
    case 'failed':
      return `failed: ${effect.reason} (${effect.code})`;
  }
}

/** What one handler did, a line for each effect. */
export function stepTexts({ isSkipped, tookMs, effects }: TrailStep): string[] {
  if (tookMs === undefined) return ['still waiting when time was up'];
  if (isSkipped) return ['not asked: the request is not of its routes, or was over'];
  return effects.length === 0 ? ['nothing'] : effects.map(effectText);
}

function conditionText({ kind, name, expected, actual, holds }: RouteCondition): string {
  const subject = name === undefined ? kind : `${kind} ${name}`;
  return holds ? `${subject} ${expected}` : `${subject} is ${actual ?? 'missing'}, expected ${expected}`;
}

const precedence = {
  host: 'a more specific host',
  path: 'a more specific path',
  method: 'a condition on the method',
  header: 'more conditions on header fields',
  query: 'more conditions on the query',
  order: 'an earlier place in the configuration',
};

/** Why a route was taken or not: what holds of a taken one, what fails of the others. */
export function verdictText({ isTaken, conditions, precededBy }: RouteVerdict): string {
  if (precededBy !== undefined) return `matches too, but the one taken has ${precedence[precededBy]}`;
  const told = isTaken ? conditions : conditions.filter(({ holds }) => !holds);
  return told.length === 0 ? 'takes every request' : told.map(conditionText).join(', ');
}
