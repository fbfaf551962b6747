import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hasExpired } from '../../../core/server/client-expiry.ts';
import { Authority } from '../../support/authority.ts';

test('a certificate is good to the end of its last second, and one without a readable end is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-expiry-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { certFile } = new Authority(folder).issue('client.test', { days: 2 });
  const certificate = new X509Certificate(readFileSync(certFile));
  const endMs = Date.parse(certificate.validTo);
  expect(hasExpired(certificate, Date.now())).toBe(false);
  expect(hasExpired(certificate, endMs)).toBe(false);
  expect(hasExpired(certificate, endMs + 1)).toBe(true);
  expect(hasExpired({ validTo: 'no date' }, 0)).toBe(true);
});
