import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { type Authority, createAuthority } from '../../pki/index.ts';
import type { StateDirectory } from './state-directory.ts';

const authorityDays = 3_650;
const dayMs = 86_400_000;

/** Not so near to its end that the certificates it signs would outlive it. */
export function lastsFor(authority: Authority, days: number, nowMs: number): boolean {
  return Date.parse(new X509Certificate(authority.cert).validTo) > nowMs + days * dayMs;
}

/** The authority of a folder, made when there is none, or when it would not last for `days`. */
export async function provideAuthority(
  state: StateDirectory,
  days: number,
  nowMs: number,
): Promise<{ readonly authority: Authority; readonly isNew: boolean }> {
  const kept = await state.read();
  if (kept !== undefined && lastsFor(kept, days, nowMs)) {
    await state.publish(kept);
    return { authority: kept, isNew: false };
  }
  const year = new Date(nowMs).getUTCFullYear();
  const made = await createAuthority(
    `Hookway local authority (${hostname().slice(0, 24)}, ${year})`,
    authorityDays,
    nowMs,
  );
  return { authority: await state.keep(made, kept !== undefined), isNew: true };
}
