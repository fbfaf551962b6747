import { describe, expect, test } from 'vitest';
import { resolveUpstreamLimits } from '../../../core/limits.ts';
import type { InboundRequest } from '../../../core/pipeline/exchange.ts';
import type { RouteConfig } from '../../../core/server/configuration.ts';
import { Route } from '../../../core/server/route.ts';
import { Router } from '../../../core/server/router.ts';
import { Upstream } from '../../../core/upstream/upstream.ts';
import { parsedFields } from '../../support/heads.ts';

const upstream = new Upstream('u', [], resolveUpstreamLimits(), undefined);

type Conditions = Omit<RouteConfig, 'upstream' | 'name'>;

/** A router whose routes are named by the keys. */
function routerOf(routes: Readonly<Record<string, Conditions>>): Router {
  const all = Object.entries(routes).map(
    ([name, conditions], at) => new Route({ ...conditions, name, upstream: 'u' }, upstream, at),
  );
  return new Router(all);
}

interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: readonly string[];
}

function find(
  router: Router,
  target: string,
  { method = 'GET', host = 'a.example', headers = [] }: Asked = {},
) {
  const [path = '', query] = target.split('?');
  const request = { method, hostname: host, routingPath: path, query, fields: parsedFields(...headers) };
  return router.find(request as unknown as InboundRequest)?.name;
}

describe('a path', () => {
  const router = routerOf({
    exact: { path: '/a' },
    below: { path: '/a/*' },
    deeper: { path: '/a/b/c/*' },
    slash: { path: '/x/' },
  });

  test.each([
    ['/a', 'exact'],
    ['/a?q', 'exact'],
    ['/a/', 'below'],
    ['/a/b', 'below'],
    ['/a/b/c', 'deeper'],
    ['/a/b/c/', 'deeper'],
    ['/a/b/c/d/e/f', 'deeper'],
    ['/a/b/cc', 'below'],
    ['/ab', undefined],
    ['/', undefined],
    ['/A', undefined],
    ['/a%2fb', undefined],
    ['//a', undefined],
    ['/x/', 'slash'],
    ['/x', undefined],
    ['*', undefined],
    ['', undefined],
  ])('%j goes to %s', (path, name) => {
    expect(find(router, path)).toBe(name);
  });

  test('that is much longer than every route is found as well', () => {
    expect(find(router, `/a/b/c${'/d'.repeat(1_000)}`)).toBe('deeper');
    expect(find(router, `/a/${'b'.repeat(1_000)}`)).toBe('below');
    expect(find(router, `/${'a'.repeat(1_000)}`)).toBeUndefined();
  });

  test('is any path when the route names none, or /*', () => {
    for (const route of [{}, { path: '/*' }]) {
      const any = routerOf({ any: route });
      for (const path of ['/', '/a', '/a/b/', '*']) expect(find(any, path)).toBe('any');
    }
  });

  test('that is exact wins over every prefix, the longest prefix over shorter ones, in any order', () => {
    const routes: [string, Conditions][] = [
      ['any', {}],
      ['short', { path: '/a/*' }],
      ['long', { path: '/a/b/*' }],
      ['exact', { path: '/a/b' }],
    ];
    for (const order of [routes, routes.toReversed()]) {
      const shuffled = routerOf(Object.fromEntries(order));
      expect(find(shuffled, '/a/b')).toBe('exact');
      expect(find(shuffled, '/a/b/c')).toBe('long');
      expect(find(shuffled, '/a/c')).toBe('short');
      expect(find(shuffled, '/c')).toBe('any');
    }
  });
});

describe('a host', () => {
  const router = routerOf({
    any: {},
    wide: { hosts: ['*.example'] },
    wild: { hosts: ['*.a.example'] },
    exact: { hosts: ['A.example', 'c.test'] },
  });

  test.each([
    ['a.example', 'exact'],
    ['c.test', 'exact'],
    ['b.example', 'wide'],
    ['x.a.example', 'wild'],
    ['y.x.a.example', 'wild'],
    ['example', 'any'],
    ['aexample', 'any'],
    ['xa.example', 'wide'],
    ['', 'any'],
    ['[::1]', 'any'],
  ])('%j goes to %s', (host, name) => {
    expect(find(router, '/', { host })).toBe(name);
  });

  test('that is more specific wins over a longer path', () => {
    const both = routerOf({ path: { path: '/a/b/c' }, host: { hosts: ['a.example'], path: '/*' } });
    expect(find(both, '/a/b/c')).toBe('host');
  });

  test('without a route that matches leaves the request to less specific ones', () => {
    const falling = routerOf({
      exact: { hosts: ['b.a.example'], path: '/x' },
      wild: { hosts: ['*.a.example'], path: '/y' },
      wide: { hosts: ['*.example'], path: '/z' },
      any: { path: '/w' },
    });
    for (const [path, name] of [
      ['/x', 'exact'],
      ['/y', 'wild'],
      ['/z', 'wide'],
      ['/w', 'any'],
      ['/v', undefined],
    ] as const) {
      expect(find(falling, path, { host: 'b.a.example' })).toBe(name);
    }
  });
});

