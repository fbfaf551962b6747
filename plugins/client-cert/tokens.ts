import type { X509Certificate } from 'node:crypto';
import { Slot } from '../../core/index.ts';

/** Who the client is, by the certificate that the listener has verified. */
export interface ClientIdentity {
  /** Distinguished name as Node.js writes it, one attribute a line. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  readonly fingerprint256: string;
  /** Alternative names, such as `DNS:a.test, email:a@b.test`; undefined when it has none. */
  readonly subjectAltName: string | undefined;
  readonly certificate: X509Certificate;
}

/** Unset for clients without a certificate. */
export const ClientCertificate = new Slot<ClientIdentity>('client-certificate');
