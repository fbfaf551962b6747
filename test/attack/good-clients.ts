import { Agent, get } from 'node:http';

export interface Service {
  readonly requests: number;
  /** Answers other than 200, and none at all. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Clients with kept connections, each asking every 10 ms, so that a delay is not hidden by fewer requests. */
export async function measureService(port: number, forMs: number, clients = 8): Promise<Service> {
  const agent = new Agent({ keepAlive: true });
  const tookMs: number[] = [];
  let failures = 0;
  const endMs = performance.now() + forMs;
  const ask = (): Promise<void> => {
    const startedMs = performance.now();
    return new Promise((resolve) => {
      const outgoing = get({ host: '127.0.0.1', port, path: '/', agent }, (response) => {
        response.resume();
        response.on('end', () => {
          tookMs.push(performance.now() - startedMs);
          if (response.statusCode !== 200) failures++;
          resolve();
        });
      });
      outgoing.on('error', () => {
        failures++;
        resolve();
      });
    });
  };
  const client = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await Promise.all([ask(), new Promise((resolve) => setTimeout(resolve, 10))]);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  tookMs.sort((a, b) => a - b);
  const at = (share: number): number => tookMs[Math.floor((tookMs.length - 1) * share)] ?? Number.NaN;
  return { requests: tookMs.length, failures, p50Ms: at(0.5), p99Ms: at(0.99) };
}
