import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { unusedPort } from 'hookway/testing';
import { Authority, type IssuedFiles } from '../support/authority.ts';
import { projectWith } from '../unit/config/project.ts';
import { readPage, root, samplesOf, sectionOf } from '../unit/docs/pages.ts';
import { startBackend } from './cli-backend.ts';
import { GatewayProcess, hookway } from './cli-process.ts';

const page = 'docs/operations.md';
const run = promisify(execFile);

/** The walk of the page in a folder of its own, with free ports and the group of this process. */
class Walk {
  readonly folder = projectWith({});
  readonly #places: [string, string][] = [];

  static async begin(): Promise<Walk> {
    const walk = new Walk();
    const [http, https, admin, acme] = await Promise.all(Array.from({ length: 4 }, unusedPort));
    const backends = await Promise.all([startBackend(), startBackend()]);
    walk.#places.push(
      ['/etc/hookway', walk.folder],
      ['/var/lib/hookway', join(walk.folder, 'state')],
      ['/var/log/hookway', join(walk.folder, 'log')],
      ['-g hookway', `-g ${(await run('id', ['-gn'])).stdout.trim()}`],
      ['port: 80 }', `port: ${http} }`],
      ['port: 443,', `port: ${https},`],
      ['localhost:443', `localhost:${https}`],
      ['http://localhost/', `http://localhost:${http}/`],
      ['https://localhost/', `https://localhost:${https}/`],
      ['admin({', `admin({ port: ${admin},`],
      ['127.0.0.1:9901', `127.0.0.1:${admin}`],
      ['127.0.0.1:8402', `127.0.0.1:${acme}`],
      ['127.0.0.1:9001', new URL(backends[0]).host],
      ['127.0.0.1:9002', new URL(backends[1]).host],
    );
    return walk;
  }

  get file(): string {
    return join(this.folder, 'proxy.config.ts');
  }

  here(text: string): string {
    return this.#places.reduce((result, [there, here]) => result.replaceAll(there, here), text);
  }

  /** Types the lines of a step's shell blocks that begin like this. */
  async type(step: string, lines: RegExp, env: Record<string, string> = {}): Promise<string> {
    const blocks = [...sectionOf(page, step).matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
    const script = blocks.flatMap((block) => block.split('\n').filter((line) => lines.test(line)));
    expect(script).not.toEqual([]);
    const { stdout } = await run('bash', ['-euc', this.here(script.join('\n'))], {
      cwd: this.folder,
      env: { ...process.env, ...env },
    });
    return stdout;
  }

  /** Puts a certificate where certbot would, and runs its hook. */
  async renew({ cert, key }: IssuedFiles): Promise<void> {
    const lineage = join(this.folder, 'live/www.example.com');
    mkdirSync(lineage, { recursive: true });
    writeFileSync(join(lineage, 'fullchain.pem'), cert);
    writeFileSync(join(lineage, 'privkey.pem'), key);
    const group = this.here('-g hookway').slice('-g '.length);
    await run(`${root}deploy/certbot/hookway`, {
      env: {
        ...process.env,
        RENEWED_LINEAGE: lineage,
        HOOKWAY_CERTS: join(this.folder, 'certs'),
        HOOKWAY_GROUP: group,
      },
    });
  }

  async check(): Promise<void> {
    const { code, stderr } = await hookway(['check', '--config', this.file], { cwd: this.folder });
    expect([code, stderr]).toEqual([0, '']);
  }
}

async function expiryOf(file: string): Promise<string> {
  return (await run('openssl', ['x509', '-in', file, '-noout', '-enddate'])).stdout.trim();
}

test('what docs/operations.md has typed leads to a gateway with https, metrics and an admin listener', async () => {
  const walk = await Walk.begin();
  await walk.type('### 3. A configuration', /^(install|echo)/);
  writeFileSync(walk.file, walk.here(samplesOf(page)[0]!.code));
  await walk.check();
  const [, token] = /ADMIN_TOKEN=(\w{64})\n/.exec(readFileSync(join(walk.folder, 'environment'), 'utf8'))!;
  const env = { ADMIN_TOKEN: token! };
  const gateway = new GatewayProcess(['--config', walk.file, '--no-watch'], { cwd: walk.folder, env });
  await gateway.logged('listening');

  const first = await walk.type('### 4. The service', /^curl/);
  expect(first).toMatch(/^HTTP\/1.1 308 .*^Location: https:\/\/localhost\/\r$.*^200\n$/ms);

  const authority = new Authority(walk.folder);
  const [issued, renewed] = [10, 20].map((days) => authority.issue('www.example.com', { days }));
  const shown = (): Promise<string> => walk.type('### 5. Certificates', /^openssl/);
  await walk.renew(issued!);
  await walk.type('### 5. Certificates', /^(cd|sed)/);
  await walk.check();
  gateway.kill('SIGHUP');
  await gateway.logged('configuration reloaded');
  expect(await shown()).toContain(await expiryOf(issued!.certFile));
  await walk.renew(renewed!);
  await expect.poll(shown, { timeout: 10_000 }).toContain(await expiryOf(renewed!.certFile));

  const counted = await walk.type('### 6. Metrics and alerts', /^curl .*metrics/);
  expect(counted).toMatch(/^hookway_requests_total\{route="app",.*code="2xx"\} 1$/m);
  const operated = await walk.type('### 8. A backend is taken out, and back', /./);
  expect(operated).toMatch(/"isDraining":true.*"isDraining":true.*"isDraining":false/s);

  const metrics = (await run('curl', ['-sS', walk.here('http://localhost/metrics')])).stdout;
  const rules = readFileSync(`${root}deploy/prometheus/hookway.rules.yml`, 'utf8');
  const asked = [...rules.matchAll(/\bhookway_\w+?(?=(?:_bucket)?\b)/g)].map(([name]) => name);
  expect(new Set(asked).size).toBeGreaterThan(5);
  for (const name of asked) expect(metrics).toContain(`# TYPE ${name} `);
  gateway.kill('SIGTERM');
  expect(await gateway.ended).toEqual({ code: 0, signal: null });
  expect(gateway.errors).toBe('');
}, 60_000);

test('docs/operations.md installs what the package has', () => {
  const { files } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { files: string[] };
  expect(files).toContain('deploy');
  const paths = [...readPage(page).matchAll(/node_modules\/hookway\/(deploy\/\S+)/g)].map(
    ([, path]) => path!,
  );
  expect(paths).toHaveLength(4);
  for (const path of paths) expect(() => readFileSync(root + path)).not.toThrow();
});
