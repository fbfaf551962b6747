import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadResult, runLoad } from '../load.ts';
import { type Origin, originPaths, smallAnswer, startOriginOn } from '../origin.ts';
import { hookway } from '../peers/hookway.ts';
import { findFreePort, findFreePorts } from '../ports.ts';
import type { Report } from '../report.ts';
import type { Session } from '../session.ts';
import { judgeAmount } from '../targets.ts';
import type { Question } from './question.ts';

const leastRequests = 100_000;
const turnMs = 1_000;
const load = { path: originPaths.small, answerBytes: smallAnswer.length };

/** While one of three backends is killed and started again every second, how many requests fail? */
export const failover: Question = { name: 'failover', run: async (session) => [await measure(session)] };

/** Kills a backend and starts it again in turn, until it is told to stop. */
class Killer {
  kills = 0;
  #victim: Origin | undefined;
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(victim: Origin, restart: () => Promise<Origin>) {
    this.#victim = victim;
    this.#done = this.#run(restart);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
    await this.#victim?.stop();
  }

  async #run(restart: () => Promise<Origin>): Promise<void> {
    while (!this.#isOver) {
      await sleep(turnMs);
      if (this.#victim === undefined) this.#victim = await restart();
      else {
        await this.#victim.kill();
        this.#victim = undefined;
        this.kills++;
      }
    }
  }
}

async function measure(session: Session): Promise<Report> {
  const ports = await findFreePorts(3);
  const start = (port: number): Promise<Origin> =>
    startOriginOn([port], join(session.directory, `backend-${port}`));
  const [victim, ...others] = await Promise.all(ports.map(start));
  const listenPort = await findFreePort();
  const directory = mkdtempSync(join(session.directory, 'proxy-'));
  mkdirSync(directory, { recursive: true });
  const proxy = await hookway.start({ listenPort, backendPorts: ports, variant: 'failover', directory });
  const killer = new Killer(victim!, () => start(ports[0]!));
  const results: LoadResult[] = [];
  try {
    while (sum(results, ({ requests }) => requests) < leastRequests) {
      results.push(await runLoad(listenPort, load, { connections: 32, durationSeconds: 10 }));
    }
  } finally {
    await killer.stop();
    await proxy.stop();
    for (const other of others) await other.stop();
  }
  return report(results, killer.kills);
}

function sum(results: readonly LoadResult[], pick: (result: LoadResult) => number): number {
  return results.reduce((total, result) => total + pick(result), 0);
}

function failuresOf(result: LoadResult): number {
  return result.badStatuses + result.connectErrors + result.readErrors + result.writeErrors + result.timeouts;
}

function report(results: readonly LoadResult[], kills: number): Report {
  const requests = sum(results, (result) => result.requests);
  const failed = sum(results, failuresOf);
  return {
    question: 'failover',
    title:
      'GETs while one of three backends is killed and started again every second, health-check and retry',
    columns: ['proxy', 'requests', 'kills', 'failed'],
    rows: [['hookway', String(requests), String(kills), String(failed)]],
    notes: [],
    verdicts: [judgeAmount('failover hookway', 'failed GETs', 0, failed)],
    hasRefusals: false,
    measurements: results,
  };
}
