import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const certificatePattern =
  /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * Reads the certificates of a PEM file.
 * @throws Error that says what is wrong with the file.
 */
export function readCertificates(file: string): string[] {
  const certificates = readPem(file).match(certificatePattern) ?? [];
  if (certificates.length === 0) throw new Error(`${file} has no certificate in PEM`);
  for (const certificate of certificates) {
    try {
      void new X509Certificate(certificate);
    } catch {
      throw new Error(`${file} has a certificate that cannot be read`);
    }
  }
  return [...certificates];
}

/**
 * Reads a file of text.
 * @throws Error that says what is wrong with the file.
 */
export function readPem(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'ENOENT' ? `there is no file ${file}` : `cannot read ${file}: ${code ?? message}`,
    );
  }
}
