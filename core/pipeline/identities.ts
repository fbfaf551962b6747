import type { PluginEntry } from './plugin.ts';

/** An entry of a configuration, and whose retained values are its own. */
export interface IdentifiedEntry {
  readonly entry: PluginEntry;
  /** Unique within a configuration; an entry that continues one of the configuration before has the same. */
  readonly identity: string;
}

/** What entries have in common that may be one and the same; undefined for those it does not compare. */
type Likeness = (entry: PluginEntry) => string | undefined;

const named: Likeness = ({ definition, name }) =>
  name === undefined ? undefined : JSON.stringify([definition.name, name]);

const unnamed =
  (partsOf: (entry: PluginEntry) => unknown[]): Likeness =>
  (entry) =>
    entry.name === undefined ? JSON.stringify([entry.definition.name, ...partsOf(entry)]) : undefined;

const likenesses: readonly Likeness[] = [
  named,
  unnamed(({ scope, options }) => [scope?.routes, textOf(options)]),
  unnamed(({ scope }) => [scope?.routes]),
  unnamed(({ options }) => [textOf(options)]),
];

/** A reload makes new functions and expressions out of the same text. */
function showCode(_key: string, value: unknown): unknown {
  return typeof value === 'function' || value instanceof RegExp ? String(value) : value;
}

/** The same for equal options, and for all that JSON cannot write. */
function textOf(options: unknown): string | undefined {
  try {
    return JSON.stringify(options, showCode);
  } catch {
    return undefined;
  }
}

function takeNext(left: Map<string, string[]>, likeness: string | undefined): string | undefined {
  return likeness === undefined ? undefined : left.get(likeness)?.shift();
}

/** The identities that nobody continues yet, in order, by what their entries are like. */
function groupBy(
  before: readonly IdentifiedEntry[],
  likenessOf: Likeness,
  taken: ReadonlySet<string>,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { entry, identity } of before) {
    const likeness = likenessOf(entry);
    if (likeness === undefined || taken.has(identity)) continue;
    const group = groups.get(likeness);
    if (group === undefined) groups.set(likeness, [identity]);
    else group.push(identity);
  }
  return groups;
}

/** One that also an entry had which was as this one is, should it run on somewhere. */
function newIdentity(entry: PluginEntry, taken: ReadonlySet<string>): string {
  const { definition, name, scope, options } = entry;
  const text = JSON.stringify([definition.name, name, scope?.routes, textOf(options)]);
  let count = 0;
  while (taken.has(`${text}#${count}`)) count++;
  return `${text}#${count}`;
}

/**
 * Finds for each entry the one that it continues: that of its name; or else one without a name that is equal, or limited
 * to the same routes, or has the same options, in this order. Among several that are alike the first is continued first.
 */
export function identify(
  entries: readonly PluginEntry[],
  before: readonly IdentifiedEntry[],
): readonly IdentifiedEntry[] {
  const identities: (string | undefined)[] = entries.map(() => undefined);
  const taken = new Set<string>();
  for (const likenessOf of likenesses) {
    const left = groupBy(before, likenessOf, taken);
    for (const [index, entry] of entries.entries()) {
      identities[index] ??= takeNext(left, likenessOf(entry));
      if (identities[index] !== undefined) taken.add(identities[index]);
    }
  }
  return entries.map((entry, index) => {
    const identity = identities[index] ?? newIdentity(entry, taken);
    taken.add(identity);
    return { entry, identity };
  });
}
