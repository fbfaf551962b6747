import { createPrivateKey } from 'node:crypto';

/** Writes DER as PEM (RFC 7468). */
export function certificatePem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** Writes the DER of a PrivateKeyInfo (RFC 5958) as PEM. */
export function keyPem(der: Buffer): string {
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return key.export({ format: 'pem', type: 'pkcs8' }) as string;
}
