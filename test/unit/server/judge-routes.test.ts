import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveUpstreamLimits } from '../../../core/limits.ts';
import type { InboundRequest } from '../../../core/pipeline/exchange.ts';
import type { RouteVerdict } from '../../../core/pipeline/route-verdict.ts';
import type { RouteConfig } from '../../../core/server/configuration.ts';
import { judgeRoutes } from '../../../core/server/judge-routes.ts';
import { Route } from '../../../core/server/route.ts';
import { Router } from '../../../core/server/router.ts';
import { Upstream } from '../../../core/upstream/upstream.ts';
import { parsedFields } from '../../support/heads.ts';

const upstream = new Upstream('u', [], resolveUpstreamLimits(), undefined);

type Conditions = Omit<RouteConfig, 'upstream'>;

interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly target?: string;
  readonly fields?: readonly string[];
}

function judge(
  conditions: readonly Conditions[],
  { method = 'GET', host = 'a.example', target = '/', fields = [] }: Asked = {},
): RouteVerdict[] {
  const routes = conditions.map((each, at) => new Route({ ...each, upstream: 'u' }, upstream, at));
  const [routingPath = '', query] = target.split('?');
  const request = { method, hostname: host, routingPath, query, fields: parsedFields(...fields) };
  const inbound = request as unknown as InboundRequest;
  return judgeRoutes(routes, inbound, new Router(routes).find(inbound));
}

test('every condition is told with what was expected, what came, and whether it holds', () => {
  const route: Conditions = {
    name: 'api',
    hosts: ['*.example', 'a.example'],
    path: '/v1/*',
    methods: ['GET', 'HEAD'],
    headers: { 'x-a': /^1/ },
    query: { q: 'z' },
  };
  const asked = { host: 'b.example', target: '/v2?q=y', method: 'PUT', fields: ['X-A: 12'] };
  expect(judge([route], asked)).toEqual([
    {
      route: 'api',
      upstream: 'u',
      isTaken: false,
      precededBy: undefined,
      conditions: [
        { kind: 'host', name: undefined, expected: '*.example', actual: 'b.example', holds: true },
        { kind: 'path', name: undefined, expected: '/v1/*', actual: '/v2', holds: false },
        { kind: 'method', name: undefined, expected: 'GET, HEAD', actual: 'PUT', holds: false },
        { kind: 'header', name: 'x-a', expected: '/^1/', actual: '12', holds: true },
        { kind: 'query', name: 'q', expected: 'z', actual: 'y', holds: false },
      ],
    },
  ]);
});

test.each<[RouteVerdict['precededBy'], Conditions, Conditions]>([
  ['host', { hosts: ['*.example'], path: '/p' }, { hosts: ['a.example'] }],
  ['path', { path: '/*', methods: ['GET'] }, { path: '/p' }],
  ['method', { headers: { 'x-a': '1' } }, { methods: ['GET'] }],
  ['header', { query: { q: 'z' } }, { headers: { 'x-a': '1' } }],
  ['query', {}, { query: { q: 'z' } }],
])(
  'a route that matches and is not taken says what the other has more of: %s',
  (precededBy, beaten, taken) => {
    const verdicts = judge([beaten, taken], { target: '/p?q=z', fields: ['x-a: 1'] });
    expect(verdicts).toMatchObject([
      { route: 'routes[1]', isTaken: true, precededBy: undefined },
      { route: 'routes[0]', isTaken: false, precededBy },
    ]);
  },
);

test('of two equal routes the second one says that it comes later', () => {
  expect(judge([{}, {}])).toMatchObject([{ isTaken: true }, { isTaken: false, precededBy: 'order' }]);
});

test.each([
  ['/a/*', '/a', true],
  ['/a/*', '/a/b', true],
  ['/a/*', '/ab', false],
  ['/a', '/a/', false],
  ['/*', '/a', true],
])('the path %s takes whole segments: %s %s', (path, target, holds) => {
  expect(judge([{ path }], { target })).toMatchObject([
    { isTaken: holds, conditions: [{ kind: 'path', holds }] },
  ]);
});

test('CONNECT is not taken by a route that does not name it', () => {
  const [verdict] = judge([{}], { method: 'CONNECT' });
  expect(verdict).toMatchObject({ isTaken: false, conditions: [{ kind: 'method', holds: false }] });
});

test('the nearest routes come first, and no more than 50 are told of', () => {
  const others = Array.from({ length: 80 }, (_, at) => ({ name: `other-${at}`, hosts: [`h${at}.example`] }));
  const near = { name: 'near', path: '/p', methods: ['PUT'] };
  const verdicts = judge([...others, near, { name: 'any' }], { target: '/p' });
  expect(verdicts).toHaveLength(50);
  expect(verdicts.slice(0, 2).map(({ route }) => route)).toEqual(['any', 'near']);
});

const anyRoute: fc.Arbitrary<Conditions> = fc.record(
  {
    hosts: fc.uniqueArray(fc.constantFrom('a.example', '*.example', 'b.a.example', '*.a.example'), {
      minLength: 1,
    }),
    path: fc.constantFrom('/', '/*', '/a', '/a/*', '/a/b', '/a/b/*'),
    methods: fc.constantFrom(['GET'], ['PUT'], ['CONNECT']),
    headers: fc.constantFrom({ 'x-a': '1' }, { 'x-a': /2/ }, { 'x-a': '1', 'x-b': '1' }),
    query: fc.constantFrom({ q: '1' }, { q: /^2/ }),
  },
  { requiredKeys: [] },
);

const anyRequest: fc.Arbitrary<Asked> = fc.record({
  host: fc.constantFrom('a.example', 'b.a.example', 'x.example', 'c.b.a.example', 'example'),
  target: fc.constantFrom('/', '/a', '/a/', '/a/b', '/a/bc', '/a/b/c', '/a?q=1', '/a/b?q=2'),
  method: fc.constantFrom('GET', 'PUT', 'CONNECT'),
  fields: fc.constantFrom([], ['x-a: 1'], ['x-a: 12', 'x-b: 1']),
});

test('the verdicts agree with the router: all conditions hold of what it takes, and of what it passed over for a reason', () => {
  fc.assert(
    fc.property(fc.array(anyRoute, { minLength: 1, maxLength: 6 }), anyRequest, (routes, request) => {
      const verdicts = judge(routes, request);
      const matching = verdicts.filter(({ conditions }) => conditions.every(({ holds }) => holds));
      expect(matching.filter(({ isTaken }) => isTaken)).toHaveLength(matching.length > 0 ? 1 : 0);
      for (const { isTaken, precededBy } of matching) expect(precededBy === undefined).toBe(isTaken);
    }),
    { numRuns: 1_000 },
  );
});
