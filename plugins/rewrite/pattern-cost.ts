import { type Group, type Node, parsePattern } from './pattern-syntax.ts';

type Sequence = readonly Node[];

/** Characters with which the sequence may begin; those of what follows where it may be empty. */
function firstOf(sequence: Sequence, follow: bigint): bigint {
  let first = follow;
  for (const node of sequence.toReversed()) first = firstOfNode(node, first);
  return first;
}

function firstOfNode(node: Node, follow: bigint): bigint {
  if (node.kind === 'start') return follow;
  if (node.kind === 'set') return node.set;
  if (node.kind === 'repeat') return firstOfNode(node.body, follow) | (node.min === 0 ? follow : 0n);
  return node.branches.reduce((first, branch) => first | firstOf(branch, follow), 0n);
}

/** Two ways of which the next character does not say which one to go. */
function areAlike(one: bigint, other: bigint): boolean {
  return (one & other) !== 0n;
}

/** In how many ways a sequence can match a text of that length, where `follow` may come next. */
function waysOf(sequence: Sequence, follow: bigint, length: number): number {
  let ways = 1;
  let next = follow;
  for (const node of sequence.toReversed()) {
    ways *= waysOfNode(node, next, length);
    next = firstOfNode(node, next);
  }
  return ways;
}

function waysOfNode(node: Node, follow: bigint, length: number): number {
  if (node.kind === 'set' || node.kind === 'start') return 1;
  return node.kind === 'group' ? waysOfGroup(node, follow, length) : waysOfRepeat(node, follow, length);
}

function waysOfGroup({ branches }: Group, follow: bigint, length: number): number {
  const ways = branches.map((branch) => waysOf(branch, follow, length));
  const firsts = branches.map((branch) => firstOf(branch, follow));
  const isClear = firsts.every((first, at) => !firsts.slice(at + 1).some((other) => areAlike(first, other)));
  return isClear ? Math.max(...ways) : ways.reduce((sum, each) => sum + each, 0);
}

function waysOfRepeat(node: Extract<Node, { kind: 'repeat' }>, follow: bigint, length: number): number {
  const { body, min, max } = node;
  const first = firstOfNode(body, 0n);
  const once = waysOfNode(body, max > 1 ? first | follow : follow, length);
  const inner = once === 1 ? 1 : once ** max; // 1 ** Infinity is NaN
  const counts = max === min || !areAlike(first, follow) ? 1 : Math.min(max - min + 1, length);
  return inner * counts;
}

function isAnchored({ branches }: Group): boolean {
  return branches.every(
    ([first]) => first?.kind === 'start' || (first?.kind === 'group' && isAnchored(first)),
  );
}

/**
 * A bound of the steps that a backtracking matcher takes for a text of that length: the ways that it may have to try,
 * each of them as long as the text. Infinity where the ways grow exponentially.
 */
export function worstCaseSteps(pattern: Group, length: number): number {
  const starts = isAnchored(pattern) ? 1 : length;
  return waysOfGroup(pattern, 0n, length) * starts * length;
}

/** About 10 ms. */
const maxSteps = 2 ** 24;

/**
 * Whether a text of that length may keep a matcher of the pattern busy.
 * @throws Error for a pattern that is not supported, or is none.
 */
export function mayTakeLong(source: string, length: number): boolean {
  return worstCaseSteps(parsePattern(source), length) > maxSteps;
}