describe('further conditions', () => {
  test('must all hold', () => {
    const router = routerOf({
      all: { methods: ['GET', 'PUT'], headers: { 'X-A': '1', 'x-b': /^b/ }, query: { q: '1', r: /./ } },
    });
    const headers = ['x-a: 1', 'X-B: bee'];
    expect(find(router, '/?q=1&r=2', { headers })).toBe('all');
    expect(find(router, '/?q=1&r=2', { headers, method: 'PUT' })).toBe('all');
    expect(find(router, '/?q=1&r=2', { headers, method: 'POST' })).toBeUndefined();
    expect(find(router, '/?q=1&r=2', { headers, method: 'get' })).toBeUndefined();
    expect(find(router, '/?q=1&r=2', { headers: ['X-A: 1'] })).toBeUndefined();
    expect(find(router, '/?q=1&r=2', { headers: ['X-A: 11', 'X-B: b'] })).toBeUndefined();
    expect(find(router, '/?q=1', { headers })).toBeUndefined();
    expect(find(router, '/?q=11&r=2', { headers })).toBeUndefined();
    expect(find(router, '/', { headers })).toBeUndefined();
  });

  test('hold when any field of the name fits', () => {
    const router = routerOf({ h: { headers: { 'x-a': 'b' } } });
    expect(find(router, '/', { headers: ['X-A: a', 'x-a: b'] })).toBe('h');
    expect(find(router, '/', { headers: ['X-A: a', 'x-a: c'] })).toBeUndefined();
  });

  test('see the query as it is meant, and the first of repeated parameters', () => {
    const router = routerOf({ q: { query: { 'a b': 'c&d' } } });
    expect(find(router, '/?a+b=c%26d')).toBe('q');
    expect(find(router, '/?x&a%20b=c%26d&a+b=e')).toBe('q');
    expect(find(router, '/?a+b=e&a+b=c%26d')).toBeUndefined();
  });

  test('as a regular expression hold every time, also with the flag g', () => {
    const router = routerOf({ g: { headers: { 'x-a': /b/g }, query: { q: /c/gy } } });
    for (let i = 0; i < 4; i++) expect(find(router, '/?q=cc', { headers: ['X-A: abc'] })).toBe('g');
  });

  test('order routes of the same path: method, most headers, most query parameters, the configuration', () => {
    const routes: [string, Conditions][] = [
      ['last', {}],
      ['query', { query: { a: /./ } }],
      ['twoQueries', { query: { a: /./, b: /./ } }],
      ['header', { headers: { a: /./ } }],
      ['twoHeaders', { headers: { a: /./, b: /./ } }],
      ['method', { methods: ['PUT'] }],
    ];
    for (const order of [routes, routes.toReversed()]) {
      const router = routerOf(Object.fromEntries(order));
      const headers = ['A: 1', 'B: 1'];
      expect(find(router, '/?a=1&b=1', { method: 'PUT', headers })).toBe('method');
      expect(find(router, '/?a=1&b=1', { headers })).toBe('twoHeaders');
      expect(find(router, '/?a=1&b=1', { headers: ['A: 1'] })).toBe('header');
      expect(find(router, '/?a=1&b=1')).toBe('twoQueries');
      expect(find(router, '/?a=1')).toBe('query');
      expect(find(router, '/')).toBe('last');
    }
  });

  test('that are equal leave the choice to the order of the configuration', () => {
    expect(find(routerOf({ first: { path: '/a' }, second: { path: '/a' } }), '/a')).toBe('first');
  });

  test('that do not hold leave the request to a shorter path', () => {
    const router = routerOf({ put: { path: '/a/b', methods: ['PUT'] }, below: { path: '/a/*' }, any: {} });
    expect(find(router, '/a/b', { method: 'PUT' })).toBe('put');
    expect(find(router, '/a/b')).toBe('below');
  });
});

test('CONNECT reaches only routes that ask for it by name', () => {
  expect(find(routerOf({ any: {} }), '', { method: 'CONNECT' })).toBeUndefined();
  expect(find(routerOf({ any: {}, tunnel: { methods: ['CONNECT'] } }), '', { method: 'CONNECT' })).toBe(
    'tunnel',
  );
});

test('without routes nothing is found', () => {
  expect(find(routerOf({}), '/')).toBeUndefined();
});
