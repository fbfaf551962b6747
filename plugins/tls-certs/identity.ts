import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** One certificate with its key, ready to be shown. */
export interface Identity {
  /** Where the certificate stands. */
  readonly file: string;
  /** PEM, the server's own certificate first, then each one's issuer, without a root. */
  readonly cert: string;
  /** PEM, not encrypted. */
  readonly key: string;
  /** `ec`, `rsa`, ... */
  readonly keyType: string;
  /** In lower case; wildcards begin with `*.`. */
  readonly names: readonly string[];
  readonly expiresAtMs: number;
  /** Equal for equal certificates. */
  readonly fingerprint: string;
}

/** @throws Error that begins with what is wrong, for the file that is named in front. */
export function openKey(pem: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    if (!pem.includes('ENCRYPTED')) throw new Error('has a key that cannot be read');
    if (passphrase === undefined) throw new Error('is encrypted and needs a passphrase');
    throw new Error('is not opened by the passphrase');
  }
}

/** @throws Error that begins with what is wrong, for the file that is named in front. */
export function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new Error('has a certificate that cannot be read');
  }
}

/** The certificate among them that belongs to the key. */
export function certificateOfKey(
  certificates: readonly X509Certificate[],
  key: KeyObject,
): X509Certificate | undefined {
  return certificates.find((certificate) => certificate.checkPrivateKey(key));
}

/**
 * Makes an identity of a certificate, its key, and what may stand between it and its authority.
 * @throws Error that begins with what is wrong, for the file that is named in front.
 */
export function createIdentity(
  file: string,
  own: X509Certificate,
  key: KeyObject,
  others: readonly X509Certificate[],
): Identity {
  const identity: Identity = {
    file,
    cert: chainOf(own, others).join(''),
    key: key.export({ format: 'pem', type: 'pkcs8' }) as string,
    keyType: key.asymmetricKeyType ?? 'unknown',
    names: namesOf(own),
    expiresAtMs: Date.parse(own.validTo),
    fingerprint: own.fingerprint256,
  };
  if (identity.names.length === 0) throw new Error('has a certificate without a name');
  checkUsable(identity);
  return identity;
}

/** OpenSSL has the last word, as on keys that are too short. */
function checkUsable({ cert, key }: Identity): void {
  try {
    createSecureContext({ cert, key, ca: [] });
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string };
    throw new Error(`cannot be used: ${reason ?? message}`);
  }
}

function chainOf(own: X509Certificate, others: readonly X509Certificate[]): string[] {
  const chain = [own];
  for (let last: X509Certificate | undefined = own; last !== undefined; ) {
    const issued: X509Certificate = last;
    last = others.find((other) => !chain.includes(other) && issued.checkIssued(other) && !isRoot(other));
    if (last !== undefined) chain.push(last);
  }
  return chain.map((certificate) => certificate.toString());
}

/** Whoever trusts a root has it. */
const isRoot = (certificate: X509Certificate): boolean => certificate.subject === certificate.issuer;

/** RFC 9525 2: the common name counts only where there are no alternative names. */
function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const names =
    subjectAltName === undefined
      ? [/^CN=(.+)$/m.exec(subject)?.[1]]
      : [...subjectAltName.matchAll(/DNS:([^,\s"]+)/g)].map(([, name]) => name);
  const readable = names.filter((name) => name !== undefined).map((name) => name.toLowerCase());
  return readable.length > 0 || subjectAltName === undefined ? readable : addressesOf(subjectAltName);
}

/** Nobody asks for an address by name, but as the default such a certificate is of use. */
function addressesOf(altNames: string): string[] {
  return [...altNames.matchAll(/IP Address:([^,\s]+)/g)].map(([, address]) => address!.toLowerCase());
}
