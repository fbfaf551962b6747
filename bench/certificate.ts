import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  /** Both in one file. */
  readonly both: string;
}

/** A certificate for localhost with an ECDSA key on P-256, made once in that folder. */
export function certificateIn(directory: string): CertificateFiles {
  const [cert, key, both] = ['cert.pem', 'key.pem', 'both.pem'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  if (existsSync(both)) return { cert, key, both };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...newKey, ...subject], { stdio: 'ignore' });
  for (const file of [cert, key]) appendFileSync(both, readFileSync(file));
  return { cert, key, both };
}
