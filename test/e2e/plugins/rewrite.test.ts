import { expect, test } from 'vitest';
import { startTestGateway } from 'hookway/testing';
import rewrite from 'hookway/plugins/rewrite';

/** What the backend was asked for. */
async function targetOf(options: Parameters<typeof rewrite>[0], path: string): Promise<string> {
  await using gateway = await startTestGateway({ plugins: [rewrite(options)] });
  await gateway.fetch(path);
  return gateway.origin.requests[0]!.target;
}

test.each([
  [{ stripPrefix: '/api' }, '/api/users?x=%20', '/users?x=%20'],
  [{ stripPrefix: '/api' }, '/api', '/'],
  [{ stripPrefix: '/api' }, '/api?', '/?'],
  [{ stripPrefix: '/api' }, '/apis/a%2fb', '/apis/a%2fb'],
  [{ addPrefix: '/v1' }, '/users', '/v1/users'],
  [{ stripPrefix: '/api', addPrefix: '/v1/' }, '/api', '/v1/'],
  [{ replacePrefix: { '/a': '/x', '/a/b': '/y' } }, '/a/b/c', '/y/c'],
  [{ replacePrefix: { '/a': '/x', '/a/b': '/y' } }, '/a/bc', '/x/bc'],
  [{ regex: { pattern: '^/user/([^/]+)$', replacement: '/user?id=$1' } }, '/user/7?x', '/user?id=7&x'],
  [
    {
      regex: [
        { pattern: '^/a', replacement: '/b' },
        { pattern: '^/b', replacement: '/c' },
      ],
    },
    '/a',
    '/b',
  ],
  [{ regex: { pattern: '^/x', replacement: '' } }, '/x/evil.example', '/evil.example'],
  [{ regex: { pattern: '^/x', replacement: '' } }, '/x//evil.example', '/evil.example'],
  [{ query: { set: { key: '1' }, remove: ['debug'] } }, '/?debug&a=b', '/?a=b&key=1'],
])('%j turns %s into %s', async (options, path, target) => {
  expect(await targetOf(options, path)).toBe(target);
});

test('the backend is asked for another host', async () => {
  await using gateway = await startTestGateway({ plugins: [rewrite({ host: 'inner.example:81' })] });
  await gateway.fetch('/');
  expect(gateway.origin.requests[0]!.header('host')).toBe('inner.example:81');
});

test('pieces that make a dot segment are refused', async () => {
  const regex = { pattern: '^/a\\.', replacement: '/.' };
  await using gateway = await startTestGateway({ plugins: [rewrite({ regex })] });
  const response = await gateway.fetch('/a./admin');
  expect(response.status).toBe(400);
  expect(response.json()).toMatchObject({ code: 'ambiguous_path' });
  expect(gateway.origin.requests).toHaveLength(0);
});

test.each([
  ['4', '', '/%41', '/%1'],
  ['4', '', '/%400', '/%00'],
])('%s replaced by %j makes no broken escape of %s', async (pattern, replacement, path) => {
  await using gateway = await startTestGateway({ plugins: [rewrite({ regex: { pattern, replacement } })] });
  const response = await gateway.fetch(path);
  expect([response.status, response.json()]).toMatchObject([400, { code: 'malformed_target' }]);
  expect(gateway.origin.requests).toHaveLength(0);
});

test('a path that is too long for a regular expression is refused, not let past it', async () => {
  const regex = { pattern: '^/secret', replacement: '/none' };
  await using gateway = await startTestGateway({ plugins: [rewrite({ regex })] });
  const response = await gateway.fetch(`/secret${'a'.repeat(2_048)}`);
  expect(response.status).toBe(414);
  expect(response.json()).toMatchObject({ code: 'path_too_long' });
});

test('OPTIONS * stays as it is', async () => {
  await using gateway = await startTestGateway({ plugins: [rewrite({ addPrefix: '/v1' })] });
  const client = await gateway.connect();
  client.send('OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n');
  await client.readResponse();
  expect(gateway.origin.requests[0]!.target).toBe('*');
});
