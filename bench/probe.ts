import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { text } from 'node:stream/consumers';
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
  if (variant === 'handshakes-only') return [];
  const echoes: Echo[] = [];
  for (let count = 0; count < 8; count++) {
    echoes.push(JSON.parse(await get(port, variant === 'tls')) as Echo);
  }
  const reuses = echoes.some(({ requestsOnConnection }) => requestsOnConnection > 1);
  const connectionFaults = reuses ? [] : ['does not reuse backend connections'];
  const isComparable = variant !== 'bare' && !variant.startsWith('plugin:');
  return !isComparable
    ? connectionFaults
    : [...connectionFaults, ...featureFaults(echoes, port, variant === 'tls' ? 'https' : 'http')];
}

function get(port: number, isEncrypted: boolean): Promise<string> {
  // some proxies pass the client's Connection on: a probe that wants to close would have them close
  const headers = { Connection: 'keep-alive' };
  const options = { host: '127.0.0.1', port, path: originPaths.echo, timeout: 5_000, agent: false, headers };
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      const { statusCode } = answer;
      text(answer).then((body) => {
        if (statusCode === 200) resolve(body);
        else reject(new Error(`answered ${statusCode} to a probe: ${body}`));
      }, reject);
    };
    const request = isEncrypted
      ? requestTls({ ...options, rejectUnauthorized: false }, onAnswer)
      : requestPlain(options, onAnswer);
    request.on('timeout', () => request.destroy(new Error('did not answer a probe in 5 s')));
    request.on('error', reject);
    request.end();
  });
}

function featureFaults(echoes: readonly Echo[], port: number, scheme: string): string[] {
  const faults: string[] = [];
  const [echo] = echoes;
  if (new Set(echoes.map((one) => one.port)).size < 2) faults.push('reaches only one of two backends');
  if (echo?.forwardedFor !== '127.0.0.1') faults.push(`sends X-Forwarded-For "${echo?.forwardedFor}"`);
  if (echo?.forwardedProto !== scheme) faults.push(`sends X-Forwarded-Proto "${echo?.forwardedProto}"`);
  if (echo?.forwardedHost !== `127.0.0.1:${port}`)
    faults.push(`sends X-Forwarded-Host "${echo?.forwardedHost}"`);
  if (echo?.realIp !== '127.0.0.1') faults.push(`sends X-Real-IP "${echo?.realIp}"`);
  return faults;
}
