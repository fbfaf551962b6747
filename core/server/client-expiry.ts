import type { X509Certificate } from 'node:crypto';

/** Whether a certificate is not valid any more: a resumed session does not ask OpenSSL again. */
export function hasExpired({ validTo }: Pick<X509Certificate, 'validTo'>, nowMs: number): boolean {
  return !(Date.parse(validTo) >= nowMs);
}
