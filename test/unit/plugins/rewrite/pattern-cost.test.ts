import fc from 'fast-check';
import { expect, test } from 'vitest';
import { worstCaseSteps } from '../../../../plugins/rewrite/pattern-cost.ts';
import { endOfText, type Node, parsePattern } from '../../../../plugins/rewrite/pattern-syntax.ts';

const length = 1_000;
const degreeOf = (pattern: string): number =>
  Math.log(worstCaseSteps(parsePattern(pattern), length)) / Math.log(length);

test.each([
  '^/old/(.*)$',
  '^/([^/]+)/([^/]+)/([^/]+)$',
  '^/(?:a|b|c)/[0-9]{1,5}$',
  '^/(?<year>\\d{4})/(?<month>\\d\\d)',
  '^(?:/[a-z]+)*$',
  '^/(?:en|de)?/x',
  '^/[\\w\\-.]*/$',
  '^/a{2,}b',
])('%s takes linear time', (pattern) => {
  expect(degreeOf(pattern)).toBeCloseTo(1);
});

test.each(['\\.html$', '^/(.*)/(.*)$', '^.*\\.php', 'x+$'])('%s takes quadratic time at most', (pattern) => {
  expect(degreeOf(pattern)).toBeCloseTo(2);
});

test.each([
  '(a+)+$',
  '^(a+)+$',
  '^(a*)*$',
  '^(a|aa)+$',
  '^(a|a)*$',
  '^(.*)*$',
  '^(?:a?){50}a{50}$',
  '^(a|ab)(c|bcd)(d*)*$',
  '^([a-z]+)*x',
  '^(?:.*,){20}x$',
  '(.*)(.*)(.*)x',
  '^(.*)-(.*)-(.*)-x$',
  '^(|a)+$',
])('%s may take longer', (pattern) => {
  expect(degreeOf(pattern)).toBeGreaterThan(2.9);
});

/** Counts the steps of a matcher that tries one way after the other, as the one of JavaScript does. */
function stepsOf(pattern: Node, text: string): number {
  let steps = 0;
  type Next = (at: number) => boolean;
  const run = (node: Node, at: number, next: Next): boolean => {
    steps++;
    if (node.kind === 'start') return at === 0 && next(at);
    if (node.kind === 'set') {
      if (node.set === endOfText) return at === text.length && next(at);
      return at < text.length && ((node.set >> BigInt(text.charCodeAt(at))) & 1n) === 1n && next(at + 1);
    }
    if (node.kind === 'group') return node.branches.some((branch) => sequence(branch, 0, at, next));
    return repeated(node, 0, at, next);
  };
  const sequence = (nodes: readonly Node[], index: number, at: number, next: Next): boolean =>
    index === nodes.length
      ? next(at)
      : run(nodes[index]!, at, (then) => sequence(nodes, index + 1, then, next));
  const repeated = (
    node: Extract<Node, { kind: 'repeat' }>,
    count: number,
    at: number,
    next: Next,
  ): boolean => {
    const again = (then: number): boolean =>
      (then > at || count < node.min) && repeated(node, count + 1, then, next);
    return (count < node.max && run(node.body, at, again)) || (count >= node.min && next(at));
  };
  for (let start = 0; start <= text.length; start++) if (run(pattern, start, () => true)) break;
  return steps;
}

const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.');
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: 'small' },
    atom,
    fc.tuple(atom, fc.constantFrom('*', '+', '?', '{1,3}', '{2}', '*?')).map((parts) => parts.join('')),
    fc
      .tuple(tie('pattern'), fc.constantFrom('', '*', '+', '?', '{0,2}'))
      .map(([inner, quantifier]) => `(?:${inner})${quantifier}`),
  ),
  pattern: fc
    .tuple(fc.array(fc.array(tie('piece'), { maxLength: 3 }), { minLength: 1, maxLength: 2 }), fc.boolean())
    .map(([branches, isWhole]) => {
      const inner = branches.map((pieces) => pieces.join('')).join('|');
      return isWhole ? `^(?:${inner})$` : inner;
    }),
}));

test('no text takes more steps than was foreseen', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 }).map((all) => all.join(''));
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      const parsed = parsePattern(source);
      const bound = worstCaseSteps(parsed, subject.length + 1);
      fc.pre(bound < 100_000);
      expect(stepsOf(parsed, subject)).toBeLessThanOrEqual(bound * (source.length + 1) * 4);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['(?=a)', 'lookahead and lookbehind are not supported'],
  ['(?<!a)', 'lookahead and lookbehind are not supported'],
  ['(a)\\1', '\\1 is not supported'],
  ['(?<n>a)\\k<n>', '\\k is not supported'],
  ['\\bx', '\\b is not supported'],
  ['a{', 'Invalid regular expression: /a{/u: Incomplete quantifier'],
  ['(', 'Invalid regular expression: /(/u: Unterminated group'],
])('%s is refused', (source, complaint) => {
  expect(() => parsePattern(source)).toThrow(complaint);
});
