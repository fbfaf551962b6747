import { expect, test } from 'vitest';
import { projectWith, sound } from '../../unit/config/project.ts';
import { startBackend } from '../cli-backend.ts';
import { GatewayProcess } from '../cli-process.ts';
import { RedisServer } from './redis-server.ts';

const hourMs = 3_600_000;
const limited = 40;

async function startProcesses(redis: string, count: number): Promise<GatewayProcess[]> {
  const upstreams = { app: { backends: [await startBackend()] } };
  const options = { requests: limited, windowMs: hourMs, store: { redis, timeoutMs: 10_000 } };
  const cwd = projectWith({
    'proxy.config.json': { ...sound, upstreams, plugins: [['rate-limit', options]] },
  });
  return Array.from({ length: count }, () => new GatewayProcess([], { cwd }));
}

test('two gateway processes that share a Redis admit together what one may', async () => {
  await using redis = await RedisServer.start();
  const gateways = await startProcesses(redis.url, 2);
  const urls = await Promise.all(gateways.map((gateway) => gateway.url()));
  const requests = Array.from({ length: 3 * limited }, (_, index) => fetch(urls[index % 2]!));
  const statuses = (await Promise.all(requests)).map(({ status }) => status);
  const complaints = gateways.flatMap(({ lines }) => lines.filter(({ level }) => level === 'error'));
  expect(complaints).toEqual([]);
  expect(statuses.filter((status) => status === 200)).toHaveLength(limited);
  expect(statuses.filter((status) => status === 429)).toHaveLength(2 * limited);
  for (const url of urls) expect((await fetch(url)).status).toBe(429);
});
