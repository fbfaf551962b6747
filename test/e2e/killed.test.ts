import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RawClient, startOrigin } from 'hookway/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GatewayProcess } from './cli-process.ts';
import { temporaryFolder } from './peers.ts';
import { get } from './wire.ts';

async function start(folder: string, config: object): Promise<GatewayProcess> {
  const file = join(folder, 'proxy.config.json');
  writeFileSync(file, JSON.stringify(config));
  return new GatewayProcess(['--config', file], { cwd: folder });
}

async function portOf(gateway: GatewayProcess): Promise<number> {
  return (await gateway.logged('listening'))['port'] as number;
}

describe('a gateway that was killed', () => {
  test('leaves an access log of whole lines, but for the last one, and goes on with it', async () => {
    await using origin = await startOrigin({ body: 'ok' });
    const folder = temporaryFolder();
    const config = {
      listeners: [{ host: '127.0.0.1', port: 0 }],
      upstreams: { app: { backends: [origin.url] } },
      routes: [{ upstream: 'app' }],
      plugins: [['access-log', { file: 'access.log', maxDelayMs: 0 }]],
    };
    const log = join(folder, 'access.log');
    const rounds = 2;
    for (let round = 0; round < rounds; round++) {
      const gateway = await start(folder, config);
      using client = await RawClient.connect(await portOf(gateway));
      client.send(get(`/${'x'.repeat(4_000)}`).repeat(200 + round * 77));
      await client.waitForBytes(5_000);
      gateway.kill('SIGKILL');
      await gateway.ended;
      // as if the last line had been on its way to the disk
      const lines = readFileSync(log, 'latin1');
      writeFileSync(log, lines.slice(0, lines.length - 100));
    }
    const lines = readFileSync(log, 'latin1').split('\n');
    const broken = lines.filter((line) => line !== '' && !isJson(line));
    expect(lines.length).toBeGreaterThan(3 * rounds);
    expect(broken).toHaveLength(rounds);
  });

  test.each([2, 4])(
    'at the moment %i of making its authority finds or makes a whole one when it is started again',
    async (moment) => {
      const folder = temporaryFolder();
      const state = join(folder, '.hookway');
      mkdirSync(state, { mode: 0o700 });
      const config = {
        listeners: [{ host: '127.0.0.1', port: 0, tls: true }],
        upstreams: {},
        routes: [],
        plugins: [['self-signed', { stateDirectory: state }]],
      };
      const killed = await start(folder, config);
      await changesOf(state, moment);
      killed.kill('SIGKILL');
      await killed.ended;
      const port = await portOf(await start(folder, config));
      const authority = join(state, 'authority.pem');
      expect(existsSync(authority)).toBe(true);
      const url = `https://localhost:${port}/`;
      const options = ['--silent', '--write-out', '%{http_code}', '--output', '/dev/null'];
      expect(execFileSync('curl', [...options, '--cacert', authority, url]).toString()).toBe('404');
    },
  );
});

/** Resolves when a folder has changed so many times. */
async function changesOf(folder: string, count: number): Promise<void> {
  const watcher = watch(folder);
  onTestFinished(() => watcher.close());
  for (let i = 0; i < count; i++) await once(watcher, 'change');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
