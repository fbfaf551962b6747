import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Explanation } from 'hookway';
import { expect, test } from 'vitest';
import { projectWith, sound } from '../unit/config/project.ts';
import { type CommandResult, hookway } from './cli-process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const fileOf = (example: string): string => `${root}examples/${example}/proxy.config.ts`;

const explain = (args: readonly string[], cwd = projectWith({})): Promise<CommandResult> =>
  hookway(['explain', ...args], { cwd });

test('route, steps, candidates and the head that would be sent are told for people to read', async () => {
  const config = {
    ...sound,
    upstreams: { app: { backends: ['http://127.0.0.1:9001', 'http://127.0.0.1:9002'] } },
    routes: [
      { name: 'api', hosts: ['api.example.com'], path: '/v1/*', upstream: 'app' },
      { name: 'pages', hosts: ['www.example.com'], upstream: 'app' },
      { name: 'all', upstream: 'app' },
    ],
    plugins: [
      ['ip-filter', { deny: ['192.0.2.0/24'] }],
      ['headers', { request: { set: { 'X-Api': 'yes' } } }],
      ['load-balance', { policy: 'round-robin' }],
      'request-id',
      ['access-log', { file: 'access.log' }],
    ],
  };
  const cwd = projectWith({ 'proxy.config.json': config });
  const request = ['GET', 'https://api.example.com/v1/x?y', '-H', 'a: b', '-H', 'c:d'];
  const { stdout, stderr, code } = await explain(request, cwd);
  expect(stderr).toBe('');
  const id = /x-request-id: ([0-9a-f-]{36})/.exec(stdout)![1]!;
  expect(stdout.replaceAll(id, 'ID')).toMatchInlineSnapshot(`
    "GET https://api.example.com/v1/x?y from 127.0.0.1, encrypted

    Routes
      + api    host api.example.com, path /v1/*
      - all    matches too, but the one taken has a more specific host
      - pages  host is api.example.com, expected www.example.com

    onRequest
      1. request-id    Observe  added request field x-request-id: ID
                                set slot request-id
      2. ip-filter     Guard    nothing
      3. headers       Default  added request field X-Api: yes

    selectBackend of 127.0.0.1:9001, 127.0.0.1:9002
      1. load-balance  Finish   candidates 127.0.0.1:9001, 127.0.0.1:9002 -> 127.0.0.1:9001

    To backend 127.0.0.1:9001 of app, http://127.0.0.1:9001/
      GET /v1/x?y HTTP/1.1
      Host: api.example.com
      a: b
      c: d
      x-request-id: ID
      X-Api: yes

    onResponse not run (request-id): no backend was asked; --response STATUS lets one answer
    onComplete not run (access-log): runs at the end of an exchange, not in an explanation
    "
  `);
  expect(code).toBe(0);
  expect(readdirSync(cwd)).toEqual(['proxy.config.json']);
});

test('as JSON it is the same for programs, and the exit code is that of an error answer', async () => {
  const request = ['get', 'http://localhost/admin/', '--json', '--config', fileOf('basic-auth')];
  const { stdout, code } = await explain(request);
  const { outcome, answer, sent, routes } = JSON.parse(stdout) as Explanation;
  expect(answer).toMatchObject({ status: 401, plugin: 'basic-auth', hook: 'onRequest' });
  expect([outcome, sent, code, routes[0]!.route]).toEqual(['answered', [], 2, 'admin']);
});

const waiting = `
  import { definePlugin } from 'hookway';
  const never = definePlugin({
    name: 'never',
    setup: ({ hooks }) => hooks.onRequest.tapPromise(() => new Promise(() => setInterval(() => {}, 1000))),
  });
  export default {
    listeners: [{ port: 8080 }],
    upstreams: { app: { backends: ['http://127.0.0.1:9001'] } },
    routes: [{ upstream: 'app' }],
    plugins: [never()],
  };`;

test('a plugin that waits for the outside is waited for no longer than asked, and named', async () => {
  const cwd = projectWith({ 'proxy.config.ts': waiting });
  const { stdout, code } = await explain(['GET', 'http://a/', '--wait', '20'], cwd);
  expect(stdout).toContain('never  Default  still waiting when time was up');
  expect(stdout).toContain('Undecided: never in onRequest still waits');
  expect(code).toBe(3);
});

test.each([
  [
    ['GET', 'a/b'],
    "'a/b' is invalid for argument 'url'. it must be absolute, such as https://api.example.com/v1",
  ],
  [['GET', 'http://a', 'more'], 'unknown command "more"'],
])('hookway explain %j says what is wrong', async (args, message) => {
  const { code, stdout, stderr } = await explain(args);
  expect(stderr).toContain(message);
  expect([code, stdout]).toEqual([1, '']);
});

const names = readdirSync(`${root}examples`).filter((name) => existsSync(fileOf(name)));

const explainAll = `
  import { loadConfig } from 'hookway/config';
  import { explainRequest } from 'hookway';
  const outcomes = [];
  for (const file of JSON.parse(process.argv[1])) {
    const { config } = await loadConfig({ file });
    const request = { method: 'GET', url: 'http://localhost/', responseStatus: 200 };
    outcomes.push([file, (await explainRequest(config, request)).outcome]);
  }
  console.log(JSON.stringify(outcomes));
  process.exit();`;

test('every example can be explained, also one after the other in one process', async () => {
  const files = names.map(fileOf);
  const args = ['--input-type=module', '--eval', explainAll, JSON.stringify(files)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(JSON.parse(stdout)).toEqual(files.map((file) => [file, 'answered']));
}, 60_000);
