import type { RouteCondition, RouteVerdict, TrailEffect } from '../../core/index.ts';

const longestText = 512;

/** Fields whose values are for the two ends of a connection only. */
const alwaysHidden = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
];

/** One for all that a backend may take for the same name. */
const spellingOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/** What must not get into records, and texts that are too long for them. */
export class Redaction {
  readonly #hidden: ReadonlySet<string>;
  readonly #showsQuery: boolean;

  constructor(names: readonly string[], showsQuery: boolean) {
    this.#hidden = new Set([...alwaysHidden, ...names].map(spellingOf));
    this.#showsQuery = showsQuery;
  }

  /** A request target or path. */
  target(text: string): string {
    const mark = this.#showsQuery ? -1 : text.indexOf('?');
    return shortened(mark < 0 ? text : `${text.slice(0, mark)}?***`);
  }

  effect(effect: TrailEffect): TrailEffect {
    switch (effect.kind) {
      case 'field':
        return {
          ...effect,
          before: this.#values(effect.name, effect.before),
          after: this.#values(effect.name, effect.after),
        };
      case 'value': {
        const isHidden = effect.name === 'query' && !this.#showsQuery;
        return { ...effect, before: cut(effect.before, isHidden), after: cut(effect.after, isHidden) };
      }
      case 'failed':
      case 'refused':
        return { ...effect, reason: shortened(effect.reason) };
      case 'answered':
      case 'body':
      case 'candidates':
      case 'retried':
      case 'slot':
        return effect;
    }
  }

  verdict(verdict: RouteVerdict): RouteVerdict {
    return { ...verdict, conditions: verdict.conditions.map((condition) => this.#condition(condition)) };
  }

  #condition(condition: RouteCondition): RouteCondition {
    const { kind, name = '', expected, actual } = condition;
    const isHidden =
      (kind === 'header' && this.#hidden.has(spellingOf(name))) || (kind === 'query' && !this.#showsQuery);
    return { ...condition, expected: cut(expected, isHidden), actual: cut(actual, isHidden) };
  }

  #values(name: string, values: readonly string[]): string[] {
    const isHidden = this.#hidden.has(spellingOf(name));
    return values.map((value) => cut(value, isHidden));
  }
}

function cut(text: string, isHidden: boolean): string;
function cut(text: string | undefined, isHidden: boolean): string | undefined;
function cut(text: string | undefined, isHidden: boolean): string | undefined {
  if (text === undefined) return undefined;
  return isHidden ? '***' : shortened(text);
}

function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}...`;
}
