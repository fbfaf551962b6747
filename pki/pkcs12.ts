import forge from 'node-forge';
import { certificatePem, keyPem } from './pem.ts';

export interface Pkcs12Content {
  /** PEM, in the order of the file. */
  readonly certificates: readonly string[];
  /** PEM, not encrypted. */
  readonly keys: readonly string[];
}

const { pki, asn1 } = forge;

/** Also what forge cannot make an object of, such as EC keys, comes as ASN.1. */
interface Bag {
  readonly type: string;
  readonly cert?: forge.pki.Certificate | null;
  readonly key?: forge.pki.PrivateKey | null;
  readonly asn1?: forge.asn1.Asn1;
}

const derOf = (value: forge.asn1.Asn1): Buffer => Buffer.from(asn1.toDer(value).getBytes(), 'latin1');

function certificateOf({ cert, asn1: raw }: Bag): string {
  return certificatePem(derOf(cert ? pki.certificateToAsn1(cert) : raw!));
}

function keyOf({ key, asn1: raw }: Bag): string {
  return keyPem(derOf(key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key)) : raw!));
}

/**
 * Reads a PKCS#12 file (RFC 7292), also with RC2 and triple DES, which OpenSSL 3 does not read any more.
 * @throws Error that says what is wrong with it.
 */
export function readPkcs12(bytes: Uint8Array, passphrase: string): Pkcs12Content {
  const { safeContents } = open(bytes, passphrase);
  const bags = safeContents.flatMap((content) => content.safeBags as readonly Bag[]);
  const isKey = ({ type }: Bag): boolean =>
    type === pki.oids['keyBag'] || type === pki.oids['pkcs8ShroudedKeyBag'];
  return {
    certificates: bags.filter(({ type }) => type === pki.oids['certBag']).map(certificateOf),
    keys: bags.filter(isKey).map(keyOf),
  };
}

function open(bytes: Uint8Array, passphrase: string): forge.pkcs12.Pkcs12Pfx {
  let content: forge.asn1.Asn1;
  try {
    content = asn1.fromDer(Buffer.from(bytes).toString('latin1'));
  } catch {
    throw new Error('is not PKCS#12');
  }
  try {
    return forge.pkcs12.pkcs12FromAsn1(content, false, passphrase);
  } catch (error) {
    const { message } = error as Error;
    if (/MAC could not be verified|Invalid password|decrypt/i.test(message))
      throw new Error('is not opened by the passphrase');
    throw new Error(`cannot be read: ${message}`);
  }
}
