import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Asked, compileLocation, httpsLocation } from '../../../../plugins/redirect/location.ts';

const asked: Asked = { scheme: 'http', host: 'a.example:8080', path: '/x/y', query: 'q=1' };

test.each([
  ['/new', '/new'],
  ['/new{path}', '/new/x/y'],
  ['/find?{query}', '/find?q=1'],
  ['https://b.example', 'https://b.example'],
  ['https://b.example{target}', 'https://b.example/x/y?q=1'],
  ['https://b.example:81{path}', 'https://b.example:81/x/y'],
  ['https://www.{host}{path}', 'https://www.a.example:8080/x/y'],
  ['https://{hostname}:444/{query}', 'https://a.example:444/q=1'],
  ['https://b.example/login?from={scheme}', 'https://b.example/login?from=http'],
  ['http://[::1]:80/', 'http://[::1]:80/'],
])('%s leads to %s', (template, location) => {
  expect(compileLocation(template)(asked)).toBe(location);
});

test.each([
  ['http://a.example:80{target}', 'http', 'a.example'],
  ['http://a.example{target}', 'http', 'a.example:80'],
  ['https://{hostname}:443{target}', 'https', 'a.example'],
  ['https://a.example{target}', 'https', 'A.example:443'],
] as const)('%s over %s to %s leads nowhere: the port is the one of the scheme', (template, scheme, host) => {
  expect(compileLocation(template)({ ...asked, scheme, host })).toBeUndefined();
});

test('the port of the other scheme is another place', () => {
  const location = compileLocation('http://a.example{target}');
  expect(location({ ...asked, host: 'a.example:443' })).toBe('http://a.example/x/y?q=1');
});

test.each(['/x/y?q=1', '{target}', 'http://A.example:8080{target}', 'http://{host}{target}'])(
  '%s leads nowhere when the client is there already',
  (template) => {
    expect(compileLocation(template)(asked)).toBeUndefined();
  },
);

test.each([
  ['', 'must begin with "/", {path}, {target}, "https://" or "http://"'],
  ['new', 'must begin with "/", {path}, {target}, "https://" or "http://"'],
  ['{host}', 'must begin with "/", {path}, {target}, "https://" or "http://"'],
  ['{query}', 'must begin with "/", {path}, {target}, "https://" or "http://"'],
  ['javascript:{path}', 'must begin with "/", {path}, {target}, "https://" or "http://"'],
  ['https://b.example{query}', '{query} cannot be a part of the host; put "/" before it'],
  ['https://b.example.{query}/', '{query} cannot be a part of the host; put "/" before it'],
  ['https://{host}:81/', '{host} has a port of its own; use {hostname}'],
  ['https://', 'has no valid host'],
  ['https://{path}', 'has no valid host'],
  ['https:///x', 'has no valid host'],
  ['https://user@b.example/', 'has no valid host'],
  ['//b.example/', 'must begin with one "/", or with "https://" for another host'],
  ['/a b', 'has a character that cannot stand in a URL; percent-encode it'],
  ['/\\b.example', 'has a character that cannot stand in a URL; percent-encode it'],
  ['/{adress}', '{adress} is not known; known are {scheme}, {host}, {hostname}, {path}, {query}, {target}'],
])('%j is refused', (template, complaint) => {
  expect(() => compileLocation(template)).toThrow(complaint);
});

const hostile = fc.record({
  scheme: fc.constantFrom('http' as const, 'https' as const),
  host: fc.constantFrom('a.example', 'a.example:8080', '[::1]:80', ''),
  path: fc.stringMatching(/^[/@:.%a-z]{0,8}$/).map((rest) => `/${rest}`),
  query: fc.option(fc.stringMatching(/^[/@:.%a-z]{0,8}$/), { nil: undefined }),
});

test.each(['{path}', '{target}', '/{path}', '/{query}', '/x{target}', '{path}{query}'])(
  'nothing that a client sends makes %s lead to another host',
  (template) => {
    const location = compileLocation(template);
    fc.assert(
      fc.property(hostile, (request) => {
        const found = location(request);
        if (found !== undefined) expect(new URL(found, 'http://here.example').host).toBe('here.example');
      }),
    );
  },
);

test.each(['https://b.example{path}', 'https://b.example{target}', 'https://b.example/{query}'])(
  'nothing that a client sends makes %s lead to another host than its own',
  (template) => {
    const location = compileLocation(template);
    fc.assert(
      fc.property(hostile, (request) => {
        const found = location(request);
        if (found !== undefined) expect(new URL(found).host).toBe('b.example');
      }),
    );
  },
);

test.each([
  [443, asked, 'https://a.example/x/y?q=1'],
  [8443, asked, 'https://a.example:8443/x/y?q=1'],
  [443, { ...asked, host: '[::1]:80', path: '//evil.example' }, 'https://[::1]/evil.example?q=1'],
  [443, { ...asked, path: '*', query: undefined }, 'https://a.example/'],
  [443, { ...asked, scheme: 'https' as const }, undefined],
  [443, { ...asked, host: '' }, undefined],
])('over https on port %i, %j is %s', (port, request, location) => {
  expect(httpsLocation(port)(request)).toBe(location);
});
