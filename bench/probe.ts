import { originPaths } from './origin.ts';
import type { Variant } from './peers/peer.ts';

/** What the origin's `/echo` answers. */
interface Echo {
  readonly forwardedFor: string;
  readonly forwardedProto: string;
  readonly forwardedHost: string;
  readonly realIp: string;
  readonly port: number;
  readonly requestsOnConnection: number;
}

/** Finds out whether a proxy does the same work as the others; returns what it does not do. */
export async function probe(port: number, variant: Variant): Promise<string[]> {
  const echoes: Echo[] = [];
  for (let count = 0; count < 8; count++) {
    const response = await fetch(`http://127.0.0.1:${port}${originPaths.echo}`, {
      signal: AbortSignal.timeout(5000),
    });
    if (response.status !== 200)
      throw new Error(`answered ${response.status} to a probe: ${await response.text()}`);
    echoes.push((await response.json()) as Echo);
  }
  const reuses = echoes.some(({ requestsOnConnection }) => requestsOnConnection > 1);
  const connectionFaults = reuses ? [] : ['does not reuse backend connections'];
  const isComparable = variant !== 'bare' && !variant.startsWith('plugin:');
  return !isComparable ? connectionFaults : [...connectionFaults, ...featureFaults(echoes, port)];
}

function featureFaults(echoes: readonly Echo[], port: number): string[] {
  const faults: string[] = [];
  const [echo] = echoes;
  if (new Set(echoes.map((one) => one.port)).size < 2) faults.push('reaches only one of two backends');
  if (echo?.forwardedFor !== '127.0.0.1') faults.push(`sends X-Forwarded-For "${echo?.forwardedFor}"`);
  if (echo?.forwardedProto !== 'http') faults.push(`sends X-Forwarded-Proto "${echo?.forwardedProto}"`);
  if (echo?.forwardedHost !== `127.0.0.1:${port}`)
    faults.push(`sends X-Forwarded-Host "${echo?.forwardedHost}"`);
  if (echo?.realIp !== '127.0.0.1') faults.push(`sends X-Real-IP "${echo?.realIp}"`);
  return faults;
}
