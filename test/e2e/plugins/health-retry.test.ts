import { expect, onTestFinished, test } from 'vitest';
import { type Origin, startOrigin, startTestGateway } from 'hookway/testing';
import healthCheck from 'hookway/plugins/health-check';
import loadBalance from 'hookway/plugins/load-balance';
import retry from 'hookway/plugins/retry';

/** 100,000 for a long run; the promise is the same. */
const requestCount = 2_000;
const clientCount = 16;
/** So many requests between a kill and a restart. */
const requestsPerTurn = 100;

/** Kills a backend and restarts it on its port, in turn, whenever so many requests more are done. */
class Killer {
  kills = 0;
  #origin: Origin;
  #isAlive = true;
  #isBusy = false;
  #nextAt = requestsPerTurn;
  readonly #port: number;

  constructor(origin: Origin) {
    this.#origin = origin;
    this.#port = origin.port;
  }

  async onDone(count: number): Promise<void> {
    if (count < this.#nextAt || this.#isBusy) return;
    this.#nextAt += requestsPerTurn;
    this.#isBusy = true;
    if (this.#isAlive) await this.#kill();
    else this.#origin = await startOrigin({ body: 'victim' }, { port: this.#port });
    this.#isAlive = !this.#isAlive;
    this.#isBusy = false;
  }

  close(): Promise<void> {
    return this.#origin.close();
  }

  async #kill(): Promise<void> {
    this.kills++;
    await this.#origin.close(); // resets what runs
  }
}

async function start(name: string): Promise<Origin> {
  const origin = await startOrigin({ body: name });
  onTestFinished(() => origin.close());
  return origin;
}

test('while one of three backends dies and comes back again and again, not one GET fails', {
  timeout: 300_000,
}, async () => {
  const victim = await startOrigin({ body: 'victim' });
  const killer = new Killer(victim);
  onTestFinished(() => killer.close());
  const backends = [victim.url, (await start('b')).url, (await start('c')).url];
  await using gateway = await startTestGateway({
    plugins: [
      healthCheck({
        active: { path: '/healthz', intervalMs: 50, timeoutMs: 5_000, rise: 1, fall: 1 },
        passive: { consecutiveFailures: 5, ejectionMs: 2_000 },
      }),
      retry(),
      loadBalance({ policy: 'round-robin' }),
    ],
    upstreams: { app: { backends } },
    log: { level: 'info' },
  });
  const answers = new Map<string, number>();
  let begun = 0;
  let done = 0;
  const client = async (): Promise<void> => {
    while (begun++ < requestCount) {
      const { status, body } = await gateway.fetch('/');
      const answer = status === 200 ? body : String(status);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
      await killer.onDone(++done);
    }
  };
  await Promise.all(Array.from({ length: clientCount }, client));

  expect([...answers.keys()].sort()).toEqual(['b', 'c', 'victim']);
  expect([...answers.values()].reduce((sum, count) => sum + count)).toBe(requestCount);
  expect(killer.kills).toBeGreaterThanOrEqual(5);
  expect(gateway.exchanges.some(({ attempts }) => attempts.length > 1)).toBe(true);
  expect(gateway.logLines.some(({ msg }) => msg === 'backend is down' || msg === 'backend is ejected')).toBe(
    true,
  );
});
