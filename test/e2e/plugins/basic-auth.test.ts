import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfiguration, only } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import basicAuth, { AuthenticatedUser, hashPassword } from 'hookway/plugins/basic-auth';
import { projectWith } from '../../unit/config/project.ts';

const hash = '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$S7FwBvpu+z8K0PUVUagFRTUAB2dAxIZpzVHvLZir+98';
const users = { ada: hash };

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

test('without credentials the client is asked for them, and no backend is', async () => {
  await using gateway = await startTestGateway({ plugins: [basicAuth({ users, realm: 'Staff only' })] });
  const response = await gateway.fetch('/');
  expect(response.status).toBe(401);
  expect(response.headers['www-authenticate']).toBe('Basic realm="Staff only", charset="UTF-8"');
  expect(response.json()).toMatchObject({ code: 'credentials_missing' });
  expect(gateway.origin.requests).toHaveLength(0);
});

test('wrong passwords and unknown users get the same answer', async () => {
  await using gateway = await startTestGateway({ plugins: [basicAuth({ users })] });
  for (const text of ['ada:guess', 'eve:secret', 'ada:', ':secret']) {
    const response = await gateway.fetch('/', { headers: basic(text) });
    expect([response.status, response.json()]).toMatchObject([401, { code: 'credentials_wrong' }]);
    expect(response.headers['www-authenticate']).toBe('Basic realm="Restricted", charset="UTF-8"');
  }
});

test('the right password passes, plugins know the user, and backends do not see the password', async () => {
  await using gateway = await startTestGateway({ plugins: [basicAuth({ users })] });
  for (const number of [1, 2]) {
    expect((await gateway.fetch('/', { headers: basic('ada:secret') })).status).toBe(200);
    expect((await gateway.waitForExchange(number)).get(AuthenticatedUser)).toBe('ada');
    const request = await gateway.origin.waitForRequest(number);
    expect(request.header('authorization')).toBeUndefined();
  }
});

test('backends see the password where that is wanted', async () => {
  await using gateway = await startTestGateway({ plugins: [basicAuth({ users, passAuthorization: true })] });
  await gateway.fetch('/', { headers: basic('ada:secret') });
  const request = await gateway.origin.waitForRequest();
  expect(request.header('authorization')).toBe(basic('ada:secret').authorization);
});

test('credentials that are sent twice count for none', async () => {
  await using gateway = await startTestGateway({ plugins: [basicAuth({ users })] });
  const client = await gateway.connect();
  const line = `Authorization: ${basic('ada:secret').authorization}\r\n`;
  client.send(`GET / HTTP/1.1\r\nHost: a.example\r\n${line}${line}\r\n`);
  expect((await client.readResponse()).status).toBe(401);
});

test('users can be in a file, and other routes stay open', async () => {
  const file = join(projectWith({}), 'users');
  writeFileSync(file, `# staff\nbob:${await hashPassword('Käse')}\n`);
  await using gateway = await startTestGateway({
    routes: [{ name: 'admin', path: '/admin/*', upstream: 'origin' }, { upstream: 'origin' }],
    plugins: [only({ routes: ['admin'] }, basicAuth({ users, file }))],
  });
  const statusOf = async (text: string): Promise<number> =>
    (await gateway.fetch('/admin/', { headers: basic(text) })).status;
  expect(await statusOf('bob:Käse')).toBe(200);
  expect(await statusOf('ada:secret')).toBe(200);
  expect(await statusOf('bob:secret')).toBe(401);
  expect((await gateway.fetch('/')).status).toBe(200);
});

test('users follow their file, and a file that is wrong or gone leaves them as they were', async () => {
  const file = join(projectWith({ users: `ada:${hash}\n` }), 'users');
  await using gateway = await startTestGateway({ plugins: [basicAuth({ file })] });
  const statusesOf = async (...names: string[]): Promise<number[]> => {
    const texts = names.map((name) => `${name}:secret`);
    return Promise.all(
      texts.map(async (text) => (await gateway.fetch('/', { headers: basic(text) })).status),
    );
  };
  const logged = (level: string, count: number) =>
    expect
      .poll(() => gateway.logLines.filter((line) => line['file'] === file && line.level === level), {
        timeout: 10_000,
      })
      .toHaveLength(count);
  expect(await statusesOf('ada', 'bob')).toEqual([200, 401]);
  writeFileSync(`${file}.new`, `bob:${hash}\n`);
  renameSync(`${file}.new`, file);
  await logged('info', 1);
  expect(await statusesOf('ada', 'bob')).toEqual([401, 200]);
  writeFileSync(file, 'bob:$2y$10$x\n');
  await logged('error', 1);
  expect(await statusesOf('ada', 'bob')).toEqual([401, 200]);
  rmSync(file);
  await logged('error', 2);
  expect(await statusesOf('ada', 'bob')).toEqual([401, 200]);
});

/** What is said of a configuration with these options. */
async function complaintsAbout(given: unknown): Promise<string> {
  const check = checkConfiguration({
    listeners: [{ port: 0 }],
    upstreams: { app: { backends: ['http://127.0.0.1:1'] } },
    routes: [{ upstream: 'app' }],
    plugins: [basicAuth(given as never)],
  });
  return check.then(
    () => '',
    (error: Error) => error.message,
  );
}

const wanted = 'write it as $scrypt$ln=15,r=8,p=1$salt$hash, which hashPassword makes';

test.each([
  [{}, 'plugins[0] basic-auth: needs "users" or a "file" with them'],
  [{ users: {} }, 'plugins[0] basic-auth: needs "users" or a "file" with them'],
  [
    { users: { ada: '$2y$10$x' } },
    `plugins[0] basic-auth › users: user "ada": the password is bcrypt: ${wanted}`,
  ],
  [
    { users: { ada: 'secret' } },
    `plugins[0] basic-auth › users: user "ada": the password is no scrypt hash: ${wanted}`,
  ],
  [
    { users, realm: 'a "b"' },
    'plugins[0] basic-auth › realm: must be 1 to 100 printable ASCII characters without " and \\',
  ],
])('%j is refused', async (given, complaint) => {
  expect(await complaintsAbout(given)).toBe(complaint);
});

test('a file that is missing, empty or wrong is refused', async () => {
  const folder = projectWith({ 'empty.txt': '# nobody\n', 'wrong.txt': 'ada:{SHA}x\n' });
  expect(await complaintsAbout({ file: join(folder, 'missing.txt') })).toContain('no such file');
  expect(await complaintsAbout({ file: join(folder, 'empty.txt') })).toContain('empty.txt has no users');
  expect(await complaintsAbout({ file: join(folder, 'wrong.txt') })).toContain(
    `wrong.txt, line 1: user "ada": the password is SHA: ${wanted}`,
  );
});
