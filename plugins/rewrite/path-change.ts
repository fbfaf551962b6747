import type { Options } from './options.ts';
import { PathPrefix, replacePrefix, withOneSlash } from './prefix.ts';
import { createSubstitution } from './substitution.ts';

/** A path with its query. */
interface Target {
  path: string;
  query: string | undefined;
}

/** Changes the target; true when it did. */
export type TargetChange = (target: Target) => boolean;

function joined(made: string, given: string | undefined): string {
  return given === undefined || given === '' ? made : `${made}&${given}`;
}

function byPrefix(pairs: Readonly<Record<string, string>>): TargetChange {
  const known = Object.entries(pairs)
    .map(([from, to]) => ({ from: new PathPrefix(from), to: new PathPrefix(to).text }))
    .sort((a, b) => b.from.text.length - a.from.text.length);
  return (target) => {
    for (const { from, to } of known) {
      const path = replacePrefix(target.path, from, to);
      if (path === undefined) continue;
      target.path = path;
      return true;
    }
    return false;
  };
}

function byPattern(rules: Options['regex']): TargetChange {
  const substitutions = rules.map(({ pattern, replacement }) =>
    createSubstitution(new RegExp(pattern, 'u'), replacement),
  );
  return (target) => {
    for (const substitute of substitutions) {
      const made = substitute(target.path);
      if (made === undefined) continue;
      target.path = withOneSlash(made.path);
      if (made.query !== undefined) target.query = joined(made.query, target.query);
      return true;
    }
    return false;
  };
}

/** What is done to paths, in this order: strip, replace, patterns, add. */
export function createPathChanges({
  stripPrefix,
  replacePrefix: pairs,
  regex,
  addPrefix,
}: Options): TargetChange[] {
  const changes: TargetChange[] = [];
  if (stripPrefix !== undefined) changes.push(byPrefix({ [stripPrefix]: '/' }));
  if (Object.keys(pairs).length > 0) changes.push(byPrefix(pairs));
  if (regex.length > 0) changes.push(byPattern(regex));
  if (addPrefix !== undefined) {
    const added = new PathPrefix(addPrefix).text;
    changes.push((target) => {
      target.path = added + withOneSlash(target.path);
      return true;
    });
  }
  return changes;
}
